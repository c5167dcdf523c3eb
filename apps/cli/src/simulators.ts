// The simulators' control API (DESIGN section 6), as far as commands use it.

import type { Ladder } from "@depesche/client";
import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";

/** A call as the simulated exchange saw it. */
export interface CallSeen {
  from: string;
  to: string;
  /** Outcome word. */
  result: string;
  /** Why: "sip-486", or the words of T.30. */
  cause: string;
  pages: number;
  /** Time on the line, microseconds. */
  lineUs: number;
  ringUs: number;
}

/** A fax that a simulated machine holds. */
export interface FaxHeld {
  /** From 0, oldest first. */
  n: number;
  from: string;
  remoteId: string;
  /** Simulated time, ms since 1970. */
  simAt: number;
  pages: number;
}

/** A message as the simulated carrier keeps it. */
export interface MessageSeen {
  sid: string;
  direction: "outbound-api" | "inbound";
  from?: string;
  to: string;
  text: string;
  status: string;
}

/** A letter in the simulated print shop. */
export interface LetterSeen {
  id: string;
  address: string[];
  state: string;
}

/** What numbers do that the scenario names, as PUT /scenario takes it. */
export interface ScenarioDocument {
  numbers: Record<string, unknown>;
}

/** By channel. */
export type ChaosRules = Record<string, { probability: number; fault: string }>;

export interface Simulators {
  /** Makes a simulated machine dial and send; answers when the call is over. */
  faxIn(
    order: { from: string; to: string } & ({ tiff: string } | { document: string; name: string }),
  ): Promise<CallSeen>;
  /** Number of the call that began last on the exchange; undefined when there was none. */
  lastCall(): Promise<number | undefined>;
  callLadder(id: number): Promise<Ladder>;
  callPcap(id: number): Promise<Uint8Array>;
  /** A telephone sends a message to a number of the account. */
  smsIn(order: { from: string; to: string; text: string }): Promise<MessageSeen>;
  /** Messages to this number, newest first. */
  messages(to: string): Promise<MessageSeen[]>;
  letters(): Promise<LetterSeen[]>;
  /** A letter comes back as undeliverable. */
  letterReturned(id: string): Promise<void>;
  scenario(): Promise<ScenarioDocument>;
  setScenario(scenario: ScenarioDocument): Promise<void>;
  chaos(): Promise<ChaosRules>;
  setChaos(rules: ChaosRules): Promise<void>;
  faxes(number: string): Promise<FaxHeld[]>;
  faxTiff(number: string, n: number): Promise<Uint8Array>;
  /** What went over the wires, line by line. */
  wireLog(channel: "fax" | "sms" | "mail" | "letter"): AsyncGenerator<Record<string, unknown>>;
}

/** Every method rejects with a Failure: the simulators do not answer, know no such thing, or refuse. */
export function openSimulators(baseUrl: string): Simulators {
  const base = baseUrl.replace(/\/+$/, "");

  async function ask(path: string, init?: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(base + path, init);
    } catch {
      throw new Failure(EXIT.unreachable, "fail.simulators-silent", { url: base });
    }
    if (answer.ok) return answer;
    const { error } = (await answer.json().catch(() => ({}))) as { error?: string };
    const what = error ?? `${answer.status} ${answer.statusText}`;
    throw answer.status === 404
      ? new Failure(EXIT.notFound, "fail.not-found", { what })
      : new Failure(EXIT.refused, "fail.simulators-refuse", { what });
  }

  const put = async (method: string, path: string, value: unknown): Promise<unknown> =>
    (await ask(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(value) })).json();
  const get = async (path: string): Promise<unknown> => (await ask(path)).json();
  const machine = (number: string) => `/exchange/machines/${encodeURIComponent(number)}/faxes`;
  return {
    async faxIn(order) {
      return (await put("POST", "/exchange/calls", order)) as CallSeen;
    },
    async lastCall() {
      const { calls, onLine } = (await get("/exchange/calls")) as { calls: { id: number }[]; onLine: { id: number }[] };
      return [...calls, ...onLine].map(({ id }) => id).sort((a, b) => b - a)[0];
    },
    callLadder: async (id) => (await get(`/exchange/calls/${id}/ladder`)) as Ladder,
    callPcap: async (id) => new Uint8Array(await (await ask(`/exchange/calls/${id}/ladder.pcap`)).arrayBuffer()),
    smsIn: async (order) => (await put("POST", "/sms/messages", order)) as MessageSeen,
    async messages(to) {
      const path = `/sms/messages?to=${encodeURIComponent(to)}`;
      return ((await get(path)) as { messages: MessageSeen[] }).messages;
    },
    letters: async () => ((await get("/print-shop/letters")) as { letters: LetterSeen[] }).letters,
    async letterReturned(id) {
      await put("POST", `/print-shop/letters/${encodeURIComponent(id)}/returned`, {});
    },
    scenario: async () => (await get("/scenario")) as ScenarioDocument,
    async setScenario(scenario) {
      await put("PUT", "/scenario", scenario);
    },
    async chaos() {
      const { channels } = (await get("/chaos")) as { channels: ChaosRules };
      return Object.fromEntries(
        Object.entries(channels).map(([channel, { probability, fault }]) => [channel, { probability, fault }]),
      );
    },
    async setChaos(rules) {
      await put("PUT", "/chaos", rules);
    },
    async faxes(number) {
      return ((await (await ask(machine(number))).json()) as { faxes: FaxHeld[] }).faxes;
    },
    async faxTiff(number, n) {
      return new Uint8Array(await (await ask(`${machine(number)}/${n}.tif`)).arrayBuffer());
    },
    async *wireLog(channel) {
      const { body } = await ask(`/wire-log?channel=${channel}`);
      if (!body) return;
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = lines.pop() as string;
        for (const text of lines) if (text !== "") yield JSON.parse(text) as Record<string, unknown>;
      }
    },
  };
}
