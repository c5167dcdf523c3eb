// T.30, T.38 and T.4 alone: whole one-page calls between two sessions in memory, on one core, without a socket or a database.

import { readFileSync } from "node:fs";
import { type Bitmap, type Coding, decode, encode, readTiff } from "@depesche/t4";
import { type Action, createAnswerer, createCaller, type PageFormat, runInMemory } from "@depesche/t30";
import { decodeIfp, encodeIfp } from "@depesche/t38";
import { eventsOf, newEar, signalsOf } from "@depesche/wire-t38";

const CODINGS: Readonly<Record<PageFormat["coding"], Coding>> = { mh: "MH", mr: "MR", mmr: "MMR" };
const TEXT_PAGE = new URL("../fixtures/two-pages.tif", import.meta.url);

/** Pages a second: coded, cut into frames, written and read as IFPs, put together, decoded; MMR with ECM at 14400. */
export function pagesInMemory(forMs: number): number {
  const read = readTiff(new Uint8Array(readFileSync(TEXT_PAGE)), { decode: 0 });
  const bitmap = read.ok ? read.pages[0]?.bitmap : undefined;
  if (!bitmap) throw new Error("the sample page cannot be read");
  oneCall(bitmap);
  let pages = 0;
  const began = performance.now();
  while (performance.now() - began < forMs) {
    oneCall(bitmap);
    pages++;
  }
  return (pages / (performance.now() - began)) * 1000;
}

function oneCall(bitmap: Bitmap): void {
  const ear = newEar();
  const throughT38 = (action: Action, atUs: number) => {
    for (const { ifp, atUs: heardUs } of signalsOf(action, atUs)) {
      const arrived = decodeIfp(encodeIfp(ifp));
      if (!arrived.ok) throw new Error("an IFP of our own cannot be read");
      eventsOf(arrived.ifp, ear, heardUs);
    }
  };
  let rows = 0;
  const { caller } = runInMemory({
    caller: createCaller({ pages: [{ width: 1728, resolution: "fine" }] }),
    answerer: createAnswerer(),
    pageFor: (_, format) => encode(bitmap, { coding: CODINGS[format.coding] }),
    store: (_, octets, format) => {
      rows = decode(octets, { coding: CODINGS[format.coding], width: format.width }).bitmap.height;
      return true;
    },
    watch: (_, action, atUs) => throughT38(action, atUs),
  });
  if (caller?.outcome !== "OK" || rows !== bitmap.height) throw new Error("a call in memory did not end OK");
}
