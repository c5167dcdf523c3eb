import { expect, test } from "vitest";
import { FCF } from "./frame.ts";
import { drawn, untruth } from "./impaired-support.ts";
import type { Impairment } from "./in-memory.ts";
import { CAUSES } from "./outcome.ts";
import { call, chance, octets } from "./test-support.ts";

/** How many calls; the seed of each is its number. Set in the environment of a run by hand: CALLS=20000. */
const CALLS = 3000;
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
