/** The exchange's emulated modems: each behind a TCP port for its terminal and behind a number of the telephone network. */

import { openTerminalServer, type TerminalServer } from "@depesche/wire-modem";
import type { Wall } from "@depesche/wire-t38";
import type { Extensions } from "../extensions.ts";
import { EmulatedModem, type EmulatedModemOptions } from "./emulated-modem.ts";

/** Numbers of the ten modems, +49 30 23125 920 to 929, in the order of their ports. */
export const MODEM_NUMBERS: readonly string[] = Array.from({ length: 10 }, (_, i) => `+49302312592${i}`);

export interface ModemBank extends Extensions {
  /** Ports of the modems, in the order of `MODEM_NUMBERS`. */
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/**
 * Opens the modems: the first at `port`, the next ones count up; 0 takes any free ports. Rejects when one cannot be had; then
 * none is left open.
 */
export async function openModemBank(config: {
  host?: string;
  port: number;
  dial: EmulatedModemOptions["dial"];
  wall?: Wall;
}): Promise<ModemBank> {
  const { host = "127.0.0.1", port, dial, wall } = config;
  const modems = MODEM_NUMBERS.map((number) => new EmulatedModem({ number, dial, ...(wall && { wall }) }));
  const servers: TerminalServer[] = [];
  const close = async () => {
    for (const modem of modems) modem.close();
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    for (const [i, modem] of modems.entries()) {
      const at = { host, port: port === 0 ? 0 : port + i };
      servers.push(await openTerminalServer(at, (terminal) => modem.plug(terminal)));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const behind = (number: string) => modems.find((modem) => modem.number === number);
  return {
    ports: servers.map((server) => server.port),
    has: (number) => behind(number) !== undefined,
    ring: (call) => behind(call.to)?.ring(call) ?? Promise.resolve({ answered: false, kind: "no-answer" }),
    close,
  };
}
