// The pages of a call as both ends have them: fitted as the fax channel sends them, and as the machine's tray gives them back.

import { setImmediate as breathe } from "node:timers/promises";
import type { CallPage, CallPageFacts, CallPages } from "@depesche/client";
import { type Bitmap, differingPels, fitted, readTiff, type TiffPage } from "@depesche/t4";
import type { Agreed } from "./agreed.ts";
import { differencePng, pagePng } from "./png.ts";

export type Side = "sent" | "received" | "difference";

/** Both ends of a call as files. */
export interface CallFiles {
  /** The job's canonical TIFF and how many of its pages went out. */
  sent?: { tiff: Uint8Array; pages: number };
  received?: Uint8Array;
  /** From the ladder; a page that came tells it, too. */
  agreed?: Agreed;
}

interface ShownPage {
  bitmap: Bitmap;
  facts: CallPageFacts;
}

const X_DPI = 204;
const Y_DPI = 196;
/** Neighbours are looked at next, and a picture is asked for in three ways. */
const KEPT_PAGES = 8;

/** One call, opened: its list and its pictures are made of the same pages. */
export interface OpenCall {
  list(): Promise<CallPages>;
  /** Page `n` from 1; undefined when there is no such picture. */
  picture(n: number, side: Side): Promise<Uint8Array | undefined>;
}

/** Opens the files of a call. A file that cannot be read counts as one that is not there. */
export function openCall({ sent, received, agreed }: CallFiles): OpenCall {
  const heads = (tiff: Uint8Array | undefined): readonly TiffPage[] => {
    const read = tiff && readTiff(tiff, { decode: "none" });
    return read?.ok ? read.pages : [];
  };
  const receivedHeads = heads(received);
  const sentCount = Math.min(sent?.pages ?? 0, heads(sent?.tiff).length);
  const kept = new Map<string, ShownPage>();

  const decoded = (tiff: Uint8Array | undefined, index: number): (TiffPage & { bitmap: Bitmap }) | undefined => {
    const read = tiff && readTiff(tiff, { decode: index });
    const page = read?.ok ? read.pages[index] : undefined;
    return page?.bitmap && { ...page, bitmap: page.bitmap };
  };
  const asReceived = (index: number): ShownPage | undefined => {
    const page = decoded(received, index);
    return page && shown(page.bitmap, page.yDpi ?? Y_DPI);
  };
  const asSent = (index: number): ShownPage | undefined => {
    const page = index < sentCount ? decoded(sent?.tiff, index) : undefined;
    if (!page) return undefined;
    const head = receivedHeads[index];
    const came = head && { width: head.width, yDpi: Math.round(head.yDpi ?? Y_DPI) };
    const target = came ?? agreed ?? { width: page.bitmap.width, yDpi: page.yDpi ?? Y_DPI };
    return shown(fitted(page.bitmap, page.yDpi, target), target.yDpi);
  };
  const page = (index: number, side: "sent" | "received"): ShownPage | undefined => {
    const key = `${side} ${index}`;
    const known = kept.get(key);
    if (known) return known;
    const made = side === "sent" ? asSent(index) : asReceived(index);
    if (made) kept.set(key, made);
    if (kept.size > KEPT_PAGES) kept.delete(kept.keys().next().value as string);
    return made;
  };

  let listed: Promise<CallPages> | undefined;
  const makeList = async (): Promise<CallPages> => {
    const pages: CallPage[] = [];
    for (let index = 0; index < Math.max(sentCount, receivedHeads.length); index++) {
      const [a, b] = [page(index, "sent"), page(index, "received")];
      pages.push({
        n: index + 1,
        ...(a && { sent: a.facts }),
        ...(b && { received: b.facts }),
        ...(a && b && { differing: differingPels(a.bitmap, b.bitmap) }),
      });
      // Five hundred pages take seconds; others want their answers meanwhile.
      await breathe();
    }
    return { pages, receivedKept: receivedHeads.length > 0 };
  };

  return {
    list() {
      listed ??= makeList();
      return listed;
    },
    async picture(n, side) {
      if (side !== "difference") {
        const one = page(n - 1, side);
        return one && pagePng(one.bitmap, one.facts);
      }
      const [a, b] = [page(n - 1, "sent"), page(n - 1, "received")];
      return a && b && differencePng(a.bitmap, b.bitmap, b.facts);
    },
  };
}

function shown(bitmap: Bitmap, yDpi: number): ShownPage {
  return { bitmap, facts: { width: bitmap.width, height: bitmap.height, xDpi: X_DPI, yDpi: Math.round(yDpi) } };
}
