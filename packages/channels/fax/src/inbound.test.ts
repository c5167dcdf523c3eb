import type { BlobStore, ReceivedPage } from "@depesche/ports";
import { blankBitmap, encode } from "@depesche/t4";
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
