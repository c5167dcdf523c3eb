import { expect, test } from "vitest";
import { FCF } from "./frame.ts";
import { drawn, untruth } from "./impaired-support.ts";
import type { Impairment } from "./in-memory.ts";
import { CAUSES } from "./outcome.ts";
import type { Action, Event, Mood } from "./protocol.ts";
import { createAnswerer, createCaller, step } from "./session.ts";
import { call, chance, FINE, octets } from "./test-support.ts";
import { TIMERS, type TimerName } from "./timers.ts";

/** How many calls; the seed of each is its number. Any range of seeds must pass: 20,000 others did. */
const CALLS = 2000;
const FIRST_SEED = 20_240_117;
/** The longest of these calls takes less; one that takes more does not end. */
const LIMIT_US = 3_600_000_000;

test(`${CALLS} calls over bad lines all end, and OK means that every pel arrived (seeds from ${FIRST_SEED})`, () => {
  const causes = new Map<string, number>();
  let polled = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CALLS; seed++) {
    const drawing = drawn(chance(seed));
    const result = call({ ...drawing.set, limitUs: LIMIT_US });
    const wrong = untruth(result, drawing);
    if (wrong !== undefined) {
      const ends = `${JSON.stringify(result.caller)} ${JSON.stringify(result.answerer)}`;
      throw new Error(`seed ${seed}: ${wrong}: ${ends}\n${result.ladder.join("\n")}`);
    }
    const { cause, outcome } = result.caller!;
    expect(outcome).toBe(CAUSES[cause].outcome);
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
    if (cause === "completed" && result.caller!.polled) polled++;
  }
  // The harm is real and the repairs work: neither extreme may take over.
  expect(causes.get("completed")).toBeGreaterThan(CALLS * 0.3);
  expect(causes.get("completed")).toBeLessThan(CALLS * 0.95);
  expect(polled).toBeGreaterThan(CALLS * 0.05);
  expect(causes.size).toBeGreaterThan(10);
}, 120_000);

test("random octets as frames, in any state, neither throw nor keep a call from ending", () => {
  const next = chance(7);
  for (let n = 0; n < 1000; n++) {
    const noise: Impairment = {
      // What arrives is another frame altogether, with a good FCS: a peer that talks nonsense.
      frame: () => {
        if (next() < 0.7) return "ok";
        const fcf = Object.values(FCF)[Math.floor(next() * Object.keys(FCF).length)]!;
        return Uint8Array.of(0xff, 0xc8, fcf, ...octets(Math.floor(next() * 40), Math.floor(next() * 1e6)));
      },
    };
    const result = call({ pages: [octets(2000)], line: noise, caller: { ecm: next() < 0.5 } });
    expect(result.caller, `call ${n}`).toBeDefined();
    expect(result.answerer, `call ${n}`).toBeDefined();
  }
});

test("any events in any order, to either side, neither throw nor outgrow their bounds, and the state stays plain", () => {
  const next = chance(11);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(next() * choices.length)]!;
  const fcfs = Object.values(FCF);
  for (let n = 0; n < 1500; n++) {
    const mood: Mood = next() < 0.3 ? { slowUs: 1000, script: [{ at: "DCS", attempt: 2, does: { do: "skip" } }] } : {};
    const attended = next() < 0.5 ? { attended: { afterT3: "continue" as const } } : {};
    const session =
      next() < 0.5
        ? createCaller({ pages: [FINE, FINE].slice(0, Math.floor(next() * 3)), poll: {}, mood, ...attended })
        : createAnswerer({ documents: [{ pages: [FINE, FINE] }], mood, ...attended });
    const out: Action[] = [];
    step(session, { type: "connected" }, out);
    for (let i = 0; i < 120; i++) {
      step(session, anyEvent(next, pick, fcfs), out);
      if (i === 60) expect(structuredClone(session)).toEqual(session);
    }
    // One event says at most a command, its image, and what the ladder is told.
    expect(out.length).toBeLessThan(120 * 14);
    expect(out.filter(({ type }) => type === "hang-up").length).toBeLessThan(2);
    // Ends what has not ended; a slow machine that was about to hang up is let go.
    step(session, { type: "hangup-by-peer" }, out);
    expect(out.filter(({ type }) => type === "hang-up").length).toBe(1);
  }
});

function anyEvent(next: () => number, pick: <T>(choices: readonly T[]) => T, fcfs: readonly number[]): Event {
  const modulation = pick(["v21", "v17-14400", "v29-9600", "v27ter-4800"] as const);
  const page = octets(1 + Math.floor(next() * 600), 3);
  switch (Math.floor(next() * 12)) {
    case 0:
      return { type: "tone", tone: pick(["ced", "cng"] as const) };
    case 1:
      return { type: "carrier", modulation, up: next() < 0.5 };
    case 2:
      return { type: "training", octets: Math.floor(next() * 3000), errors: Math.floor(next() * 20) };
    case 3:
      return { type: "page-data", octets: page };
    case 4:
      return { type: "page", index: Math.floor(next() * 3), octets: page.subarray(0, Math.floor(next() * 600)) };
    case 5:
      return { type: "timeout", timer: pick(Object.keys(TIMERS) as TimerName[]) };
    case 6:
      return { type: "local", what: pick(["page-stored", "page-refused", "operator-done"] as const) };
    default: {
      // Mostly frames that lead somewhere: DIS and DTC with a document, DCS with and without error correction.
      const fcf = pick(fcfs) | (next() < 0.5 ? 0x80 : 0);
      const bits = pick([
        [0x00, 0xf7, 0x1f, 0x22],
        [0x00, 0x46, 0x1f, 0x22],
        [0x00, 0x46, 0x1e],
        [0xf4, 0x00, 0x00, 0x01],
        [],
      ]);
      const head = [next() < 0.05 ? 0x7e : 0xff, pick([0xc0, 0xc8, 0xc8, 0x13])];
      return { type: "frame", ok: next() < 0.95, bytes: Uint8Array.of(...head, fcf, ...bits) };
    }
  }
}
