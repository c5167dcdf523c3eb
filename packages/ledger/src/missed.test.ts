// Calls that came in and left no fax: kept with why and with their record, each account its own, the latest only.

import { afterAll, beforeAll, expect, it } from "vitest";
import { putAccount } from "./accounts.ts";
import type { Pool } from "./database.ts";
import { trimLadders } from "./ladders.ts";
import { keepMissedCall, readMissedCalls, readMissedLadder } from "./missed.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ pool, drop } = await freshDatabase());
});
afterAll(() => drop());

it("are listed newest first for their account, once each, and go beyond the latest", async () => {
  const [mine, theirs] = [await putAccount(pool, { name: "Mine" }), await putAccount(pool, { name: "Theirs" })];
  const keep = (accountId: number, callId: string) =>
    keepMissedCall(pool, {
      accountId,
      callId,
      originator: "+493023125001",
      called: "+493023125900",
      remoteId: "\u0000odd",
      cause: { code: "hung-up-before-dcs", text: "The caller hung up." },
      lineMs: 2500.4,
      ladder: new TextEncoder().encode(callId),
    });
  for (const id of ["a", "b", "b", "c"]) await keep(mine, id);
  await keep(theirs, "d");
  const { items, next } = await readMissedCalls(pool, mine, { limit: 2 });
  expect(items).toMatchObject([
    { accountId: mine, originator: "+493023125001", cause: { code: "hung-up-before-dcs" }, lineMs: 2500 },
    { accountId: mine },
  ]);
  const rest = await readMissedCalls(pool, mine, { limit: 2, cursor: next });
  expect([rest.items.length, rest.next]).toEqual([1, undefined]);
  const newest = items[0]!.id;
  expect(new TextDecoder().decode(await readMissedLadder(pool, mine, newest))).toBe("c");
  expect(await readMissedLadder(pool, theirs, newest)).toBeUndefined();
  await trimLadders(pool, 2);
  expect((await readMissedCalls(pool, mine, { limit: 9 })).items.map(({ id }) => id)).toEqual([newest]);
});
