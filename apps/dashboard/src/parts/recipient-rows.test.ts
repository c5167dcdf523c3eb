import type { Client, EventView, RecipientView } from "@depesche/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LOT, RecipientRows } from "./recipient-rows.ts";
import { ROW_HEIGHT, rowsInView } from "./window-table.tsx";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function house(total: number) {
  const rows: RecipientView[] = Array.from({ length: total }, (_, n) => ({
    n,
    address: `a${n}`,
    reference: "",
    state: "queued",
    attempts: 0,
    repeated: false,
  }));
  const asked: string[] = [];
  const client = {
    recipients: async (_job: number, query: { from?: number; cursor?: string; limit: number; outcome?: string }) => {
      const from = query.from ?? Number(query.cursor ?? 0);
      asked.push(`${from}${query.outcome ?? ""}`);
      // A table of 100,000 is read in 500 lots: each looks at its own rows, not at all of them.
      const rest = rows.slice(from, query.outcome === undefined ? from + query.limit + 1 : undefined);
      const fit = rest.filter((r) => query.outcome === undefined || r.outcome === query.outcome);
      const items = fit.slice(0, query.limit);
      return { items, next: fit.length > items.length ? String((items.at(-1)?.n ?? 0) + 1) : undefined };
    },
  } as unknown as Client;
  return { rows, asked, client };
}

const event = (recipient: number, rest: Partial<EventView>): EventView => ({
  seq: 1,
  at: "",
  simAt: "",
  account: 1,
  type: "attempt.ended",
  job: 7,
  recipient,
  ...rest,
});

test("only lots in view are read, wherever one scrolls to, and memory stays bounded", async () => {
  const { client, asked } = house(100_000);
  const table = new RecipientRows(client, 7, {}, () => {});
  table.show(0, 30);
  table.show(50_010, 50_040);
  await vi.runAllTimersAsync();
  expect(asked).toEqual(["0", "50000"]);
  expect(table.at(50_015)?.address).toBe("a50015");
  expect(table.at(20_000)).toBeUndefined();
  for (let from = 0; from < 100_000; from += LOT) table.show(from, from + 30);
  await vi.runAllTimersAsync();
  expect(Array.from({ length: 500 }, (_, lot) => table.at(lot * LOT)).filter(Boolean)).toHaveLength(40);
  table.close();
});

test("an event shows at once and the ledger's word follows, however many events come", async () => {
  const { client, asked, rows } = house(300);
  let changes = 0;
  const table = new RecipientRows(client, 7, {}, () => changes++);
  table.show(0, 30);
  await vi.runAllTimersAsync();
  changes = 0;
  table.hear([event(3, { outcome: "BUSY", final: false }), event(250, { outcome: "OK", final: true })]);
  table.hear([{ ...event(4, { outcome: "OK", final: true }), job: 8 }]);
  expect(changes).toBe(1);
  expect(table.at(3)).toMatchObject({ state: "retry", outcome: "BUSY" });
  expect(table.at(4)?.state).toBe("queued");
  Object.assign(rows[3] ?? {}, { state: "retry", outcome: undefined, attempts: 1 });
  await vi.runAllTimersAsync();
  expect(asked).toEqual(["0", "0"]);
  expect(table.at(3)).toMatchObject({ attempts: 1 });
  table.close();
});

test("what an event says before the first answer is there is read once more", async () => {
  const { client, rows } = house(300);
  const read = client.recipients;
  let answer = () => {};
  client.recipients = async (...args) => {
    const page = structuredClone(await read(...args)); // as it was when it was asked for
    await new Promise<void>((done) => {
      answer = done;
    });
    return page;
  };
  const table = new RecipientRows(client, 7, {}, () => {});
  table.show(0, 30);
  await vi.advanceTimersByTimeAsync(0);
  Object.assign(rows[3] ?? {}, { state: "final", outcome: "OK" });
  table.hear([event(3, { outcome: "OK", final: true })]);
  await vi.advanceTimersByTimeAsync(2_000);
  answer();
  await vi.advanceTimersByTimeAsync(2_000);
  answer();
  await vi.runAllTimersAsync();
  expect(table.at(3)).toMatchObject({ state: "final", outcome: "OK" });
  table.close();
});

test("rows that could not be read are asked for again until they are there", async () => {
  const { client, asked } = house(300);
  const read = client.recipients;
  let broken = 3;
  client.recipients = async (...args) => {
    if (broken-- > 0) throw new Error("away");
    return read(...args);
  };
  const table = new RecipientRows(client, 7, {}, () => {});
  table.show(0, 30);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(table.at(3)?.address).toBe("a3");
  expect(table.error).toBeUndefined();
  expect(asked).toEqual(["0"]);
  table.close();
});

test("filtered rows are read one lot after the other", async () => {
  const { client, asked, rows } = house(1000);
  for (const row of rows) if (row.n % 2 === 1) row.outcome = "BUSY";
  const table = new RecipientRows(client, 7, { outcome: "BUSY", state: undefined }, () => {});
  table.show(0, 30);
  await vi.runAllTimersAsync();
  expect(table.known).toEqual({ rows: LOT, more: true });
  table.show(190, 220);
  await vi.runAllTimersAsync();
  expect(asked).toEqual(["0BUSY", "400BUSY"]);
  expect(table.at(LOT)?.n).toBe(401);
  table.close();
});

test("rows in view have a margin and never leave the table", () => {
  expect(rowsInView(0, 340, 100_000)).toEqual({ from: 0, to: 22 });
  expect(rowsInView(50_000 * ROW_HEIGHT, 340, 100_000)).toEqual({ from: 49_988, to: 50_022 });
  expect(rowsInView(99_995 * ROW_HEIGHT, 340, 100_000).to).toBe(100_000);
  expect(rowsInView(9_000, 340, 3)).toEqual({ from: 2, to: 3 });
  expect(rowsInView(0, 340, 0)).toEqual({ from: 0, to: 0 });
});
