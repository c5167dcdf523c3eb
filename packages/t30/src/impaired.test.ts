import { expect, test } from "vitest";
import { type Capabilities, FULL_CAPABILITIES } from "./capabilities.ts";
import { RCP_FRAME } from "./ecm.ts";
import { FCF } from "./frame.ts";
import type { Impairment } from "./in-memory.ts";
import { call, chance, FINE, octets, type TestCall } from "./test-support.ts";

const CALLS = 3000;
const SEED = 20_240_117;
/** The longest of these calls takes 542 s of line time; three times that is a call that does not end. */
const LIMIT_US = 1_800_000_000;

interface Harm {
  line: Impairment;
  /** Page octets without error correction were changed on the way. */
  imageHarmed: () => boolean;
}

/** A line that is bad to a random degree in random ways. */
function harm(next: () => number): Harm {
  const loss = next() < 0.5 ? next() * 0.15 : 0;
  const frameLoss = next() < 0.5 ? next() * 0.1 : 0;
  const frameDamage = next() < 0.7 ? next() * 0.3 : 0;
  const trainingDamage = next() < 0.4 ? next() : 0;
  const imageDamage = next() < 0.4 ? next() * 0.5 : 0;
  let harmed = false;
  return {
    imageHarmed: () => harmed,
    line: {
      // A page swallowed with its carrier cannot be told from a lost confirmation; its content can get lost below.
      swallows: (_, action) => action.type !== "send-page" && next() < loss,
      frame: (_, bytes) => {
        const fate = next();
        if (bytes === RCP_FRAME) return fate < frameLoss ? "lost" : "ok";
        return fate < frameLoss ? "lost" : fate < frameLoss + frameDamage ? "bad" : "ok";
      },
      trainingErrors: (_, total) => (next() < trainingDamage ? Math.floor(next() * total * 0.05) : 0),
      page: (_, page) => {
        if (next() >= imageDamage) return page;
        harmed = true;
        if (next() < 0.3) return new Uint8Array(0);
        const spoilt = page.slice(0, Math.ceil(page.length * (0.5 + next() / 2)));
        spoilt[Math.floor(next() * spoilt.length)]! ^= 0x10;
        return spoilt;
      },
    },
  };
}

function machine(next: () => number): Capabilities {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(next() * choices.length)]!;
  return {
    ...FULL_CAPABILITIES,
    modems: pick("v27ter-2400", "v27ter", "v29", "v27ter+v29", "v27ter+v29+v17", "v27ter+v29+v17"),
    ecm: next() < 0.6,
    prefers64: next() < 0.3,
    mmr: next() < 0.7,
    mr: next() < 0.7,
    superfine: next() < 0.5,
  };
}

function random(next: () => number): { set: TestCall; harm: Harm; pages: Uint8Array[] } {
  const count = 1 + Math.floor(next() * 3);
  const pages = Array.from({ length: count }, (_, i) =>
    octets(200 + Math.floor(next() ** 3 * 40_000), 1 + Math.floor(next() * 1e6) + i),
  );
  const wishes = pages.map(() => (next() < 0.15 ? { ...FINE, resolution: "superfine" as const } : FINE));
  const lines = harm(next);
  const refuse = next() < 0.2 ? next() * 0.5 : 0;
  const set: TestCall = {
    pages,
    wishes,
    caller: { ecm: next() < 0.8, ecmFrameSize: next() < 0.3 ? 64 : 256 },
    answerer: { capabilities: machine(next), mood: next() < 0.1 ? { notReady: { page: 1, times: 3 } } : {} },
    line: lines.line,
    store: () => next() >= refuse,
    limitUs: LIMIT_US,
  };
  return { set, harm: lines, pages };
}

test(`${CALLS} calls over bad lines all end, and OK means that every page arrived (seed ${SEED})`, () => {
  const next = chance(SEED);
  const causes = new Map<string, number>();
  for (let n = 0; n < CALLS; n++) {
    const { set, harm, pages } = random(next);
    const result = call(set);
    const told = `call ${n}: ${JSON.stringify(result.caller)} ${JSON.stringify(result.answerer)}\n${result.ladder.join("\n")}`;
    if (result.caller === undefined || result.answerer === undefined) throw new Error(`no end, ${told}`);
    causes.set(result.caller.cause, (causes.get(result.caller.cause) ?? 0) + 1);
    // A page is stored before it is confirmed: the caller never counts more than there are.
    if (result.caller.pages > result.stored.length) throw new Error(`confirmed what was not stored, ${told}`);
    if (result.caller.outcome !== "OK") continue;
    if (result.stored.length !== pages.length) throw new Error(`OK with ${result.stored.length} pages, ${told}`);
    // Without error correction the receiver's driver decides whether a spoilt picture will do; here it looks at nothing.
    if (harm.imageHarmed()) continue;
    for (const [i, page] of pages.entries()) {
      const stored = result.stored[i]!;
      const same =
        page.every((octet, at) => stored[at] === octet) && stored.subarray(page.length).every((pad) => pad === 0);
      if (!same) throw new Error(`OK, but page ${i + 1} differs, ${told}`);
    }
  }
  // The harm is real and the repairs work: neither extreme may take over.
  expect(causes.get("completed")).toBeGreaterThan(CALLS * 0.3);
  expect(causes.get("completed")).toBeLessThan(CALLS * 0.95);
  expect(causes.size).toBeGreaterThan(8);
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
