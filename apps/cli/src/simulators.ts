// The simulators' control API (DESIGN section 6), as far as commands use it.

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

export interface Simulators {
  /** Makes a simulated machine dial and send; answers when the call is over. */
  faxIn(
    order: { from: string; to: string } & ({ tiff: string } | { document: string; name: string }),
  ): Promise<CallSeen>;
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

  const machine = (number: string) => `/exchange/machines/${encodeURIComponent(number)}/faxes`;
  return {
    async faxIn(order) {
      const body = JSON.stringify(order);
      const headers = { "content-type": "application/json" };
      return (await (await ask("/exchange/calls", { method: "POST", headers, body })).json()) as CallSeen;
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
