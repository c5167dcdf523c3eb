import { expect, test } from "vitest";
import { type CallerOptions, createCaller, type Event, FCF, type Session, step } from "./index.ts";
import { nameOf } from "./ladder.ts";
import type { Action } from "./protocol.ts";
import { call, FINE, octets } from "./test-support.ts";

const frame = (...octets: number[]): Event => ({
  type: "frame",
  ok: true,
  bytes: Uint8Array.of(0xff, 0xc8, ...octets),
});
const DIS = frame(FCF.DIS, 0x00, 0x77, 0x1f, 0x22);
const CFR = frame(FCF.CFR);
const MCF = frame(FCF.MCF);
const RNR = frame(FCF.RNR);
const page = (index: number): Event => ({ type: "page", index, octets: octets(10, index + 1) });

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

/** A caller whose first page waits for its answer. */
function paged(options: Partial<CallerOptions> = {}): Session {
  const session = createCaller({ pages: [FINE, FINE], ...options });
  after(session, { type: "connected" }, DIS, CFR, page(0));
  return session;
}

test("a caller sends with what its own modem has, too", () => {
  const trained = (options: Partial<CallerOptions>) => {
    const session = createCaller({ pages: [FINE], ...options });
    return after(session, { type: "connected" }, DIS).flatMap((action) =>
      action.type === "send-training" ? [action.modulation] : [],
    );
  };
  expect(trained({})).toEqual(["v17-14400"]);
  expect(trained({ modems: "v27ter+v29" })).toEqual(["v29-9600"]);
  expect(trained({ modems: "v27ter" })).toEqual(["v27ter-4800"]);
});

test("T5 counts from the first RNR of a block and is over when the receiver is ready", () => {
  const session = paged();
  const t5: Event = { type: "timeout", timer: "T5" };
  expect(after(session, RNR)).toContainEqual({ type: "start-timer", timer: "T5", afterUs: 60_000_000 });
  expect(after(session, RNR).some((action) => action.type === "start-timer" && action.timer === "T5")).toBe(false);
  expect(after(session, MCF)).toContainEqual({ type: "stop-timer", timer: "T5" });
  // One that fires all the same is of yesterday; the next block has a T5 of its own.
  expect(after(session, t5)).toEqual([]);
  expect(after(session, page(1), RNR)).toContainEqual({ type: "start-timer", timer: "T5", afterUs: 60_000_000 });
  expect(after(session, t5).at(-1)).toMatchObject({ type: "hang-up", result: { cause: "not-ready", pages: 1 } });
});

test("a PPR that names no frame of the block gets the last one again", () => {
  const session = paged();
  const out = after(session, frame(FCF.PPR, ...new Array(32).fill(0)));
  expect(out.find((action) => action.type === "send-ecm-block")).toMatchObject({ frames: [{ length: 260 }] });
});

test("a PPR cut short is ignored; T4 repeats the command", () => {
  const session = paged();
  expect(said(after(session, frame(FCF.PPR, 1, 2, 3)))).toEqual([]);
  expect(said(after(session, { type: "timeout", timer: "T4" }))).toEqual(["PPS-MPS"]);
});

test("CRP repeats the command and counts as a try", () => {
  const session = paged();
  expect(said(after(session, frame(FCF.CRP)))).toEqual(["PPS-MPS"]);
  expect(said(after(session, frame(FCF.CRP)))).toEqual(["PPS-MPS"]);
  expect(after(session, frame(FCF.CRP)).at(-1)).toMatchObject({ result: { cause: "no-answer-to-block" } });
});

test("PIP counts as MCF and PIN as RTN: there is no operator here", () => {
  const plain = { ecm: false } as const;
  expect(after(paged(plain), frame(FCF.PIP)).at(-1)).toMatchObject({ type: "need-page", index: 1 });
  expect(said(after(paged(plain), frame(FCF.PIN)))).toEqual(["DCS"]);
});

test("the rate found by training stays the ceiling after EOM", () => {
  const wishes = [FINE, { ...FINE, resolution: "standard" } as const];
  const result = call({ pages: [octets(500), octets(500, 2)], wishes, answerer: { mood: { trainsUpTo: 4800 } } });
  expect(result.ladder.filter((line) => line.startsWith("> training")).slice(-2)).toEqual([
    "> training v27ter-4800",
    "> training v27ter-4800",
  ]);
});

test("a page answered for another index than the one asked for is not sent", () => {
  const session = createCaller({ pages: [FINE] });
  after(session, { type: "connected" }, DIS, CFR);
  expect(after(session, page(3))).toEqual([]);
  expect(session.state.step).toBe("await-page");
});

test("both sides tell the phases of the call, and phase B again after EOM", () => {
  const wishes = [FINE, { ...FINE, resolution: "standard" } as const];
  const result = call({ pages: [octets(300), octets(300, 2)], wishes, answerer: { documents: [{ pages: [FINE] }] } });
  const phases = (of: string) =>
    result.actions
      .flatMap(({ side, action }) =>
        side === of && action.type === "report" && action.report.kind === "phase" ? [action.report.phase] : [],
      )
      .join("");
  expect(phases("caller")).toBe("ABCDBCDE");
  expect(phases("answerer")).toBe("ABCDBCD");
});
