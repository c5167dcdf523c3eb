import type { Client, FailureView } from "@depesche/client";
import { expect, test } from "vitest";
import { FailureRows } from "./failure-rows.ts";

/** A gateway that holds so many dead letters, the newest first, and counts what it was asked. */
function gateway(count: number) {
  const held: FailureView[] = Array.from(
    { length: count },
    (_, i) => ({ job: 1, n: count - 1 - i, address: `+49${i}` }) as FailureView,
  );
  let asked = 0;
  const client = {
    async failures({ limit = 100, cursor = "0" }: { limit?: number; cursor?: string }) {
      asked++;
      const from = Number(cursor);
      const end = from + limit;
      return { items: held.slice(from, end), next: end < held.length ? String(end) : undefined };
    },
  } as unknown as Client;
  return { client, held, asked: () => asked };
}

/** Rows with a promise for each time they have something new. */
function rowsOf(client: Client) {
  let told = () => {};
  const rows = new FailureRows(client, {}, () => told());
  const change = () => new Promise<void>((resolve) => (told = resolve));
  return { rows, change };
}

test("rows are read as one scrolls, and the last row asks for the next lot", async () => {
  const { client, asked } = gateway(1200);
  const { rows, change } = rowsOf(client);
  for (const [to, total] of [
    [30, 501],
    [501, 1001],
    [1001, 1200],
  ] as const) {
    const changed = change();
    rows.show(0, to);
    await changed;
    expect(rows.total).toBe(total);
  }
  rows.show(1100, 1200);
  expect(asked()).toBe(3);
});

test("what fails meanwhile waits until one is back at the top", async () => {
  const { client, held, asked } = gateway(3);
  const { rows, change } = rowsOf(client);
  let changed = change();
  rows.show(0, 10);
  await changed;
  rows.show(2, 3);
  held.unshift({ job: 1, n: 99 } as FailureView);
  rows.refresh();
  expect(asked()).toBe(1);
  changed = change();
  rows.show(0, 3);
  await changed;
  expect(rows.at(0)?.n).toBe(99);
});

test("what was sent again from far below is gone at once, and one stays where one is", async () => {
  const { client, held } = gateway(1200);
  const { rows, change } = rowsOf(client);
  for (const to of [30, 501]) {
    const changed = change();
    rows.show(0, to);
    await changed;
  }
  rows.show(700, 720);
  const gone = held.splice(705, 1)[0];
  const changed = change();
  rows.reread();
  await changed;
  expect(rows.at(705)).toBe(held[705]);
  expect(rows.at(705)).not.toBe(gone);
  expect(rows.at(719)).toBeDefined();
});
