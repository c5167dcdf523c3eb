// Debian's efax at the emulated modems: it sends to and receives from simulated machines, and calls another efax.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { equalBitmaps, writeTiff } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture, newestFax, tellTown, town } from "../../journeys/post-office.ts";
import {
  efax,
  efaxPages,
  type Folder,
  filesForEfax,
  foot,
  newFolder,
  pagesOf,
  type SerialLine,
  serialLine,
} from "./modem-lines.ts";

const [ONE, TWO, THREE, FOUR] = ["+493023125920", "+493023125921", "+493023125922", "+493023125923"];
/** What efax sets above each page: its header, whose last rows it writes over the page's first; here it is blank. */
const HEADER_ROWS = 20;
const HANG_MS = 280_000;

const two = pagesOf(fixture("two-pages.tif"));
/** Three pages and one, all different. */
const onePage = [two[1]!];
const threePages = [two[0]!, two[1]!, upsideDown(two[0]!)];

let folder: Folder;
const lines: SerialLine[] = [];
beforeAll(async () => {
  folder = await newFolder();
  for (const number of [ONE, TWO, THREE, FOUR])
    lines.push(await serialLine(number!, join(folder.path, `tty${lines.length}`)));
});
afterAll(async () => {
  for (const line of lines) await line.close();
  await folder.remove();
});

function upsideDown(page: (typeof two)[0]): (typeof two)[0] {
  const octets = page.data.length / page.height;
  const data = new Uint8Array(page.data.length);
  for (let y = 0; y < page.height; y++) {
    data.set(page.data.subarray(y * octets, (y + 1) * octets), (page.height - 1 - y) * octets);
  }
  return { ...page, data };
}

const idOf = (line: number) => `+49 30 23125 92${line}`;
const tiffOf = (pages: typeof two) => writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi: 196 })));

async function send(line: number, number: string, pages: typeof two): Promise<void> {
  const files = await filesForEfax(pages, join(folder.path, `send-${line}-${pages.length}`));
  const { code, said } = await efax(lines[line]!.device, idOf(line), ["-h", " ", "-t", number, ...files]);
  expect(code, said).toBe(0);
}

/** efax waits for a call on this line; gives what it received. */
async function receive(line: number, call: () => Promise<unknown>): Promise<typeof two> {
  const place = join(folder.path, `receive-${line}`);
  await mkdir(place);
  let calling: Promise<unknown> | undefined;
  const { code, said } = await efax(
    lines[line]!.device,
    idOf(line),
    ["-w", "-i", "S0=1", "-r", join(place, "in")],
    () => {
      calling ??= call();
    },
  );
  await calling;
  expect(code, said).toBe(0);
  expect(said.match(/received \d+ lines, 0 errors/g)?.length, said).toBeGreaterThan(0);
  return efaxPages(place);
}

const machineCalls = (from: string, to: string, pages: typeof two) => async () => {
  const order = { from, to, tiff: Buffer.from(tiffOf(pages)).toString("base64") };
  expect(await tellTown("POST", "/exchange/calls", order)).toMatchObject({ result: "OK", pages: pages.length });
};

/** The same pels below a header, and no row more. */
function expectSame(received: typeof two, sent: typeof two, headerRows: number): void {
  expect(received.length).toBe(sent.length);
  for (const [i, page] of sent.entries()) {
    const { height } = received[i]!;
    expect(height, `rows of page ${i + 1}`).toBe(page.height + headerRows);
    expect(equalBitmaps(foot(received[i]!, page.height), page), `page ${i + 1}`).toBe(true);
  }
}

describe.concurrent("efax", () => {
  it("sends one page to a machine and receives three from one", { timeout: HANG_MS }, async () => {
    await send(0, "T03023125061", onePage);
    expectSame(pagesOf(await newestFax("+493023125061")), onePage, HEADER_ROWS);
    const { calls } = await town("/exchange/calls?number=%2B493023125061");
    expect(calls[0]).toMatchObject({ from: ONE, result: "OK", cause: "completed", pages: 1 });
    expectSame(await receive(0, machineCalls("+493023125062", ONE!, threePages)), threePages, 0);
  });

  it("sends three pages to an old machine and receives one from one", { timeout: HANG_MS }, async () => {
    await send(1, "T+493023125911", threePages);
    expectSame(pagesOf(await newestFax("+493023125911")), threePages, HEADER_ROWS);
    expectSame(await receive(1, machineCalls("+493023125911", TWO!, onePage)), onePage, 0);
  });

  it("calls another efax across the exchange", { timeout: HANG_MS }, async () => {
    const received = await receive(2, () => send(3, "T922", onePage));
    expectSame(received, onePage, HEADER_ROWS);
    const { calls } = await town("/exchange/calls?number=%2B493023125922");
    expect(calls[0]).toMatchObject({ from: FOUR, to: THREE, result: "BRIDGED" });
  });
});
