// The pages of a call, with real TIFFs on both ends, and pictures read back octet by octet.

import { inflateSync } from "node:zlib";
import type { CallPages, LadderLine } from "@depesche/client";
import { type Bitmap, blankBitmap, writeTiff } from "@depesche/t4";
import { describe, expect, it } from "vitest";
import { house } from "../house.double.ts";
import { agreedIn, pagesBegun } from "./agreed.ts";
import { openCall } from "./pages.ts";
import { differencePng, pagePng } from "./png.ts";

/** A page with these octets at the left of its lines. */
function page(...rows: number[]): Bitmap {
  const bitmap = blankBitmap(1728, rows.length);
  for (const [y, octet] of rows.entries()) bitmap.data[y * 216] = octet;
  return bitmap;
}

function tiffOf(yDpi: number, ...pages: Bitmap[]): Uint8Array {
  return writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi })));
}

/** Size of a PNG, and the first `count` octets of each row. */
function readPng(png: Uint8Array, count: number) {
  const bytes = Buffer.from(png);
  const [width, height, bits] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24]!];
  const at = bytes.indexOf("IDAT") + 4;
  const raw = inflateSync(bytes.subarray(at));
  const stride = Math.ceil((width * bits) / 8) + 1;
  const rows = Array.from({ length: height }, (_, y) => [...raw.subarray(y * stride + 1, y * stride + 1 + count)]);
  return { width, height, bits, rows };
}

const line = (kind: LadderLine["kind"], from: LadderLine["from"], name: string, bits: [number, string][] = []) => ({
  lineUs: 0,
  kind,
  from,
  name,
  meaning: "",
  fields: bits.map(([bit, value]) => ({ name: "", value, bit })),
});
const DCS = line("frame", "caller", "DCS", [
  [15, "no"],
  [17, "1728"],
]);

describe("the pages of a call", () => {
  it("are the same on both ends when the receiver got what was sent", async () => {
    const tiff = tiffOf(196, page(0x0f, 0xff), page(0x11));
    const call = openCall({ sent: { tiff, pages: 2 }, received: tiff });
    const facts = { width: 1728, xDpi: 204, yDpi: 196 };
    expect(await call.list()).toEqual({
      receivedKept: true,
      pages: [
        { n: 1, sent: { ...facts, height: 2 }, received: { ...facts, height: 2 }, differing: 0 },
        { n: 2, sent: { ...facts, height: 1 }, received: { ...facts, height: 1 }, differing: 0 },
      ],
    });
  });

  it("are shown as sent at the resolution of the receiver, and differ by each pel", async () => {
    const sent = tiffOf(196, page(0x80, 0x01, 0x10, 0));
    const call = openCall({ sent: { tiff: sent, pages: 1 }, received: tiffOf(98, page(0x81, 0x30)) });
    const [first] = (await call.list()).pages;
    expect(first).toMatchObject({ sent: { height: 2, yDpi: 98 }, received: { height: 2, yDpi: 98 }, differing: 1 });
    // 98 lines an inch are half of the pels across: each line stands twice in the picture.
    expect(readPng((await call.picture(1, "sent"))!, 1).rows).toEqual([[0x7e], [0x7e], [0xef], [0xef]]);
    const { rows } = readPng((await call.picture(1, "difference"))!, 2);
    expect(rows[0]).toEqual([0b11_00_00_00, 0b00_00_00_11]);
    expect(rows[2]).toEqual([0b00_00_10_11, 0]);
  });

  it("end with the lines that came when the sender broke off, and leave out what never went out", async () => {
    const sent = tiffOf(196, page(1, 2, 3, 4), page(5), page(6));
    const call = openCall({ sent: { tiff: sent, pages: 1 }, received: tiffOf(196, page(1, 2)) });
    const { pages } = await call.list();
    expect(pages).toHaveLength(1);
    expect(pages[0]).toMatchObject({ sent: { height: 4 }, received: { height: 2 }, differing: 3 });
    expect(await call.picture(2, "sent")).toBeUndefined();
  });

  it("of a real receiver are shown as sent alone", async () => {
    const call = openCall({ sent: { tiff: tiffOf(196, page(1, 2)), pages: 1 }, agreed: { width: 1728, yDpi: 98 } });
    expect(await call.list()).toEqual({
      receivedKept: false,
      pages: [{ n: 1, sent: { width: 1728, height: 1, xDpi: 204, yDpi: 98 } }],
    });
    expect(await call.picture(1, "received")).toBeUndefined();
    expect(await call.picture(1, "difference")).toBeUndefined();
  });

  it("that cannot be read are not shown", async () => {
    const call = openCall({ sent: { tiff: Uint8Array.of(1, 2), pages: 1 }, received: Uint8Array.of(3) });
    expect(await call.list()).toEqual({ pages: [], receivedKept: false });
  });
});

describe("what a call agreed on", () => {
  it("is in its last DCS", () => {
    const fine = line("frame", "caller", "DCS", [
      [15, "yes"],
      [17, "2048"],
    ]);
    expect(agreedIn([fine, DCS])).toEqual({ width: 1728, yDpi: 98 });
    expect(agreedIn([fine])).toEqual({ width: 2048, yDpi: 196 });
    expect(agreedIn([line("sip", "answerer", "486 Busy Here")])).toBeUndefined();
  });

  it("went out page by page: confirmed ones, and the one the call ended in", () => {
    const [data, mcf] = [line("page", "caller", "page data"), line("frame", "answerer", "MCF")];
    expect(pagesBegun([DCS], 0)).toBe(0);
    expect(pagesBegun([DCS, data, mcf, data, mcf], 2)).toBe(2);
    expect(pagesBegun([DCS, data, mcf, data], 1)).toBe(2);
  });
});

describe("a picture of a page", () => {
  it("has the pels of the page, white beyond it", async () => {
    const small = { width: 3, height: 1, data: Uint8Array.of(0b0100_0000) };
    const wide = { width: 10, height: 2, data: Uint8Array.of(0b0110_0000, 0, 0, 0b0100_0000) };
    const density = { xDpi: 204, yDpi: 196 };
    expect(readPng(await pagePng(small, density), 1)).toEqual({ width: 3, height: 1, bits: 1, rows: [[0b1011_1111]] });
    expect(readPng(await differencePng(small, wide, density), 3)).toEqual({
      width: 10,
      height: 2,
      bits: 2,
      rows: [
        [0b00_11_10_00, 0, 0],
        [0, 0, 0b00_10_00_00],
      ],
    });
  });
});

describe("/v1/attempts/{key}/pages", () => {
  it("shows the pages of a finished call, and whole pictures of them", async () => {
    const tiff = tiffOf(196, page(0x0f), page(0xf0));
    const simulators = { ask: async () => new Response(tiff.slice().buffer as ArrayBuffer) };
    const lines = [DCS, line("page", "caller", "page data")];
    const { ask, ledger, blobs } = house({ simulators, renderLadder: () => lines });
    const pages = { hash: await blobs.put(tiff), count: 2 };
    ledger.addJob({ id: 1, accountId: 1, content: { documents: [], pages } });
    ledger.ladders.set("1.0.1", Uint8Array.of(1));
    ledger.tried.set("1.0", [
      {
        key: "1.0.1",
        outcome: "SENDFAIL",
        cause: { code: "hung-up-in-page", text: "" },
        pages: 0,
        startedAt: 0,
        endedAt: 0,
        at: 0,
        repeat: false,
        interrupted: false,
        final: true,
      },
    ]);
    const list = (await (await ask("GET", "/v1/attempts/1.0.1/pages")).json()) as CallPages;
    expect(list.pages).toMatchObject([
      { n: 1, differing: 0 },
      { n: 2, received: { height: 1 } },
    ]);
    const picture = await ask("GET", "/v1/attempts/1.0.1/pages/1/difference.png");
    expect(picture.headers.get("content-type")).toBe("image/png");
    const png = new Uint8Array(await picture.arrayBuffer());
    expect(Buffer.from(png.subarray(1, 4)).toString()).toBe("PNG");
    expect(readPng(png, 2).rows).toEqual([[0, 0b11111111]]);
    expect((await ask("GET", "/v1/attempts/1.0.1/pages/2/sent.png")).status).toBe(404);
  });

  it("is nothing for calls that are not there, not those of this account, or no fax", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 2 });
    ledger.addJob({ id: 2, accountId: 1, channel: "sms" });
    ledger.addJob({ id: 3, accountId: 1 });
    for (const path of ["1.0.1/pages", "2.0.1/pages", "3.0.1/pages", "x/pages", "3.0.1/pages/1/sent.png"]) {
      const response = await ask("GET", `/v1/attempts/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
    }
  });
});
