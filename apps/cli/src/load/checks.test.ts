import type { EventView, RecipientView } from "@depesche/client";
import { describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import { isAgreed } from "./checks.ts";
import { type Lies, loadedHouse } from "./house.double.ts";

/** What is wrong in the end, by the name of its check. */
async function wrong(lies: Lies, given: { outcomes?: boolean } = {}) {
  const house = loadedHouse(lies);
  const outcomes = [
    { what: "ok", weight: 3 },
    { what: "busy", weight: 1 },
  ] as const;
  const plan = house.plan(given.outcomes ? { outcomes } : {});
  const checks = await house.checks(plan, await house.run(plan));
  expect(checks).toHaveLength(8);
  return checks.filter((c) => c.wrong > 0);
}
const names = (checks: { name: string }[]) => checks.map((c) => c.name);
const isThird = (n: unknown) => n === 2;

describe("the checks at the end", () => {
  it("agree when every record tells the same, also of those that must fail", async () => {
    expect(await wrong({}, { outcomes: true })).toEqual([]);
  });

  it("name the recipient that the ledger has lost", async () => {
    const [ledger] = await wrong({ ledger: (items) => items.slice(0, -1) });
    expect(ledger?.name).toBe("ledger");
    expect(ledger?.wrong).toBe(2);
    expect(ledger?.differences[0]).toMatchObject({ job: 1, n: 9, reference: "load-9", found: "-" });
  });

  it("notice two recipients that have changed places", async () => {
    const swap = (items: RecipientView[]) => {
      const [a, b, ...rest] = items as [RecipientView, RecipientView, ...RecipientView[]];
      return [{ ...b, n: 0 }, { ...a, n: 1 }, ...rest];
    };
    expect(names(await wrong({ ledger: swap }))).toEqual(["ledger"]);
  });

  it("notice an outcome that its number cannot give", async () => {
    const spoil = (items: RecipientView[]) =>
      items.map((r) => (isThird(r.n) ? { ...r, outcome: "VOICE" as const } : r));
    const found = await wrong({ ledger: spoil });
    expect(names(found)).toEqual(["outcomes", "feed", "wire", "status", "counters"]);
    expect(found[0]?.differences[0]).toMatchObject({ job: 1, n: 2, expected: "OK", found: "VOICE" });
  });

  it("notice an outcome that the feed tells twice, and one it tells otherwise", async () => {
    const twice = (events: EventView[]) => [...events, events.at(-1) as EventView];
    const [feed, ...rest] = await wrong({ events: twice });
    expect([feed?.name, rest]).toEqual(["feed", []]);
    expect(feed?.differences[0]).toMatchObject({ n: 9, expected: "OK", found: "OK x 2" });
    const other = (events: EventView[]) =>
      events.map((e) => (isThird(e.recipient) ? { ...e, outcome: "BUSY" as const } : e));
    expect(names(await wrong({ events: other }))).toEqual(["feed"]);
  });

  it("notice a call that the exchange never saw, and one that the ledger does not know", async () => {
    expect(names(await wrong({ wire: (lines) => lines.slice(1) }))).toEqual(["wire"]);
    const all = (lines: object[]) => lines.map((line) => ({ ...line, result: "OK" }));
    expect(names(await wrong({ wire: all }, { outcomes: true }))).toEqual(["wire"]);
  });

  it("leave it to the ledger's check to name a recipient that is still open, whatever the wires saw", async () => {
    const open = (items: RecipientView[]) =>
      items.map((r) => (isThird(r.n) ? { ...r, state: "retry" as const, outcome: undefined } : r));
    expect(names(await wrong({ ledger: open }))).toEqual(["ledger", "status", "counters"]);
  });

  it("notice a recipient of nobody on the wire, and pass over other people's jobs", async () => {
    const more = (attempt: string) => (lines: Record<string, unknown>[]) => [...lines, { attempt, result: "OK" }];
    expect(names(await wrong({ wire: more("1.10.1") }))).toEqual(["wire"]);
    expect(await wrong({ wire: more("99.0.1") })).toEqual([]);
  });

  it("notice a good call under the key of another attempt than the ledger's last", async () => {
    const renamed = (lines: Record<string, unknown>[]) =>
      lines.map((line) => (line.attempt === "2.4.1" ? { ...line, attempt: "2.4.7" } : line));
    const [wire] = await wrong({ wire: renamed });
    expect(wire?.differences[0]).toMatchObject({ job: 2, n: 4, reference: "load-14" });
  });

  it("notice a recipient reached twice, unless the ledger has marked it", async () => {
    const twice = (lines: Record<string, unknown>[]) => [...lines, { attempt: "1.3.1", result: "OK" }];
    const found = await wrong({ wire: twice });
    expect(names(found)).toEqual(["twice"]);
    expect(found[0]?.differences).toEqual([
      { job: 1, n: 3, reference: "load-3", expected: "fax x 1", found: "fax x 2" },
    ]);
    const marked = (items: RecipientView[]) => items.map((r) => ({ ...r, repeated: true }));
    expect(await wrong({ wire: twice, ledger: marked })).toEqual([]);
  });

  it("notice a row of StatusFile that is missing, too many, out of order or says another word", async () => {
    expect(names(await wrong({ status: (rows) => rows.slice(1) }))).toEqual(["status"]);
    expect(names(await wrong({ status: (rows) => [...rows, rows[0] as string[]] }))).toEqual(["status"]);
    expect(names(await wrong({ status: (rows) => rows.toReversed() }))).toEqual(["status"]);
    const busy = (rows: string[][]) => rows.map((row, n) => (isThird(n) ? row.with(2, "Busy") : row));
    const [status] = await wrong({ status: busy });
    expect(status?.differences[0]).toMatchObject({ n: 2, expected: "load-2 OK", found: "load-2 Busy" });
  });

  it("notice counters that are no sums", async () => {
    const [counters] = await wrong({ counters: () => ({ OK: 9, BUSY: 1 }) });
    expect(counters?.name).toBe("counters");
    expect(counters?.differences[0]).toMatchObject({ job: 1, found: "10 total, 10 final: 9 OK, 1 BUSY" });
  });

  it("name the first ten recipients and count the others", async () => {
    const [status] = await wrong({ status: (rows) => rows.map((row) => row.with(7, "")) });
    expect(status).toMatchObject({ checked: 20, wrong: 20 });
    expect(status?.differences).toHaveLength(10);
  });

  it("say so when there are no simulators, or the account is another one", async () => {
    const house = loadedHouse();
    const plan = house.plan();
    const result = await house.run(plan);
    const simulators = {
      // biome-ignore lint/correctness/useYield: it fails before the first line
      async *wireLog(): AsyncGenerator<Record<string, unknown>> {
        throw new Failure(EXIT.unreachable, "fail.simulators-silent", { url: "" });
      },
    };
    const checks = await house.checks(plan, result, { simulators, account: "2000" });
    expect(isAgreed(checks)).toBe(true);
    const skipped = checks.filter((c) => c.skipped).map((c) => [c.name, c.skipped]);
    expect(skipped).toEqual([
      ["wire", "no-simulators"],
      ["twice", "no-simulators"],
      ["status", "other-account"],
    ]);
  });

  it("do not hold outcomes against numbers while chaos is on, and say so; all else must agree", async () => {
    const house = loadedHouse({
      ledger: (items) => items.map((r) => (isThird(r.n) ? { ...r, outcome: "BUSY" as const } : r)),
    });
    const plan = house.plan();
    const checks = await house.checks(plan, await house.run(plan), { isChaos: true });
    expect(checks.find((c) => c.name === "outcomes")).toMatchObject({ skipped: "chaos-on", wrong: 0, differences: [] });
    expect(isAgreed(checks)).toBe(false);
    expect(isAgreed(checks.filter((c) => c.name === "outcomes"))).toBe(true);
  });

  it("do not blame the feed for outcomes that nobody waited for", async () => {
    const house = loadedHouse({ events: (events) => events.slice(1) });
    const plan = house.plan();
    const result = await house.run(plan);
    const feed = async (end: "cut" | "stalled") =>
      (await house.checks(plan, { ...result, end })).find((c) => c.name === "feed");
    expect(await feed("stalled")).toMatchObject({ wrong: 2 });
    expect(await feed("cut")).toMatchObject({ checked: 18, wrong: 0 });
  });
});
