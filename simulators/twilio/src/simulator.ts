// The Twilio-compatible simulator: API, network and callbacks on one port.

import { serve } from "@hono/node-server";
import type { AgendaClock } from "./agenda.ts";
import { messagesApi } from "./api.ts";
import { type CallbackCounts, Callbacks } from "./callbacks.ts";
import type { Message } from "./message.ts";
import { isMoodName, type MoodName } from "./moods.ts";
import { Network } from "./network.ts";
import { attemptOf } from "./wire-log.ts";

/** Account and token of the simulation; they are no secret. */
export const DEMO_ACCOUNT_SID = `AC${"0".repeat(32)}`;
export const DEMO_AUTH_TOKEN = "geheim";

export interface TwilioSimulatorConfig {
  /** 0: any free port. */
  port: number;
  clock: AgendaClock;
  /** Wall clock, ms since 1970. */
  wall?(): number;
  /** File of the append-only wire log. Without it nothing outlives the process. */
  wireLog?: string;
  /** Messages remembered. Default 10,000. */
  keep?: number;
  /** What a scenario says about a number; it goes before the numbers' own moods. */
  moodOf?(to: string): MoodName | undefined;
  /** Waits before a failed callback is tried again, wall milliseconds. */
  callbackRetryGapsMs?: readonly number[];
}

/** A message as the town shows it. */
export interface SimulatedSms {
  sid: string;
  direction: "outbound-api" | "inbound";
  to: string;
  from?: string;
  text: string;
  encoding: "gsm" | "ucs2";
  parts: number;
  status: string;
  errorCode?: number;
  /** Wall time, ms since 1970. */
  at: number;
  /** Simulated time, ms since 1970. */
  simAt: number;
  /** The attempt that its callback names. */
  attempt?: string;
}

export interface TwilioSimulator {
  readonly port: number;
  readonly callbacks: Readonly<CallbackCounts>;
  /** Newest first; `number` is that of either end. */
  messages(query?: { to?: string; number?: string; limit?: number }): SimulatedSms[];
  /** A telephone sends a message to a number of the account; it is posted, signed, to `url` when there is one. */
  receive(inbound: { from: string; to: string; text: string; url?: string }): SimulatedSms;
  close(): Promise<void>;
}

/** Opens the simulator on 127.0.0.1. Rejects when the port is taken (EADDRINUSE) or the wire log cannot be opened. */
export async function openTwilioSimulator(config: TwilioSimulatorConfig): Promise<TwilioSimulator> {
  const callbacks = new Callbacks(DEMO_AUTH_TOKEN, config.callbackRetryGapsMs);
  const network = new Network({
    accountSid: DEMO_ACCOUNT_SID,
    clock: config.clock,
    wall: config.wall ?? Date.now,
    callbacks,
    keep: config.keep ?? 10_000,
    wireLog: config.wireLog,
    moodOf: (to) => {
      const name = config.moodOf?.(to);
      return isMoodName(name) ? name : undefined;
    },
  });
  const now = () => config.clock.now();
  const api = messagesApi({ accountSid: DEMO_ACCOUNT_SID, authToken: DEMO_AUTH_TOKEN, network, now });
  const server = serve({ fetch: api.fetch, port: config.port, hostname: "127.0.0.1" });
  try {
    await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  } catch (error) {
    network.close();
    throw error;
  }
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : config.port,
    callbacks: callbacks.counts,
    messages({ to, number, limit = 100 } = {}) {
      const found: SimulatedSms[] = [];
      for (const message of network.messages()) {
        if (found.length >= limit) break;
        const isMeant = number === undefined || message.to === number || message.from === number;
        if (isMeant && (to === undefined || message.to === to)) found.push(shown(message));
      }
      return found;
    },
    receive: (inbound) => shown(network.receive(inbound)),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
      await callbacks.close();
      network.close();
    },
  };
}

function shown(message: Message): SimulatedSms {
  const { sid, direction, to, from, body, encoding, segments, status, errorCode, createdAt, simAt } = message;
  const attempt = attemptOf(message.statusCallback);
  const told = { sid, direction, to, from, text: body, encoding, parts: segments, status, errorCode };
  return { ...told, at: createdAt, simAt, ...(attempt !== undefined && { attempt }) };
}
