// The answering side: a call to one of our numbers becomes a fax in its account's inbox, confirmed only when it is durable.

import type { Cause } from "@depesche/core";
import type { BlobStore, FaxAnswerHandler } from "@depesche/ports";
import { type Bitmap, decode, writeTiff } from "@depesche/t4";

export interface InboundDeps {
  blobs: BlobStore;
  /** Account of a called number; undefined refuses the call. */
  accountOf(number: string): Promise<{ id: number; stationId: string } | undefined>;
  /** Stores the fax durably; the same call id is stored once. */
  store(fax: {
    accountId: number;
    callId: string;
    originator: string;
    called: string;
    remoteId: string;
    pages: number;
    /** False when the sender broke off. */
    complete: boolean;
    /** Lines of all pages that came damaged and were concealed. */
    badLines: number;
    tiffHash: string;
    bytes: number;
  }): Promise<unknown>;
  /** Keeps the record of a call whose fax was stored. */
  keepLadder(callId: string, complete: boolean, ladder: Uint8Array): Promise<unknown>;
  /** Keeps a call that left no fax, with its record. */
  keepMissed(call: {
    accountId: number;
    callId: string;
    originator: string;
    called: string;
    remoteId: string;
    cause: Cause;
    lineMs: number;
    ladder: Uint8Array;
  }): Promise<unknown>;
  log: { warn(data: object, text: string): void };
}

interface Call {
  accountId: number;
  called: string;
  from: string;
  pages: { bitmap: Bitmap; yDpi: number; badLines: number; consecutiveBadLines: number }[];
  /** The sender has said that there are no more pages (EOP). */
  complete: boolean;
  stored: boolean;
}

/**
 * Copy quality: a page with more bad lines than this share, or so many one after the other that a line of text may be gone, is
 * asked for again (RTN). T.30 leaves the measure to the machine.
 */
const WORST_BAD_SHARE = 0.05;
const WORST_BAD_RUN = 10;
const CALLS_AT_ONCE = 1000;

export function faxInbox(deps: InboundDeps): FaxAnswerHandler {
  const calls = new Map<string, Call>();

  /** Writes what was received into the inbox. */
  const keep = async (id: string, call: Call, remoteId: string): Promise<void> => {
    const tiff = writeTiff(call.pages.map((page) => ({ ...page, xDpi: 204, coding: "MMR" as const })));
    const tiffHash = await deps.blobs.put(tiff);
    await deps.store({
      accountId: call.accountId,
      callId: id,
      originator: call.from,
      called: call.called,
      remoteId,
      pages: call.pages.length,
      complete: call.complete,
      badLines: call.pages.reduce((sum, page) => sum + page.badLines, 0),
      tiffHash,
      bytes: tiff.length,
    });
    call.stored = true;
  };

  return {
    async accept({ id, called, from }) {
      if (calls.size >= CALLS_AT_ONCE) return undefined;
      const account = await deps.accountOf(called);
      if (!account) return undefined;
      calls.set(id, { accountId: account.id, called, from, pages: [], complete: false, stored: false });
      return { stationId: account.stationId };
    },
    async page({ id }, page) {
      const call = calls.get(id);
      if (!call) return false;
      const { octets, coding, width, yDpi } = page;
      const { bitmap, badLines, consecutiveBadLines } = decode(octets, { coding, width });
      if (bitmap.height === 0 || badLines > bitmap.height * WORST_BAD_SHARE) return false;
      if (consecutiveBadLines > WORST_BAD_RUN) return false;
      call.pages.push({ bitmap, yDpi, badLines, consecutiveBadLines });
      return badLines === 0 || { badLines };
    },
    async complete({ id, remoteId }) {
      const call = calls.get(id);
      if (!call || call.pages.length === 0) return false;
      call.complete = true;
      try {
        await keep(id, call, remoteId);
        return true;
      } catch (error) {
        deps.log.warn({ err: error, call: id }, "a received fax could not be stored; it is not confirmed");
        return false;
      }
    },
    ended({ id }, report) {
      const call = calls.get(id);
      calls.delete(id);
      if (!call) return;
      if (call.pages.length === 0) {
        const { accountId, from: originator, called } = call;
        const { remoteId, cause, lineUs, ladder } = report;
        const missed = { accountId, callId: id, originator, called, remoteId, cause, lineMs: lineUs / 1000, ladder };
        void deps
          .keepMissed(missed)
          .catch((error) => deps.log.warn({ err: error, call: id }, "a call without a fax not kept"));
        return;
      }
      // Pages confirmed one by one belong to the customer even when the call broke off before its end.
      const stored = call.stored
        ? Promise.resolve(true)
        : keep(id, call, report.remoteId).then(
            () => true,
            (error) => deps.log.warn({ err: error, call: id }, "pages of a broken call could not be stored"),
          );
      void stored
        .then((kept) => kept && deps.keepLadder(id, call.complete, report.ladder))
        .catch((error) => deps.log.warn({ err: error, call: id }, "ladder of a received fax not kept"));
    },
  };
}
