/** A machine of a mood with its script in one of its calls: capabilities, misbehaviour and line, in the words of T.30. */

import {
  callSeed,
  holdsFor,
  type MachineMood,
  type MachineScript,
  type ScriptCapabilities,
  type ScriptNoise,
  type ScriptRate,
  type ScriptStep,
} from "@depesche/scenario";
import type { Capabilities, Deed, Misdeed, ModemSet, Mood, Rate } from "@depesche/t30";
import { MACHINES, type MachineFacts } from "./moods.ts";

/** Which machine, in which of its calls. */
export interface MachineOptions {
  mood: MachineMood;
  /** What it can do and does over its mood. */
  script?: MachineScript | undefined;
  /** Which of its calls this is, from 1; default 1. */
  call?: number;
  /** Decides what is left to chance when the script has no seed of its own. */
  seed?: number;
}

export interface ScriptedFacts extends MachineFacts {
  noise?: { script: ScriptNoise; seed: number };
  /** Times of its CED, microseconds. */
  ced?: { delayUs?: number; toneUs?: number };
  /** ECM frame size it sends with, and the fastest rate it sends at. */
  frameSize: 64 | 256;
  maxRate: Rate;
  /** The part of the script that holds for this call. */
  script: MachineScript;
}

/** The facts of a machine in one of its calls. A call the script does not hold for meets the mood alone. */
export function factsOf({ mood, script, call = 1, seed = 0 }: MachineOptions): ScriptedFacts {
  const facts = MACHINES[mood];
  const held = script && holdsFor(script, call) ? script : {};
  const can = capabilitiesOf(facts.capabilities, held);
  const { answerDelayMs, cedMs, noise } = held;
  const ceiling = held.capabilities?.maxRate;
  return {
    ...facts,
    capabilities: can,
    mood: { ...facts.mood, ...moodOf(held) },
    ...(noise && {
      noise: { script: noise, seed: held.seed === undefined ? seed : callSeed(String(held.seed), call) },
    }),
    ...((answerDelayMs !== undefined || cedMs !== undefined) && {
      ced: {
        ...(answerDelayMs !== undefined && { delayUs: answerDelayMs * 1000 }),
        ...(cedMs !== undefined && { toneUs: cedMs * 1000 }),
      },
    }),
    frameSize: can.prefers64 ? 64 : 256,
    maxRate: ceiling ?? facts.mood.trainsUpTo ?? 14400,
    script: held,
  };
}

const MODEMS: Readonly<Record<ScriptRate, ModemSet>> = {
  2400: "v27ter-2400",
  4800: "v27ter",
  7200: "v27ter+v29",
  9600: "v27ter+v29",
  12000: "v27ter+v29+v17",
  14400: "v27ter+v29+v17",
};
/** Rates that DIS cannot name: what is faster fails in training. */
const BETWEEN: readonly ScriptRate[] = [7200, 12000];

function capabilitiesOf(of: Capabilities, script: MachineScript): Capabilities {
  const can: ScriptCapabilities = script.capabilities ?? {};
  const { document, password, subAddresses } = script;
  const { ecm, mmr, mr, fine, superfine, r300, r16, width, length } = can;
  const scanUs = can.minScanMs === undefined ? undefined : can.minScanMs * 1000;
  const named = { ecm, mmr, mr, fine, superfine, r300, r16, width, length, sub: can.sub, sep: can.sep, pwd: can.pwd };
  return {
    ...of,
    // What a field needs to be of use comes with it, unless it is denied in words.
    ...(ecm === false && { mmr: false }),
    ...(subAddresses && { sub: true }),
    ...(document?.sep !== undefined && { sep: true }),
    ...((document?.pwd !== undefined || password !== undefined) && { pwd: true }),
    ...(can.maxRate !== undefined && { modems: MODEMS[can.maxRate] }),
    ...(can.frameSize !== undefined && { prefers64: can.frameSize === 64 }),
    ...(scanUs !== undefined && { minScan: { standardUs: scanUs, fineUs: scanUs, superfineUs: scanUs } }),
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
  };
}

/** What the script says of a mood; what it leaves out stays as it is. */
function moodOf(script: MachineScript): Mood {
  const { damage, notReady, paper, turnaroundMs, answers = [] } = script;
  const ceiling = script.capabilities?.maxRate;
  const trainsUpTo = script.trainsUpTo ?? (ceiling !== undefined && BETWEEN.includes(ceiling) ? ceiling : undefined);
  const steps = misdeedsOf(script);
  const said = answers.filter((answer): answer is Said => answer.with !== "DCN" && answer.with !== "silence");
  return {
    ...(said.length > 0 && { answers: said }),
    ...(damage && { damages: damage }),
    ...(notReady && { notReady }),
    ...(paper !== undefined && { outOfPaperAfterPage: paper }),
    ...(trainsUpTo !== undefined && { trainsUpTo }),
    ...(turnaroundMs !== undefined && { slowUs: turnaroundMs * 1000 }),
    ...(steps.length > 0 && { script: steps }),
  };
}

type Said = NonNullable<Mood["answers"]>[number];

function misdeedsOf({ steps = [], answers = [], silentAt, dcnAt, hangUpAt }: MachineScript): Misdeed[] {
  const once = (at: Misdeed["at"] | undefined, what: Deed["do"] & ("silence" | "disconnect" | "hang-up")): Misdeed[] =>
    at === undefined ? [] : [{ at, does: { do: what } }];
  const refusals = answers.flatMap((answer): Misdeed[] => {
    if (answer.with !== "DCN" && answer.with !== "silence") return [];
    const does: Deed = { do: answer.with === "DCN" ? "disconnect" : "silence" };
    return [{ at: "page-answer", page: answer.page, does }];
  });
  return [
    ...steps.map(misdeedOf),
    ...refusals,
    ...once(silentAt, "silence"),
    ...once(dcnAt, "disconnect"),
    ...once(hangUpAt, "hang-up"),
  ];
}

function misdeedOf({ at, page, block, attempt, ...step }: ScriptStep): Misdeed {
  const places = { ...(page && { page }), ...(block && { block }), ...(attempt && { attempt }) };
  return { at, ...places, does: deedOf(step) };
}

/** The reader of scripts has seen to it that what a deed needs is there. */
function deedOf(step: Omit<ScriptStep, "at">): Deed {
  switch (step.do) {
    case "silence":
    case "disconnect":
    case "hang-up":
    case "skip":
      return { do: step.do };
    case "say":
      return { do: "say", frame: step.frame! };
    case "delay":
      return { do: "delay", us: step.ms! * 1000 };
    case "lose":
      return { do: "lose", frames: step.frames! };
    case "cut":
      return { do: "cut", part: step.part! };
    default:
      return step.do satisfies never;
  }
}

/** The same misbehaviour of a machine that sends: what it would damage as a receiver, it loses on the way. */
export function senderMood({ mood, script }: ScriptedFacts): Mood {
  const losses = (script.damage ?? []).map(({ frames, ...place }): Misdeed => {
    return { at: "image", ...place, does: { do: "lose", frames } };
  });
  const steps = [...(mood.script ?? []), ...losses];
  return {
    ...(steps.length > 0 && { script: steps }),
    ...(mood.slowUs !== undefined && { slowUs: mood.slowUs }),
  };
}
