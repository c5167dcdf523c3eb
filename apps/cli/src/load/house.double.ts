// A house that finishes every order at once and tells the truth everywhere, unless a test makes one of its records lie.

import type { Client, EventView, FeedMessage, FeedOptions, JobInput, RecipientView, Snapshot } from "@depesche/client";
import type { Outcome } from "@depesche/core";
import { ioDouble } from "../io.double.ts";
import type { Simulators } from "../simulators.ts";
import { type ChecksDeps, checkRun } from "./checks.ts";
import { restFace } from "./faces.ts";
import { type LoadPlan, type LoadResult, type Look, runLoad } from "./run.ts";

/** Recipients of a job as the house knows them. */
export interface Told {
  address: string;
  reference: string;
  outcome: Outcome;
}

/** What a record says in place of the truth. */
export interface Lies {
  events?: (events: EventView[]) => EventView[];
  ledger?: (recipients: RecipientView[]) => RecipientView[];
  counters?: (outcomes: Partial<Record<Outcome, number>>) => Partial<Record<Outcome, number>>;
  wire?: (lines: Record<string, unknown>[]) => Record<string, unknown>[];
  /** Rows of StatusFile: the outcome's word and the reference are the third and the last. */
  status?: (rows: string[][]) => string[][];
  /** Before an order is answered; may refuse it. */
  answer?: (order: number) => Promise<void> | void;
}

const BY_DIGIT: Record<string, Outcome> = { 0: "OK", 1: "BUSY", 2: "NOANSWER" };
const WORDS: Partial<Record<Outcome, string>> = { OK: "OK", BUSY: "Busy", NOANSWER: "No Answer" };

export function loadedHouse(lies: Lies = {}) {
  const orders: JobInput[] = [];
  const jobs: Told[][] = [];
  let tell: (message: FeedMessage) => void = () => {};
  let seq = 0;
  const io = ioDouble();

  const client: Partial<Client> = {
    account: async () => ({ id: 1000, name: "", scopes: [] }),
    async createJob(input) {
      const order = orders.push(input);
      await lies.answer?.(order);
      const told = (input.recipients ?? []).map((r): Told => {
        const { address, reference = "" } = r as { address: string; reference?: string };
        return { address, reference, outcome: BY_DIGIT[address.at(-3) ?? "0"] ?? "OK" };
      });
      const id = jobs.push(told);
      const at = new Date(io.now()).toISOString();
      const base = { at, simAt: at, account: 1000, job: id };
      const events: EventView[] = told.map(({ outcome }, recipient) => ({
        ...base,
        seq: ++seq,
        type: "attempt.ended",
        recipient,
        outcome,
        final: true,
      }));
      tell({ events: [{ ...base, seq: ++seq, type: "job.accepted" }, ...(lies.events?.(events) ?? events)], seq });
      return { id, recipients: told.length, pages: 1, notices: [] };
    },
    async recipients(job) {
      const items = (jobs[job - 1] as Told[]).map(
        (told, n) => ({ ...told, n, state: "final", attempts: 1, repeated: false }) as RecipientView,
      );
      return { items: lies.ledger?.(items) ?? items };
    },
    async job(id) {
      const told = jobs[id - 1] as Told[];
      const outcomes: Partial<Record<Outcome, number>> = {};
      for (const { outcome } of told) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const { length: total } = told;
      return { id, state: "done", total, final: total, outcomes: lies.counters?.(outcomes) ?? outcomes } as never;
    },
    feed(options: FeedOptions) {
      tell = options.onMessage;
      setImmediate(() => {
        options.onMessage({ snapshot: { from: 0 } as Snapshot });
        options.onState?.("live");
      });
      return { seq: 0, close: () => {} };
    },
  };

  const simulators: Pick<Simulators, "wireLog"> = {
    async *wireLog() {
      const lines = jobs.flatMap((told, job) =>
        told.map(({ outcome }, n) => ({ attempt: `${job + 1}.${n}.1`, result: outcome as string })),
      );
      yield* lies.wire?.(lines) ?? lines;
    },
  };

  async function* statusRows(id: number): AsyncGenerator<string[]> {
    const rows = (jobs[id - 1] as Told[]).map((t) => [
      t.address,
      "FAX",
      WORDS[t.outcome] ?? "",
      "",
      "1",
      "",
      "0",
      t.reference,
    ]);
    yield* lies.status?.(rows) ?? rows;
  }

  const plan = (fields: Partial<LoadPlan> = {}): LoadPlan => ({
    recipients: 20,
    perJob: 10,
    callers: 1,
    face: "rest",
    mix: [{ what: "fax", weight: 1 }],
    outcomes: [{ what: "ok", weight: 1 }],
    pages: 1,
    seed: 1,
    ...fields,
  });

  return {
    io,
    client: client as Client,
    orders,
    plan,
    async run(given: LoadPlan, look: (at: Look) => void = () => {}): Promise<LoadResult> {
      const handIn = await restFace(client as Client, given, io);
      return runLoad(given, { client: client as Client, handIn, io, speed: 1000, look });
    },
    async checks(given: LoadPlan, result: LoadResult, other: Partial<ChecksDeps> = {}) {
      const deps = {
        io,
        isChaos: false,
        client: client as Client,
        simulators,
        account: "1000",
        statusRows,
        look: () => {},
        ...other,
      };
      return checkRun(given, result, deps);
    },
  };
}
