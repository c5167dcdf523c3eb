// The print shop in the town, behind its hot folder.

import * as path from "node:path";
import { openPrintShop } from "@depesche/print-shop";
import { countFrom, type House, type Surroundings } from "../house.ts";

export async function openPrintShopHouse(_port: number, around: Surroundings): Promise<House> {
  const file = path.join(around.folder, "wire-letter.ndjson");
  const shop = await openPrintShop({
    hotFolder: path.join(around.dataFolder, "print-shop"),
    workFolder: path.join(around.folder, "print-shop"),
    wireLog: file,
    clock: around.clock,
    fault: (id) => around.chaos.meets("letter", id),
  });
  return {
    wireLog: { channel: "letter", file },
    close: () => shop.close(),
    routes: [
      {
        method: "get",
        path: "/print-shop/letters",
        summary: "Letters the shop has taken, newest first, with their address.",
        query: { limit: "How many at most; 1000 unless told." },
        response: { type: "object", properties: { letters: { type: "array", items: LETTER } } },
        answer: ({ query }) => ({
          json: { letters: [...shop.letters()].reverse().slice(0, countFrom(query, "limit", 1000)) },
        }),
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
    state: { enum: ["acknowledged", "printed", "handed-over"] },
    acceptedAt: { type: "number", description: "Simulated time, ms since 1970." },
  },
};
