import type { BlobStore, ReceivedPage } from "@depesche/ports";
import { blankBitmap, encode, readTiff } from "@depesche/t4";
import { expect, it, vi } from "vitest";
import { faxInbox, type InboundDeps } from "./inbound.ts";

type Stored = Parameters<InboundDeps["store"]>[0];

const PAGE: ReceivedPage = {
  octets: encode(blankBitmap(1728, 10), { coding: "MMR" }),
  coding: "MMR",
  width: 1728,
  yDpi: 196,
};
const CALL = { id: "c1", called: "+493023125900", from: "+493023125001", remoteId: "1" };
const OVER = {
  outcome: "ISDNERR",
  cause: { code: "media-lost", text: "The line was lost." },
  interrupted: false,
  remoteId: "1",
  lineUs: 0,
  ringUs: 0,
  ladder: new Uint8Array(0),
  pages: 2,
} as const;

const ladders: unknown[] = [];

/** A fax of two pages that comes in; `whole` says whether its sender reaches the end. Resolves with what is stored. */
function received(whole: boolean, failures = 0): Promise<Stored> {
  let left = failures;
  return new Promise((resolve) => {
    const inbox = faxInbox({
      blobs: { put: async () => "hash" } as unknown as BlobStore,
      accountOf: async () => ({ id: 1, stationId: "" }),
      store: async (fax) => {
        if (left-- > 0) throw new Error("no database");
        resolve(fax);
      },
      keepLadder: async (...kept) => ladders.push(kept),
      keepMissed: async () => {},
      log: { warn: () => {} },
    });
    void (async () => {
      await inbox.accept(CALL);
      for (let i = 0; i < 2; i++) expect(await inbox.page(CALL, PAGE)).toBe(true);
      if (whole) await inbox.complete(CALL);
      inbox.ended(CALL, OVER);
    })();
  });
}

it("a fax is complete when its sender said so, and a broken one keeps its pages and tells", async () => {
  expect(await received(true)).toMatchObject({ pages: 2, complete: true });
  expect(await received(false)).toMatchObject({ pages: 2, complete: false });
});

it("a whole fax that could be stored only after its call is complete all the same", async () => {
  expect(await received(true, 1)).toMatchObject({ pages: 2, complete: true });
});

it("the record of a call is kept after its fax, whole or broken", async () => {
  for (const whole of [true, false]) {
    ladders.length = 0;
    await received(whole);
    await vi.waitFor(() => expect(ladders).toEqual([["c1", whole, OVER.ladder]]), 15_000);
  }
});

/** A page of `rows` blank lines over the line without error correction, on which the lines named are hit. */
function hitPage(rows: number, hit: readonly number[]): ReceivedPage {
  // EOLs that end on an octet: 00 01, then 17 bits of line, 3 of fill and 12 of EOL for each line.
  const octets = encode(blankBitmap(1728, rows), { coding: "MH", eolAlign: true });
  for (const line of hit) octets.fill(0xaa, 2 + 4 * line, 4 + 4 * line);
  return { octets, coding: "MH", width: 1728, yDpi: 98 };
}

it("damaged lines are concealed and told: to the line, in the inbox and in the tags of the TIFF", async () => {
  const put = vi.fn(async (_: Uint8Array) => "hash");
  const store = vi.fn(async (_: Stored) => {});
  const inbox = faxInbox({
    blobs: { put } as unknown as BlobStore,
    accountOf: async () => ({ id: 1, stationId: "" }),
    store,
    keepLadder: async () => {},
    keepMissed: async () => {},
    log: { warn: () => {} },
  });
  await inbox.accept(CALL);
  expect(await inbox.page(CALL, hitPage(100, [10, 20, 21]))).toEqual({ badLines: 3 });
  expect(await inbox.page(CALL, hitPage(100, []))).toBe(true);
  await inbox.complete(CALL);
  expect(store.mock.calls[0]?.[0]).toMatchObject({ pages: 2, badLines: 3 });
  const tiff = readTiff(put.mock.calls[0]?.[0] as Uint8Array);
  if (!tiff.ok) throw new Error(tiff.problem);
  expect(tiff.pages.map(({ received }) => received)).toEqual([
    { badLines: 3, consecutiveBadLines: 2 },
    { badLines: 0, consecutiveBadLines: 0 },
  ]);
});

it("a page with more than one damaged line in twenty, or more than ten in a row, is asked for again", async () => {
  const inbox = faxInbox({
    blobs: { put: async () => "hash" } as unknown as BlobStore,
    accountOf: async () => ({ id: 1, stationId: "" }),
    store: async () => {},
    keepLadder: async () => {},
    keepMissed: async () => {},
    log: { warn: () => {} },
  });
  await inbox.accept(CALL);
  const spread = (count: number) => Array.from({ length: count }, (_, i) => 5 + i * 7);
  expect(await inbox.page(CALL, hitPage(100, spread(5)))).toEqual({ badLines: 5 });
  expect(await inbox.page(CALL, hitPage(100, spread(6)))).toBe(false);
  const run = (count: number) => Array.from({ length: count }, (_, i) => 50 + i);
  expect(await inbox.page(CALL, hitPage(400, run(10)))).toEqual({ badLines: 10 });
  expect(await inbox.page(CALL, hitPage(400, run(11)))).toBe(false);
});

it("a call that leaves no page is kept with why, and with its record", async () => {
  const missed = vi.fn(async (_: Parameters<InboundDeps["keepMissed"]>[0]) => {});
  const inbox = faxInbox({
    blobs: { put: async () => "hash" } as unknown as BlobStore,
    accountOf: async () => ({ id: 7, stationId: "" }),
    store: async () => {},
    keepLadder: async () => {},
    keepMissed: missed,
    log: { warn: () => {} },
  });
  const cause = { code: "hung-up-before-dcs", text: "The caller hung up." };
  await inbox.accept(CALL);
  inbox.ended(CALL, { ...OVER, pages: 0, cause, lineUs: 2_500_000, ladder: Uint8Array.of(1) });
  expect(missed).toHaveBeenCalledWith(
    expect.objectContaining({ accountId: 7, callId: CALL.id, cause, lineMs: 2500, ladder: Uint8Array.of(1) }),
  );
});
