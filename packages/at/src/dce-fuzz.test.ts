// Whatever a terminal and a line say to a modem in whatever order: it never throws, never grows, and answers again afterwards.

import { FIELD_TYPES, type Ifp, INDICATORS, MODULATIONS } from "@depesche/t38";
import { expect, it } from "vitest";
import { createDce, type DceAction, type DceEvent, dceWakeUs, stepDce } from "./dce.ts";

const SEQUENCES = 20_000;
/** Pieces of which terminals make their lines, so that sequences get somewhere. */
const WORDS = [
  "AT",
  "A/",
  "\r",
  "\n",
  "E0",
  "V0",
  "Q1",
  "Q0V1",
  "&F",
  "Z",
  "H",
  "A",
  "DT1",
  "D,,2;",
  "+FCLASS=1",
  "+FCLASS=0",
  "+FTH=3",
  "+FRH=3",
  "+FTM=145",
  "+FRM=96",
  "+FTS=8",
  "+FRS=7",
  "+FAR=1",
  "+FLO=0",
  ";",
  "S0=1",
  "S3=65",
  "S7?",
  "I",
  "\x10\x03",
  "\x10\x10",
  "\x18",
  "\x7e\x7e",
  "\xff\x13\x84\x10\x03",
  "\xff\x03\x43\x10\x03",
  "AT+FCLASS=1\r",
  "ATD1\r",
  "AT+FTH=3\r",
  "AT+FRH=3\r",
  "AT+FTM=146\r",
  "AT+FRM=146\r",
];
const CALLS = ["connected", "busy", "no-answer", "no-carrier", "no-dialtone", "hangup"] as const;

/** A small generator of its own, so that a failure can be had again by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function anyIfp(draw: (below: number) => number): Ifp {
  if (draw(3) === 0) return { kind: "indicator", indicator: INDICATORS[draw(INDICATORS.length)]! };
  const fields = Array.from({ length: draw(4) }, () => {
    const type = FIELD_TYPES[draw(FIELD_TYPES.length)]!;
    return draw(2) === 0 ? { type } : { type, data: Uint8Array.from({ length: draw(300) }, () => draw(256)) };
  });
  return { kind: "data", modulation: MODULATIONS[draw(MODULATIONS.length)]!, fields };
}

function anyEvent(draw: (below: number) => number): DceEvent {
  switch (draw(8)) {
    case 0:
      return { type: "dte", bytes: Uint8Array.from({ length: draw(40) }, () => draw(256)) };
    case 1:
    case 2:
    case 3:
      return { type: "dte", bytes: Uint8Array.from(WORDS[draw(WORDS.length)]!, (char) => char.charCodeAt(0)) };
    case 4:
      return draw(4) === 0
        ? { type: "call", what: "ring", from: "+493023125001" }
        : { type: "call", what: CALLS[draw(CALLS.length)]! };
    case 5:
      return draw(10) === 0 ? { type: "gap", count: 1 } : { type: "ifp", ifp: anyIfp(draw) };
    default:
      return { type: "wake" };
  }
}

it(`${SEQUENCES} sequences of octets, calls, IFPs and time leave a modem that answers`, { timeout: 300_000 }, () => {
  for (let seed = 0; seed < SEQUENCES; seed++) {
    const draw = random(seed);
    const state = createDce();
    let nowUs = 0;
    const out: DceAction[] = [];
    for (let i = 0; i < 24; i++) {
      nowUs += draw(3) === 0 ? draw(8_000_000) : draw(50_000);
      const dueUs = dceWakeUs(state);
      if (dueUs !== undefined && dueUs <= nowUs) stepDce(state, { type: "wake" }, nowUs, out);
      stepDce(state, anyEvent(draw), nowUs, out);
    }
    expect(JSON.stringify(state).length, `seed ${seed}`).toBeLessThan(40_000);
    // Time alone brings it back to rest, and within a bounded number of steps.
    stepDce(state, { type: "call", what: "hangup" }, nowUs, out);
    for (let i = 0; i < 3000; i++) {
      const dueUs = dceWakeUs(state);
      if (dueUs === undefined || dueUs > nowUs + 1_500_000_000) break;
      nowUs = Math.max(nowUs, dueUs);
      stepDce(state, { type: "wake" }, nowUs, out);
    }
    nowUs += 1_000_000;
    const said = out.length;
    for (const text of ["\x18", "\x10\x03", "\r", "\x18", "AT&FE0Q0V1\r"]) {
      // A line may have made any character its end.
      state.profile.registers[3] = 13;
      stepDce(state, { type: "dte", bytes: Uint8Array.from(text, (char) => char.charCodeAt(0)) }, nowUs, out);
      nowUs += 20_000_000;
      for (let dueUs = dceWakeUs(state); dueUs !== undefined && dueUs <= nowUs; dueUs = dceWakeUs(state)) {
        stepDce(state, { type: "wake" }, nowUs, out);
      }
    }
    const last = out.slice(said).flatMap((action) => (action.type === "dte" ? [...action.bytes] : []));
    expect(String.fromCharCode(...last.slice(-4)), `seed ${seed}, in ${state.mode.is}`).toBe("OK\r\n");
  }
});
