// The print shop in the town, behind its hot folder.

import * as path from "node:path";
import { createDocuments, type Documents } from "@depesche/documents";
import { postingOf } from "@depesche/letter";
import { openPrintShop, type PrintedLetter } from "@depesche/print-shop";
import { BadRequest, countFrom, type House, type Surroundings } from "../house.ts";
import { letterPage } from "../letter-page.ts";

export async function openPrintShopHouse(_port: number, around: Surroundings): Promise<House> {
  const file = path.join(around.folder, "wire-letter.ndjson");
  const shop = await openPrintShop({
    hotFolder: path.join(around.dataFolder, "print-shop"),
    workFolder: path.join(around.folder, "print-shop"),
    wireLog: file,
    clock: around.clock,
    fault: (id) => around.chaos.meets("letter", id),
  });
  let documents: Documents | undefined;
  /** Threads are started by the first page that is looked at. */
  const rooms = () => {
    documents ??= createDocuments({ threads: 1 });
    return documents;
  };
  return {
    wireLog: { channel: "letter", file },
    async close() {
      await Promise.all([shop.close(), documents?.close()]);
    },
    routes: [
      {
        method: "get",
        path: "/print-shop/letters",
        summary: "Letters the shop has taken, newest first, with their address.",
        query: { limit: "How many at most; 1000 unless told." },
        response: { type: "object", properties: { letters: { type: "array", items: LETTER } } },
        answer: ({ query }) => ({
          json: {
            letters: [...shop.letters()]
              .reverse()
              .slice(0, countFrom(query, "limit", 1000))
              .map(letterView),
          },
        }),
      },
      {
        method: "get",
        path: "/print-shop/letters/{id}/pages/{n}.png",
        summary:
          "A page of a letter with the envelope's window, the zones to keep free and the folds; n counts from 1.",
        mediaType: "image/png",
        async answer({ path: { id = "", n = "" } }) {
          const letter = shop.letters().find((kept) => kept.id === id);
          const pdf = letter && (await shop.letterPdf(id));
          const page = /^[1-9]\d{0,5}$/.test(n) ? Number(n) : 0;
          const png = pdf && page > 0 ? await letterPage(rooms(), pdf, page, letter.envelope) : undefined;
          return png === undefined
            ? {
                status: 404,
                json: { error: `There is no page ${n.slice(0, 20)} of letter ${id.slice(0, 64)} (any more).` },
              }
            : { mediaType: "image/png", body: png };
        },
      },
      {
        method: "post",
        path: "/print-shop/letters/{id}/returned",
        summary: "A letter that was handed over comes back as undeliverable.",
        request: { type: "object" },
        response: LETTER,
        async answer({ path: { id = "" } }) {
          const back = await shop.giveBack(id);
          if (!back.ok) throw new BadRequest(back.refused);
          return { json: letterView(back.letter) };
        },
      },
      {
        method: "get",
        path: "/print-shop/letters/{id}.pdf",
        summary: "A letter as it came to the shop.",
        mediaType: "application/pdf",
        async answer({ path: { id = "" } }) {
          const body = await shop.letterPdf(id);
          return body === undefined
            ? { status: 404, json: { error: `There is no letter ${id} any more.` } }
            : { mediaType: "application/pdf", body };
        },
      },
    ],
  };
}

/** With the names that all lists of the town have in common, and its weight and postage. */
function letterView(letter: PrintedLetter) {
  const posting = postingOf(letter.sheets, letter.envelope);
  return {
    ...letter,
    simAt: letter.acceptedAt,
    ...(posting && { gram: posting.gram, postageClass: posting.class.name }),
  };
}

const LETTER = {
  type: "object",
  properties: {
    id: { type: "string" },
    batch: { type: "string" },
    address: { type: "array", items: { type: "string" } },
    pages: { type: "integer" },
    sheets: { type: "integer" },
    duplex: { type: "boolean" },
    colour: { type: "boolean" },
    envelope: { enum: ["DINLANG", "C4"] },
    sha256: { type: "string" },
    bytes: { type: "integer" },
    state: { enum: ["acknowledged", "printed", "handed-over", "returned"] },
    acceptedAt: { type: "number", description: "Simulated time, ms since 1970." },
    simAt: { type: "number", description: "The same." },
    gram: { type: "number", description: "With its envelope." },
    postageClass: { type: "string", description: "By Deutsche Post's name." },
  },
};
