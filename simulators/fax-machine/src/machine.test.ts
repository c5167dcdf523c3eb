import { type Bitmap, blankBitmap, decode, encode, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { type Event, FCF, type PageFormat } from "@depesche/t30";
import { describe, expect, it } from "vitest";
import { answeringMachine, hashOf, sendingMachine, sumOfHashes, Tray } from "./index.ts";
import { noise } from "./noise.ts";

const FORMAT: PageFormat = { coding: "mh", width: 1728, resolution: "fine", ecm: 0, rate: 9600, minScanUs: 0 };

function strokes(height: number, seed: number): Bitmap {
  const page = blankBitmap(1728, height);
  for (let i = 0; i < page.data.length; i++) if ((i * 7919 + seed) % 23 === 0) page.data[i] = (i + seed) & 0xff;
  return page;
}

function trayPage(bitmap: Bitmap, yDpi = 196) {
  const octets = encode(bitmap, { coding: "MMR" });
  return { octets, sha256: hashOf(octets), coding: "MMR" as const, width: 1728, yDpi, badLines: 0 };
}

describe("a machine's tray", () => {
  const ids = { from: "+493023125900", remoteId: "x", at: 0, attempt: "", complete: true };

  it("gives a fax back as multipage TIFF with its resolution", () => {
    const tray = new Tray();
    tray.put("+49301", ids, [trayPage(strokes(40, 1), 98), trayPage(strokes(50, 2))]);
    const read = readTiff(tray.tiff("+49301", 0)!);
    if (!read.ok) throw new Error(read.problem);
    expect(read.pages.map(({ yDpi, height }) => [yDpi, height])).toEqual([
      [98, 40],
      [196, 50],
    ]);
    expect(equalBitmaps(read.pages[1]!.bitmap!, strokes(50, 2))).toBe(true);
    expect(tray.tiff("+49301", 1)).toBeUndefined();
    expect(tray.tiff("+49302", 0)).toBeUndefined();
  });

  it("keeps only the last faxes of a machine", () => {
    const tray = new Tray({ faxes: 3 });
    for (let i = 0; i < 5; i++) tray.put("+49301", { ...ids, at: i }, [trayPage(strokes(10, i))]);
    expect(tray.faxes("+49301").map(({ at }) => at)).toEqual([2, 3, 4]);
  });

  it("knows the fax of a named call, and shows one that was broken off only under that name", () => {
    const tray = new Tray({ faxes: 1 });
    tray.put("+49301", { ...ids, attempt: "1.0.1", complete: false }, [trayPage(strokes(12, 1))]);
    expect(tray.faxes("+49301")).toEqual([]);
    const read = readTiff(tray.tiffOf(tray.ofAttempt("1.0.1")!)!);
    expect(read.ok && read.pages.map(({ height }) => height)).toEqual([12]);
    tray.put("+49301", { ...ids, attempt: "1.0.2" }, [trayPage(strokes(20, 2))]);
    expect([tray.ofAttempt("1.0.1"), tray.ofAttempt("1.0.2")?.complete]).toEqual([undefined, true]);
  });

  it("keeps one copy of a circular, and gives up the oldest of all when it is full", () => {
    const page = trayPage(strokes(60, 9));
    const tray = new Tray({ octets: page.octets.length * 2 });
    for (let i = 0; i < 20; i++) tray.put(`+4930${i}`, ids, [page]);
    expect(tray.faxes("+49300")).toHaveLength(1);
    for (let i = 0; i < 3; i++) tray.put("+4931", ids, [trayPage(strokes(60, 100 + i))]);
    expect(tray.faxes("+49300")).toHaveLength(0);
    expect(tray.tiff("+4931", tray.faxes("+4931").length - 1)).toBeDefined();
  });
});

describe("a machine that answers", () => {
  it("takes a good page and refuses one that is mostly bad lines", () => {
    const octets = encode(strokes(60, 3), { coding: "MH" });
    expect(answeringMachine({ mood: "mh-9600", stationId: "" }).receive(octets, FORMAT)).toEqual({ badLines: 0 });
    const spoilt = octets.map((octet, i) => (i % 20 === 0 ? octet ^ 0x5a : octet));
    const machine = answeringMachine({ mood: "mh-9600", stationId: "" });
    expect(machine.receive(spoilt, FORMAT)).toBe(false);
    expect(machine.pages).toHaveLength(0);
  });

  it("takes a page with a damaged line, tells of it, and notes it on the page", () => {
    const octets = encode(strokes(60, 3), { coding: "MH" });
    octets[octets.length >> 1]! ^= 0xff;
    const machine = answeringMachine({ mood: "mh-9600", stationId: "" });
    const taken = machine.receive(octets, FORMAT);
    if (!taken) throw new Error("refused");
    expect(taken.badLines).toBeGreaterThan(0);
    expect(machine.pages[0]?.badLines).toBe(taken.badLines);
    const tray = new Tray();
    tray.put("+49301", { from: "", remoteId: "", at: 0, attempt: "", complete: true }, machine.pages);
    const read = readTiff(tray.tiff("+49301", 0)!);
    expect(read.ok && read.pages[0]?.received?.badLines).toBe(taken.badLines);
  });
});

describe("a noisy line", () => {
  const fcd = (number: number): Event => ({
    type: "frame",
    bytes: Uint8Array.of(0xff, 0xc0, FCF.FCD, number, 1, 2),
    ok: true,
  });

  it("damages every nth frame of page data, each only once", () => {
    const through = noise(3);
    const oks = (numbers: number[]) => {
      through({ type: "carrier", modulation: "v17-14400", up: true });
      return numbers.map((number) => (through(fcd(number)) as Event & { type: "frame" }).ok);
    };
    expect(oks([0, 1, 2, 3, 4])).toEqual([false, true, true, false, true]);
    expect(oks([0, 3])).toEqual([true, true]);
  });

  it("leaves commands alone", () => {
    const command: Event = { type: "frame", bytes: Uint8Array.of(0xff, 0xc8, FCF.MCF), ok: true };
    expect(noise(1)(command)).toBe(command);
  });
});

describe("a machine that dials", () => {
  it("sends a fine page to a machine that prints standard lines only, no black pel lost", () => {
    const page = blankBitmap(1728, 4);
    page.data[216] = 0x80;
    const tiff = writeTiff([{ bitmap: page, xDpi: 204, yDpi: 196 }]);
    const made = sendingMachine({ tiff, stationId: "1" });
    if (!made.ok) throw new Error(made.detail);
    const octets = made.machine.page(0, { ...FORMAT, resolution: "standard" })!;
    const { bitmap } = decode(octets, { coding: "MH", width: 1728 });
    expect([bitmap.height, bitmap.data[0], bitmap.data[216]]).toEqual([2, 0x80, 0]);
  });

  it("brings narrower pages to the width of its glass", () => {
    const page = blankBitmap(800, 3);
    page.data.fill(0xff);
    const made = sendingMachine({ tiff: writeTiff([{ bitmap: page, xDpi: 204, yDpi: 98 }]), stationId: "1" });
    if (!made.ok) throw new Error(made.detail);
    const octets = made.machine.page(0, { ...FORMAT, resolution: "fine" })!;
    const { bitmap } = decode(octets, { coding: "MH", width: 1728 });
    expect([bitmap.height, bitmap.data[99], bitmap.data[100]]).toEqual([6, 0xff, 0]);
  });

  it("says what is wrong with a file that is no fax", () => {
    expect(sendingMachine({ tiff: new TextEncoder().encode("%PDF-1.7"), stationId: "" })).toMatchObject({
      ok: false,
      detail: expect.stringContaining("tiff-magic"),
    });
  });
});

it("a document's hash is its page's, or that of its pages' hashes", () => {
  const [a, b] = [hashOf(Uint8Array.of(1)), hashOf(Uint8Array.of(2))];
  expect([sumOfHashes([]), sumOfHashes([a])]).toEqual(["", a]);
  expect(sumOfHashes([a, b])).not.toBe(sumOfHashes([b, a]));
});
