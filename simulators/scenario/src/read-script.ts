/** Reads the script of a simulated machine: what its schema says, and what excludes each other. */

import { faultIn } from "./schema.ts";
import { DEEDS, type MachineScript } from "./script.ts";
import { SCRIPT_SCHEMA } from "./script-schema.ts";
import type { MachineMood } from "./telephone.ts";

/** Machines without error correction. */
const WITHOUT_ECM: readonly MachineMood[] = ["no-ecm-mr", "mh-9600", "mh-4800", "standard-only", "refuses-once"];

/**
 * Reads the script of a machine of this mood. What is wrong with it is one sentence that begins with the place: a field or word
 * that is none with the nearest that is, a limit, or two wishes that exclude each other.
 */
export function readScript(
  given: unknown,
  mood: MachineMood,
  place: string,
): { ok: true; script: MachineScript } | { ok: false; detail: string } {
  const fault = faultIn(SCRIPT_SCHEMA, given, place) ?? contradictionIn(given as MachineScript, mood, place);
  return fault === undefined ? { ok: true, script: given as MachineScript } : { ok: false, detail: fault };
}

function contradictionIn(script: MachineScript, mood: MachineMood, place: string): string | undefined {
  const { capabilities: can = {}, answers = [], notReady, damage, noise, steps = [] } = script;
  const refuses = answers.findIndex((answer) => answer.with === "RTN" || answer.with === "RTP");
  if (refuses >= 0 && can.ecm) {
    return `${place}.answers[${refuses}].with: error correction knows no ${answers[refuses]!.with}; capabilities.ecm must not be true.`;
  }
  if (mood === "refuses-once" && can.ecm) return `${place}.capabilities.ecm: a machine of mood refuses-once has none.`;
  const ecm = refuses < 0 && (can.ecm ?? !WITHOUT_ECM.includes(mood));
  if (!ecm && can.mmr)
    return `${place}.capabilities.mmr: MMR goes with error correction only (ecm), and there is none.`;
  if (!ecm && can.frameSize) return `${place}.capabilities.frameSize: there is no error correction (ecm) here.`;
  if (!ecm && notReady) return `${place}.notReady: RNR goes with error correction only (ecm), and there is none.`;
  if (!ecm && damage) return `${place}.damage: there are frames with error correction only (ecm), and there is none.`;
  if (!ecm && noise?.frameErrorRate) {
    return `${place}.noise.frameErrorRate: there are no frames without error correction (ecm); bitErrorRate damages lines.`;
  }
  if (notReady && (notReady.times === undefined) === (notReady.seconds === undefined)) {
    return `${place}.notReady needs either times or seconds.`;
  }
  for (const [index, step] of steps.entries()) {
    const needed = DEEDS[step.do];
    const other = (["frame", "ms", "frames", "part"] as const).find(
      (name) => name !== needed && step[name] !== undefined,
    );
    if (needed !== undefined && step[needed] === undefined) return `${place}.steps[${index}].${needed} is missing.`;
    if (other !== undefined) return `${place}.steps[${index}].${other} says nothing to "${step.do}".`;
  }
  return undefined;
}
