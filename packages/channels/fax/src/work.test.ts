import type { BlobStore, FaxCallReport, FaxTrunk, LiveRecord, SimulatedClock } from "@depesche/ports";
import { blankBitmap, writeTiff } from "@depesche/t4";
import { expect, it, vi } from "vitest";
import { openFaxWork } from "./work.ts";

const TIFF = writeTiff([{ bitmap: blankBitmap(1728, 10), xDpi: 204, yDpi: 196 }]);
const clock = { now: () => 0, until: async () => {}, setting: () => ({ unpaced: true }) } as unknown as SimulatedClock;
const blobs = { get: async () => TIFF } as unknown as BlobStore;

/** The attempt that becomes of a call's report. */
function attempt(report: Partial<FaxCallReport>, on = clock, record?: (live: LiveRecord) => void) {
  const whole: FaxCallReport = {
    outcome: "ISDNERR",
    cause: { code: "sip-unreachable", text: "The exchange could not be reached." },
    interrupted: false,
    remoteId: "",
    pagesConfirmed: 0,
    lineUs: 0,
    ringUs: 0,
    ladder: new Uint8Array(0),
    ...report,
  };
  const trunk = { call: async () => whole, close: async () => {} } as unknown as FaxTrunk;
  const order = {
    key: "7.0.1",
    accountId: 1,
    sender: { name: "Demo" },
    address: "+493023125000",
    reference: "",
    content: { documents: [], pages: { hash: "a", count: 1 } },
    options: {},
    pageCount: 1,
    repeat: false,
  };
  const work = openFaxWork({ trunk, blobs, clock: on, lines: 1 });
  return work.send(order as never, { line: 0, signal: new AbortController().signal, progress: () => {}, record });
}

it("a call that our own network kept from standing is a temporary attempt; one the far end refused is not", async () => {
  expect(await attempt({ temporary: true })).toMatchObject({ outcome: "ISDNERR", temporary: true });
  const refused = await attempt({ cause: { code: "sip-503", text: "The telephone network reported a fault." } });
  expect(refused.temporary).toBeUndefined();
});

it("tells the record of a call before it holds its line, when that lasts long enough to be looked at", async () => {
  const tells = async (lineUs: number, setting: { unpaced: boolean; speed: number }) => {
    const record = vi.fn();
    const until = vi.fn(async () => {
      if (lineUs > 0) told.push(record.mock.calls.length);
    });
    const told: number[] = [];
    await attempt(
      { outcome: "OK", lineUs, ladder: Uint8Array.of(1) },
      { now: () => 1000, until, setting: () => setting } as unknown as SimulatedClock,
      record,
    );
    return {
      records: record.mock.calls.map(([live]) => live),
      before: told.every((n) => n === record.mock.calls.length),
    };
  };
  expect(await tells(30_000_000, { unpaced: false, speed: 1 })).toEqual({
    records: [{ ladder: Uint8Array.of(1), connectedAt: 1000 }],
    before: true,
  });
  expect((await tells(30_000_000, { unpaced: false, speed: 29 })).records).toHaveLength(1);
  expect((await tells(30_000_000, { unpaced: false, speed: 30 })).records).toEqual([]);
  expect((await tells(30_000_000, { unpaced: true, speed: 1 })).records).toEqual([]);
  expect((await tells(0, { unpaced: false, speed: 1 })).records).toEqual([]);
});
