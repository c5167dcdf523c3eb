import { describe, expect, test } from "vitest";
import { createAnswerer, createCaller, type Event, type Session, step } from "./index.ts";
import { nameOf } from "./ladder.ts";
import type { Action } from "./protocol.ts";
import { FINE, octets } from "./test-support.ts";

/** A frame as it comes in: control C8, then FCF and FIF. */
const frame = (...octets: number[]): Event => ({
  type: "frame",
  ok: true,
  bytes: Uint8Array.of(0xff, 0xc8, ...octets),
});
/** FCD with a frame number as it stands on the line, and data. */
const fcd = (number: number, ...data: number[]): Event => ({
  type: "frame",
  ok: true,
  bytes: Uint8Array.of(0xff, 0xc0, 0x60, number, ...data),
});
const V21_UP: Event = { type: "carrier", modulation: "v21", up: true };
const V21_DOWN: Event = { type: "carrier", modulation: "v21", up: false };
const ECM_DCS = frame(0xc1, 0x00, 0x46, 0x1f, 0x22);
const GOOD: Event = { type: "training", octets: 2700, errors: 0 };
const STORED: Event = { type: "local", what: "page-stored" };

/** Feeds events one after the other and gives the actions of the last one. */
function after(session: Session, ...events: Event[]): Action[] {
  let out: Action[] = [];
  for (const event of events) {
    out = [];
    step(session, event, out);
  }
  return out;
}

const said = (actions: Action[]): string[] =>
  actions.flatMap((action) => (action.type === "send-frames" ? action.frames.map(nameOf) : []));
const ended = (actions: Action[]): string | undefined =>
  actions.flatMap((action) => (action.type === "hang-up" ? [action.result.cause] : []))[0];

function receiving(): Session {
  const session = createAnswerer();
  after(session, { type: "connected" }, ECM_DCS, GOOD);
  expect(session.state.step).toBe("receiving");
  return session;
}

describe("an answerer with error correction and a caller of its own ways", () => {
  test("a PPS that counts only the repeated frames does not shorten the block", () => {
    const session = receiving();
    expect(said(after(session, fcd(0x00, 1), fcd(0x40, 3), frame(0xfd, 0xf4, 0, 0, 0x40)))).toEqual(["PPR"]);
    const out = after(session, fcd(0x80, 2), frame(0xfd, 0xf4, 0, 0, 0x00));
    expect(out.find((action) => action.type === "received-page")).toMatchObject({ octets: Uint8Array.of(1, 2, 3) });
  });

  test("a page that is stored late is confirmed when the caller asks, not before", () => {
    const session = receiving();
    after(session, fcd(0x00, 1), frame(0xfd, 0xf4, 0, 0, 0x00));
    expect(said(after(session, frame(0xfd, 0xf4, 0, 0, 0x00)))).toEqual(["RNR"]);
    expect(said(after(session, frame(0xf6)))).toEqual(["RNR"]);
    expect(said(after(session, STORED))).toEqual([]);
    expect(said(after(session, frame(0xf6)))).toEqual(["MCF"]);
  });

  test("a caller that skips a page is cut off", () => {
    const session = receiving();
    after(session, fcd(0x00, 1), frame(0xfd, 0xf2, 0, 0, 0x00), STORED);
    // Page 2 (0x40 on the line) where page 1 is due.
    expect(ended(after(session, fcd(0x00, 1), frame(0xfd, 0xf4, 0x40, 0, 0x00)))).toBe("block-out-of-order");
  });

  test("a page trained for again in its midst starts over with its first block", () => {
    const session = receiving();
    expect(said(after(session, fcd(0x00, 9), frame(0xfd, 0x00, 0, 0, 0x00)))).toEqual(["MCF"]);
    after(session, ECM_DCS, GOOD);
    const out = after(session, fcd(0x00, 1), frame(0xfd, 0xf4, 0, 0, 0x00));
    expect(out.find((action) => action.type === "received-page")).toMatchObject({ octets: Uint8Array.of(1) });
  });

  test("a page that lost a block to EOR-NULL is not handed up, and the call ends incomplete", () => {
    const session = receiving();
    expect(said(after(session, frame(0xfd, 0x00, 0, 0, 0x00)))).toEqual(["PPR"]);
    expect(said(after(session, frame(0xf3, 0x00)))).toEqual(["ERR"]);
    const out = after(session, fcd(0x00, 1), frame(0xfd, 0xf4, 0, 0x80, 0x00));
    expect(out.some((action) => action.type === "received-page")).toBe(false);
    expect(said(out)).toEqual(["MCF"]);
    expect(ended(after(session, frame(0xdf)))).toBe("page-incomplete");
  });

  test("after a change of rate the next block is listened to with long training", () => {
    const session = receiving();
    const out = after(session, frame(0xc8, 0x00, 0x56));
    expect(said(out)).toEqual(["CTR"]);
    expect(out).toContainEqual({ type: "listen", for: "ecm", modulation: "v17-12000", shortTraining: false });
  });
});

describe("waiting", () => {
  const timers = (actions: Action[]): [string, number][] =>
    actions.flatMap((action) => (action.type === "start-timer" ? [[action.timer, action.afterUs]] : []));

  test("an answerer hears a burst that has begun to its end, three times a wait at most", () => {
    const session = receiving();
    expect(timers(after(session, V21_UP))).toEqual([["T2", 5_000_000]]);
    expect(timers(after(session, V21_UP, V21_UP))).toEqual([["T2", 5_000_000]]);
    expect(timers(after(session, V21_UP))).toEqual([]);
  });

  test("a caller hears an answer that has begun to its end, once a wait", () => {
    const session = createCaller({ pages: [FINE] });
    after(session, { type: "connected" }, frame(0x01, 0, 0x77, 0x1e));
    expect(timers(after(session, V21_UP))).toEqual([["T4", 5_000_000]]);
    expect(timers(after(session, V21_UP))).toEqual([]);
  });

  test("a DIS that has begun when T1 runs out is heard to its end", () => {
    const session = createCaller({ pages: [FINE] });
    const t1: Event = { type: "timeout", timer: "T1" };
    expect(timers(after(session, { type: "connected" }, V21_UP, t1))).toEqual([["T1", 5_000_000]]);
    expect(ended(after(session, t1))).toBe("no-dis");
  });

  test("the guard over a page ends with it", () => {
    const session = receiving();
    expect(timers(after(session, fcd(0x00, 1)))).toEqual([["TPAGE", 900_000_000]]);
    const out = after(session, frame(0xfd, 0xf4, 0, 0, 0x00), STORED);
    expect(out).toContainEqual({ type: "stop-timer", timer: "TPAGE" });
  });

  test("a damaged burst before the page is not answered: training may follow it", () => {
    const session = receiving();
    const damaged: Event = { type: "frame", ok: false, bytes: octets(7) };
    expect(said(after(session, V21_UP, damaged, V21_DOWN))).toEqual([]);
  });
});
