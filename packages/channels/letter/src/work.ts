// The letter channel: one attempt hands one letter to the print shop; what becomes of it later are delivery states.

import { type AttemptReport, type DeliveryState, parseAttemptKey } from "@depesche/core";
import { envelopeOf } from "@depesche/letter";
import type { AttemptOrder, BlobStore, ChannelWork, PrintOrder, PrintShop } from "@depesche/ports";

/** A delivery state of a recipient, as the ledger takes it. */
export interface LetterDelivery {
  job: number;
  n: number;
  state: DeliveryState;
  detail?: string;
}

export interface LetterChannelConfig {
  /** Closed with the channel. */
  shop: PrintShop;
  blobs: BlobStore;
  /**
   * Told of printed, handed over, returned ..., also for letters of earlier runs. A rejection brings it again later.
   * Unset: whoever opened the shop listens to it.
   */
  onDelivery?(delivery: LetterDelivery): Promise<unknown>;
  /** Attempts in flight at once. Default 10. */
  slots?: number;
}

/** The worker's part for letters. */
export function letterWork({ shop, blobs, onDelivery, slots = 10 }: LetterChannelConfig): ChannelWork {
  if (onDelivery) {
    shop.onDelivery(async ({ id, state, detail }) => {
      const recipient = recipientOf(id);
      if (recipient) await onDelivery({ ...recipient, state, ...(detail !== undefined && { detail }) });
    });
  }
  return {
    channel: "letter",
    slots,
    async send(order, { signal, progress }) {
      const letter = await letterOf(order, blobs);
      if ("outcome" in letter) return letter;
      progress({ state: "sending", address: letter.address.at(-1) ?? "", pages: letter.pages });
      const report = await shop.submit(letter, signal);
      if (report.outcome === "OK") return { ...report, pages: letter.pages, carrierId: letter.id };
      return report.cause.code === "interrupted" ? { ...report, interrupted: true } : report;
    },
    close: () => shop.close(),
  };
}

/** Job and recipient, the same for every attempt: the print shop's idempotency key. */
function letterIdOf({ key }: AttemptOrder): string | undefined {
  const parsed = parseAttemptKey(key);
  return parsed && `${parsed.job}-${parsed.n}`;
}

/** Undefined for ids that are not ours (another sender's letters in the same shop). */
function recipientOf(id: string): { job: number; n: number } | undefined {
  const m = /^(\d{1,15})-(\d{1,9})$/.exec(id);
  return m ? { job: Number(m[1]), n: Number(m[2]) } : undefined;
}

async function letterOf(order: AttemptOrder, blobs: BlobStore): Promise<PrintOrder | AttemptReport> {
  const { pages, letter } = order.content;
  const id = letterIdOf(order);
  if (!pages || !letter || !id) return failed("letter-unchecked", "The job holds no checked letter.", false);
  let pdf: Uint8Array | undefined;
  try {
    pdf = await blobs.get(pages.hash);
  } catch (error) {
    return failed("document-unreadable", `The letter's PDF cannot be read: ${(error as Error).message}`, true);
  }
  if (!pdf) return failed("document-missing", "The letter's PDF is no longer stored.", false);
  const { address, sheets } = letter;
  return {
    id,
    pdf,
    address,
    pages: pages.count,
    sheets,
    // The check has counted the sheets for the way of printing; fewer sheets than pages are printed on both sides.
    duplex: sheets < pages.count,
    colour: order.options.colour ?? false,
    envelope: envelopeOf(sheets),
  };
}

function failed(code: string, text: string, temporary: boolean): AttemptReport {
  return { outcome: "SENDFAIL", cause: { code, text }, ...(temporary && { temporary }) };
}
