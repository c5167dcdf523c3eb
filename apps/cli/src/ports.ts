// The ports of a house: which there are, and whether they are free.

import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { flagOf, type Settings, type SettingVariable } from "@depesche/core";
import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";

export interface PortUse {
  variable: SettingVariable;
  host: string;
  port: number;
  /** SIP listens on UDP too. */
  udp?: boolean;
}

const LOOPBACK = "127.0.0.1";
const MODEMS = 10;

/** Ports of the exchange's modems: one behind the other, from the first. */
export function modemPorts(first: number): number[] {
  return Array.from({ length: MODEMS }, (_, i) => first + i);
}

export function portsOf(s: Settings): PortUse[] {
  return [
    { variable: "DEPESCHE_PORT", host: s.host, port: s.port },
    { variable: "DEPESCHE_SIM_PORT", host: LOOPBACK, port: s.simPort },
    { variable: "DEPESCHE_SIP_PORT", host: LOOPBACK, port: s.sipPort, udp: true },
    ...modemPorts(s.modemPort).map((port) => ({ variable: "DEPESCHE_MODEM_PORT", host: LOOPBACK, port }) as const),
    { variable: "DEPESCHE_TWILIO_PORT", host: LOOPBACK, port: s.twilioPort },
    { variable: "DEPESCHE_SMTP_PORT", host: LOOPBACK, port: s.smtpPort },
  ];
}

/** Rejects with a Failure that names the variable of the first port that is taken, not allowed or wanted twice. */
export async function assertPortsFree(uses: readonly PortUse[]): Promise<void> {
  for (const [i, use] of uses.entries()) {
    const twin = uses.slice(0, i).find((other) => other.port === use.port);
    if (twin)
      throw new Failure(EXIT.usage, "up.fail.port-twice", {
        port: use.port,
        one: twin.variable,
        two: use.variable,
        flag: flagOf(use.variable),
      });
    const trouble = await portTrouble(use);
    if (trouble === undefined) continue;
    const values = { port: use.port, host: use.host, variable: use.variable, flag: flagOf(use.variable), why: trouble };
    if (trouble === "EADDRINUSE") throw new Failure(EXIT.failed, "up.fail.port-taken", values);
    if (trouble === "EACCES") throw new Failure(EXIT.failed, "up.fail.port-forbidden", values);
    throw new Failure(EXIT.failed, "up.fail.port", values);
  }
}

/** The code of the error that listening there meets; undefined when it works. Leaves nothing open. */
export async function portTrouble({ host, port, udp }: PortUse): Promise<string | undefined> {
  return (await tcpTrouble(host, port)) ?? (udp ? await udpTrouble(host, port) : undefined);
}

function tcpTrouble(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

function udpTrouble(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error: NodeJS.ErrnoException) => {
      socket.close();
      done(error.code ?? error.message);
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => done(undefined)));
  });
}
