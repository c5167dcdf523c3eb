// The listeners of a feed run, in a process of their own: what they cost is not the gateway's. Driven over IPC.

import { Listener } from "../house/listener.ts";

export interface ListenersOrder {
  url: string;
  apiKey: string;
  from: number;
  /** Listeners in all; the first one parses everything it is told, and so do the first of the stalled and of the breaking ones. */
  count: number;
  stalled: number;
  breaking: number;
}

export type Command = { open: ListenersOrder } | { do: "stall" | "breakOff" | "goOn" | "report" };

export interface ListenersReport {
  /** Events by lag in milliseconds (the last bucket takes all above), of those that neither stall nor break off. */
  lags: number[];
  heard: { role: "steady" | "stalled" | "breaking"; parses: boolean; heard: Listener["heard"] }[];
}

const LONGEST_LAG_MS = 60_000;

const lags = new Array<number>(LONGEST_LAG_MS + 1).fill(0);
let all: { role: "steady" | "stalled" | "breaking"; parses: boolean; listener: Listener }[] = [];

function open({ url, apiKey, from, count, stalled, breaking }: ListenersOrder): void {
  const note = (ms: number, events: number) => {
    const bucket = Math.min(LONGEST_LAG_MS, Math.max(0, Math.round(ms)));
    lags[bucket] = (lags[bucket] as number) + events;
  };
  all = Array.from({ length: count }, (_, i) => {
    const role = i < stalled ? "stalled" : i < stalled + breaking ? "breaking" : "steady";
    const parses = i === 0 || i === stalled || i === stalled + breaking;
    const listener = new Listener({ url, apiKey, from, parses, ...(role === "steady" ? { onLag: note } : {}) });
    return { role, parses, listener };
  });
}

const of = (role: "stalled" | "breaking") => all.filter((one) => one.role === role).map((one) => one.listener);

process.on("message", (command: Command) => {
  if ("open" in command) return open(command.open);
  if (command.do === "stall") for (const one of of("stalled")) one.stall();
  if (command.do === "goOn") for (const one of of("stalled")) one.goOn();
  if (command.do === "breakOff") for (const one of of("breaking")) one.breakOff();
  if (command.do !== "report") return;
  const heard = all.map(({ role, parses, listener }) => ({ role, parses, heard: listener.heard }));
  process.send?.({ lags, heard } satisfies ListenersReport);
});
process.on("disconnect", () => process.exit(0));
