// What every FaxTrunk must do, whatever line stands behind it. Each implementation runs it against a telephone network of its own.

import type { Outcome } from "@depesche/core";
import { type Bitmap, blankBitmap, decode, encode, equalBitmaps } from "@depesche/t4";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaxAnswerHandler, FaxCallOrder, FaxPageSource, FaxTrunk, PageNeed, ReceivedPage } from "../fax-line.ts";

/** A trunk with the telephone network behind it, as the contract needs it. */
export interface FaxTrunkRig {
  trunk: FaxTrunk;
  /** Numbers by what a call to them meets. `plain` is a machine without error correction. */
  numbers: {
    machine: string;
    plain: string;
    busy: string;
    noAnswer: string;
    voice: string;
    unassigned: string;
    fault: string;
    noService: string;
    cutsInPage: string;
  };
  /** What a line that hears tones only tells of those it cannot tell apart, and a caller of a call nobody takes. */
  tells?: Partial<Record<"unassigned" | "fault" | "noService" | "unwanted" | "failing", Outcome>>;
  /** A number the trunk may answer. */
  own: string;
  /** Pages of the latest fax that the machine behind the number holds. */
  received(number: string): Bitmap[];
  /** Calls the network has seen. */
  callsSeen(): number;
  /** Lets a machine of the network dial `to` with these pages; resolves with what became of it, as the caller sees it. */
  dialIn(to: string, pages: Bitmap[]): Promise<{ result: string; pages: number }>;
  /** The network goes away. */
  leave(): Promise<void>;
  /** Frees what the rig holds; the trunk is closed by the contract. */
  dispose(): Promise<void>;
}

const NEVER = new AbortController().signal;
const FROM = "+493023125900";
let count = 0;

export type ContractPage = Bitmap;

/** A small page of irregular strokes, different for each number. */
export function contractPage(number: number): Bitmap {
  const page = blankBitmap(1728, 60);
  for (let i = 0; i < page.data.length; i++)
    if ((i * 7919 + number * 31) % 17 === 0) page.data[i] = (i + number) & 0xff;
  return page;
}

/** Codes bitmaps as the line needs them. */
export function contractSource(pages: readonly Bitmap[]): FaxPageSource {
  return { count: pages.length, page: async (need) => coded(pages[need.index]!, need) };
}

/** A bitmap coded as a line needs it. */
export function coded(page: Bitmap, { coding, k, minBitsPerLine }: PageNeed): Uint8Array {
  return encode(page, coding === "MMR" ? { coding } : { coding, k, minBitsPerLine });
}

function order(to: string, pages: FaxPageSource): FaxCallOrder {
  count++;
  return { id: `${count}.0.1`, to, from: FROM, stationId: "+49 30 23125 900", pages };
}

/** The pels of a page that was received. */
export function bitmapOf(page: Pick<ReceivedPage, "octets" | "coding" | "width">): Bitmap {
  return decode(page.octets, { coding: page.coding, width: page.width }).bitmap;
}

/** The same pels on each of as many pages. */
export function same(received: readonly Bitmap[], sent: readonly Bitmap[]): boolean {
  return received.length === sent.length && received.every((page, i) => equalBitmaps(page, sent[i]!));
}

/** A handler that stores pages and says yes to everything, with a diary of what it was asked. */
export function keepingHandler(answers: Partial<FaxAnswerHandler> = {}) {
  const diary: string[] = [];
  const pages: Bitmap[] = [];
  const handler: FaxAnswerHandler = {
    accept: async ({ called, from }) => {
      diary.push(`accept ${called} ${from}`);
      return { stationId: "+49 30 23125 900" };
    },
    page: async (_, page) => {
      diary.push("page");
      pages.push(bitmapOf(page));
      return true;
    },
    complete: async ({ remoteId }) => {
      diary.push(`complete ${remoteId}`);
      return true;
    },
    ended: (_, report) => {
      diary.push(`ended ${report.outcome} ${report.pages}`);
    },
    ...answers,
  };
  return { handler, diary, pages };
}

/** Registers the contract as tests; call it in a test file of the implementation. */
export function faxTrunkContract(name: string, open: () => Promise<FaxTrunkRig>): void {
  describe(`${name} keeps the contract of a fax trunk`, () => {
    let rig: FaxTrunkRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(async () => {
      await rig.trunk.close();
      await rig.dispose();
    });

    it("a page arrives pixel for pixel, and the report says how", async () => {
      const pages = [contractPage(1)];
      const report = await rig.trunk.call(order(rig.numbers.machine, contractSource(pages)), NEVER);
      expect(report).toMatchObject({ outcome: "OK", interrupted: false, pagesConfirmed: 1, ecm: true, coding: "MMR" });
      expect(report.remoteId).not.toBe("");
      expect(report.lineUs).toBeGreaterThan(10_000_000);
      expect(report.ladder.length).toBeGreaterThan(100);
      expect(same(rig.received(rig.numbers.machine), pages)).toBe(true);
    });

    it("three pages arrive in order, with and without error correction", async () => {
      const pages = [contractPage(1), contractPage(2), contractPage(3)];
      for (const number of [rig.numbers.machine, rig.numbers.plain]) {
        const report = await rig.trunk.call(order(number, contractSource(pages)), NEVER);
        expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 3 });
        expect(same(rig.received(number), pages)).toBe(true);
      }
    });

    it("what a call meets becomes its outcome", async () => {
      const { busy, noAnswer, voice, unassigned, fault, noService, cutsInPage } = rig.numbers;
      const { tells = {} } = rig;
      const outcomes: string[] = [];
      for (const number of [busy, noAnswer, voice, unassigned, fault, noService, cutsInPage]) {
        const report = await rig.trunk.call(order(number, contractSource([contractPage(1)])), NEVER);
        expect(report.cause.code).toMatch(/^[a-z0-9-]+$/);
        expect(report.cause.text).toMatch(/^[A-Z].*\.$/);
        expect(report.interrupted).toBe(false);
        // What the far end says is final, its network's fault included.
        expect(report.temporary).toBeFalsy();
        outcomes.push(report.outcome);
      }
      expect(outcomes).toEqual([
        "BUSY",
        "NOANSWER",
        "VOICE",
        tells.unassigned ?? "NORING",
        tells.fault ?? "ISDNERR",
        tells.noService ?? "NOSERVICE",
        "SENDFAIL",
      ]);
    });

    it("a page that cannot be provided fails the call, never the trunk", async () => {
      const broken: FaxPageSource = {
        count: 1,
        page: async () => {
          throw new Error("the store is gone");
        },
      };
      const report = await rig.trunk.call(order(rig.numbers.machine, broken), NEVER);
      expect(report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "page-unavailable" }, pagesConfirmed: 0 });
    });

    it("a call stopped before it is placed dials nobody", async () => {
      const seen = rig.callsSeen();
      const report = await rig.trunk.call(
        order(rig.numbers.machine, contractSource([contractPage(1)])),
        AbortSignal.abort(),
      );
      expect(report.interrupted).toBe(true);
      expect(rig.callsSeen()).toBe(seen);
    });

    it("a call stopped in its midst hangs up and is interrupted", async () => {
      const stop = new AbortController();
      const endless: FaxPageSource = {
        count: 1,
        page: () => {
          stop.abort();
          return new Promise(() => {});
        },
      };
      const report = await rig.trunk.call(order(rig.numbers.machine, endless), stop.signal);
      expect(report).toMatchObject({ interrupted: true, pagesConfirmed: 0 });
    });

    it("a network that is gone is a fault that passes, never an exception", async () => {
      await rig.leave();
      const report = await rig.trunk.call(order(rig.numbers.machine, contractSource([contractPage(1)])), NEVER);
      expect(report).toMatchObject({ outcome: "ISDNERR", interrupted: false, temporary: true, pagesConfirmed: 0 });
    });

    it("an inbound fax is handed over page by page and completed before the caller hears of it", async () => {
      const pages = [contractPage(4), contractPage(5)];
      const { handler, diary, pages: received } = keepingHandler();
      expect(rig.trunk.answered()).toEqual([]);
      await rig.trunk.answer([rig.own], handler);
      expect(rig.trunk.answered()).toEqual([rig.own]);
      expect(await rig.dialIn(rig.own, pages)).toEqual({ result: "OK", pages: 2 });
      await rig.trunk.close();
      expect(rig.trunk.answered()).toEqual([]);
      expect(same(received, pages)).toBe(true);
      expect(diary.map((line) => line.split(" ", 1)[0])).toEqual(["accept", "page", "page", "complete", "ended"]);
      expect(diary.at(-1)).toBe("ended OK 2");
    });

    it("a page taken with damaged lines is confirmed all the same, the last one too", async () => {
      const { handler, diary } = keepingHandler({ page: async () => ({ badLines: 3 }) });
      await rig.trunk.answer([rig.own], handler);
      expect(await rig.dialIn(rig.own, [contractPage(1), contractPage(2)])).toEqual({ result: "OK", pages: 2 });
      await rig.trunk.close();
      expect(diary.at(-1)).toBe("ended OK 2");
    });

    it("the last page is confirmed only when the fax is complete", async () => {
      let finish = (_: boolean) => {};
      let asked = () => {};
      const wasAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const complete = () =>
        new Promise<boolean>((resolve) => {
          finish = resolve;
          asked();
        });
      await rig.trunk.answer([rig.own], keepingHandler({ complete }).handler);
      let over = false;
      const dialled = rig.dialIn(rig.own, [contractPage(6)]).then((result) => {
        over = true;
        return result;
      });
      await wasAsked;
      expect(over).toBe(false);
      finish(true);
      expect(await dialled).toEqual({ result: "OK", pages: 1 });
    });

    it("a fax that cannot be stored is not confirmed", async () => {
      await rig.trunk.answer([rig.own], keepingHandler({ complete: async () => false }).handler);
      expect((await rig.dialIn(rig.own, [contractPage(6)])).result).toBe("SENDFAIL");
    });

    it("a handler that wants no call or fails refuses it", async () => {
      let answers: FaxAnswerHandler["accept"] = async () => undefined;
      await rig.trunk.answer([rig.own], keepingHandler({ accept: (call) => answers(call) }).handler);
      expect((await rig.dialIn(rig.own, [contractPage(6)])).result).toBe(rig.tells?.unwanted ?? "NORING");
      answers = async () => {
        throw new Error("no database");
      };
      expect((await rig.dialIn(rig.own, [contractPage(6)])).result).toBe(rig.tells?.failing ?? "ISDNERR");
    });

    it("closing ends what is in flight, can be repeated, and places nothing more", async () => {
      let reached = () => {};
      const inMidst = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const endless: FaxPageSource = {
        count: 1,
        page: () => {
          reached();
          return new Promise(() => {});
        },
      };
      const call = rig.trunk.call(order(rig.numbers.machine, endless), NEVER);
      await inMidst;
      await rig.trunk.close();
      expect(await call).toMatchObject({ interrupted: true });
      await rig.trunk.close();
      const late = await rig.trunk.call(order(rig.numbers.machine, contractSource([contractPage(1)])), NEVER);
      expect(late.interrupted).toBe(true);
    });
  });
}
