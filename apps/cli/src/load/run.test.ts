import type { Client, EventView, FeedMessage, FeedOptions, JobInput, Snapshot } from "@depesche/client";
import { describe, expect, it } from "vitest";
import { ioDouble } from "../io.double.ts";
import type { Simulators } from "../simulators.ts";
import { checkCounts } from "./checks.ts";
import { order } from "./orders.ts";
import { runLoad } from "./run.ts";

/** A gateway that finishes every order at once; `spoil` may lose, double or change what the feed tells. */
function gateway(spoil: (events: EventView[]) => EventView[] = (events) => events) {
  const orders: JobInput[] = [];
  let tell: (message: FeedMessage) => void = () => {};
  let seq = 0;
  const client: Partial<Client> = {
    async createJob(input) {
      const id = orders.push(input);
      const at = new Date(1_800_000_000_000 + seq * 10).toISOString();
      const base = { at, simAt: at, account: 1000, job: id };
      const events: EventView[] = [{ ...base, seq: ++seq, type: "job.accepted" }];
      for (const recipient of (input.recipients ?? []).keys())
        events.push({ ...base, seq: ++seq, type: "attempt.ended", recipient, outcome: "OK", final: true });
      tell({ events: spoil(events), seq });
      return { id, recipients: input.recipients?.length ?? 0, pages: 1, notices: [] };
    },
    async job(id) {
      const total = orders[id - 1]?.recipients?.length ?? 0;
      return { id, channel: orders[id - 1]?.channel, total, final: total, outcomes: { OK: total } } as never;
    },
    recipients: async () => ({ items: [{ repeated: false } as never] }),
    feed(options: FeedOptions) {
      tell = options.onMessage;
      setImmediate(() => {
        options.onMessage({ snapshot: { from: 0 } as Snapshot });
        options.onState?.("live");
      });
      return { seq: 0, close: () => {} };
    },
  };
  return { client: client as Client, orders };
}

function simulators(calls: { attempt: string; result: string }[]): Simulators {
  return {
    async *wireLog() {
      yield* calls;
    },
  } as Partial<Simulators> as Simulators;
}

describe("a load run", () => {
  it("hands everything in, in jobs of the size asked for, the channels in turn", async () => {
    const { client, orders } = gateway();
    const plan = { recipients: 25, channels: ["fax", "null"] as const, batch: 10 };
    const result = await runLoad(client, plan, ioDouble(), () => {});
    expect(orders.map((o) => [o.channel, o.recipients?.length])).toEqual([
      ["fax", 10],
      ["null", 10],
      ["fax", 5],
    ]);
    expect(result).toMatchObject({ accepted: 25, stalled: false });
    expect(result.tally.outcomes).toEqual({ OK: 25 });
  });

  it("with a rate hands in what is due by the clock", async () => {
    const { client, orders } = gateway();
    const io = ioDouble();
    await runLoad(client, { recipients: 30, channels: ["null"], batch: 1000, rate: 10 }, io, () => {});
    expect(orders.reduce((n, o) => n + (o.recipients?.length ?? 0), 0)).toBe(30);
    expect(Math.max(...orders.map((o) => o.recipients?.length ?? 0))).toBeLessThan(8);
    expect(io.monotonic()).toBeGreaterThanOrEqual(2_900);
  });

  it("is given up when outcomes stop coming", async () => {
    const { client } = gateway((events) => events.slice(0, -1));
    const result = await runLoad(client, { recipients: 5, channels: ["null"], batch: 5 }, ioDouble(), () => {});
    expect(result.stalled).toBe(true);
    expect(result.tally.finals).toBe(4);
  });

  it("ends with the gateway's refusal", async () => {
    const { client } = gateway();
    const refusing = { ...client, createJob: () => Promise.reject(new Error("no credit")) };
    const run = runLoad(refusing, { recipients: 5, channels: ["null"], batch: 5 }, ioDouble(), () => {});
    await expect(run).rejects.toThrow("no credit");
  });
});

describe("the counts at the end", () => {
  async function wrong(calls: { attempt: string; result: string }[], spoil?: (events: EventView[]) => EventView[]) {
    const { client } = gateway(spoil);
    const result = await runLoad(client, { recipients: 2, channels: ["fax"], batch: 2 }, ioDouble(), () => {});
    const checks = await checkCounts(client, simulators(calls), result, 2);
    expect(checks).toHaveLength(8);
    return checks.filter((c) => !c.ok).map((c) => c.name);
  }
  const good = [
    { attempt: "1.0.1", result: "OK" },
    { attempt: "1.1.1", result: "BUSY" },
    { attempt: "1.1.2", result: "OK" },
    { attempt: "99.0.1", result: "OK" },
  ];

  it("agree when everybody tells the same", async () => {
    expect(await wrong(good)).toEqual([]);
  });

  it("do not when a call is missing in the exchange's record, or one was made twice", async () => {
    expect(await wrong(good.slice(0, 1))).toEqual(["load.check.wire"]);
    expect(await wrong([...good, { attempt: "1.0.2", result: "OK" }])).toEqual(["load.check.twice"]);
  });

  it("do not when the feed tells an outcome twice", async () => {
    expect(await wrong(good, (events) => [...events, events.at(-1) as EventView])).toEqual(["load.check.doubles"]);
  });
});

it("recipients of a run are told apart by their reference, since numbers repeat", () => {
  const { recipients = [] } = order("fax", 99, 2);
  expect(recipients).toEqual([
    { address: "+493023125099", reference: "load 99" },
    { address: "+493023125000", reference: "load 100" },
  ]);
});
