// A load run's plan out of the command line: how many, how fast, through which face, to whom. Throws usage Failures that name the flag.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Asked, usage } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { Failure, fileTrouble } from "../failure.ts";
import type { LoadFile } from "./content.ts";
import type { Weights } from "./draw.ts";
import { FACES, type FaceName } from "./faces.ts";
import { BEHAVIOURS, type Behaviour, behavioursOf, LOAD_CHANNELS, type LoadChannel } from "./orders.ts";
import type { LoadPlan } from "./run.ts";

const MOST_IN_A_JOB = 100_000;
const MOST_RECIPIENTS = 10_000_000;
const RECIPIENTS = 1000;
const CALLERS = 4;

export function planOf(asked: Asked): LoadPlan {
  const rate = numberOf(asked, "rate", 0.01, 100_000);
  const forMs = durationOf(asked, "for");
  const rampMs = durationOf(asked, "ramp");
  if (rampMs !== undefined && rate === undefined) throw usage("load.fail.ramp");
  for (const closed of ["callers", "outstanding"]) contradict(asked, "rate", closed);
  contradict(asked, "jobs", "recipients");
  const perJob = countOf(asked, "per-job", MOST_IN_A_JOB) ?? defaultPerJob(asked, rate);
  const recipients = recipientsOf(asked, perJob, forMs);
  const face = faceOf(asked);
  const mix = weightsOf(asked, "mix", LOAD_CHANNELS, "fax:6,sms:3,letter:1") ?? [{ what: "fax", weight: 1 }];
  if (face === "soap" && mix.some(({ what }) => what === "null")) throw usage("load.fail.null-soap");
  const outcomes =
    weightsOf(asked, "outcomes", BEHAVIOURS, "ok:8,busy:1,noanswer:1") ?? ([{ what: "ok", weight: 1 }] as const);
  checkOutcomes(mix, outcomes);
  const outstanding = countOf(asked, "outstanding", MOST_RECIPIENTS);
  const redials = wholeOf(asked, "redials", 0, 12);
  return {
    recipients,
    perJob,
    ...(forMs !== undefined && { forMs }),
    ...(rate !== undefined ? { rate } : { callers: countOf(asked, "callers", 1000) ?? CALLERS }),
    ...(rampMs !== undefined && { rampMs }),
    // An order larger than what may be open would wait for ever.
    ...(outstanding !== undefined && { outstanding: Math.max(outstanding, perJob) }),
    face,
    mix,
    outcomes,
    pages: countOf(asked, "pages", 500) ?? 1,
    ...fileOf(asked),
    ...(redials !== undefined && { redials }),
    seed: wholeOf(asked, "seed", 0, 2 ** 31 - 1) ?? 1,
  };
}

/** One job where --recipients is small, thousands of them at most in a job; alone on a schedule. */
function defaultPerJob(asked: Asked, rate: number | undefined): number {
  if (rate !== undefined || asked.text("outstanding") !== undefined) return 1;
  return asked.text("jobs") === undefined ? 1000 : 1;
}

function recipientsOf(asked: Asked, perJob: number, forMs: number | undefined): number {
  const jobs = countOf(asked, "jobs", MOST_RECIPIENTS);
  if (jobs !== undefined && jobs * perJob > MOST_RECIPIENTS)
    throw usage("load.fail.endless", { given: jobs * perJob, most: MOST_RECIPIENTS });
  const given = jobs === undefined ? countOf(asked, "recipients", MOST_RECIPIENTS) : jobs * perJob;
  return given ?? (forMs === undefined ? RECIPIENTS : Number.POSITIVE_INFINITY);
}

function faceOf(asked: Asked): FaceName {
  const given = asked.text("face") ?? "rest";
  const face = FACES.find((f) => f === given);
  if (face === undefined) throw usage("load.fail.face", { given });
  return face;
}

/** Every channel of the mix must be able to give one of the outcomes asked for. */
function checkOutcomes(mix: Weights<LoadChannel>, outcomes: Weights<Behaviour>): void {
  for (const { what: channel } of mix) {
    const known = behavioursOf(channel);
    if (outcomes.some(({ what }) => known.includes(what))) continue;
    const given = outcomes.map(({ what }) => what).join(", ");
    throw usage("load.fail.outcome-of-channel", { channel, given, known: known.join(", ") });
  }
}

/** `fax:6,sms:3`; a name alone weighs 1. */
function weightsOf<T extends string>(
  asked: Asked,
  flag: string,
  known: readonly T[],
  example: string,
): Weights<T> | undefined {
  const given = asked.text(flag);
  if (given === undefined) return undefined;
  const found = new Map<T, number>();
  for (const part of given.split(",")) {
    const m = /^\s*([a-z]+)(?::(\d{1,6}(?:\.\d{1,3})?))?\s*$/i.exec(part);
    const what = known.find((k) => k === m?.[1]?.toLowerCase());
    const weight = Number(m?.[2] ?? 1);
    if (what === undefined || !(weight >= 0) || found.has(what))
      throw usage("load.fail.weights", { flag: `--${flag}`, given, example, known: known.join(", ") });
    if (weight > 0) found.set(what, weight);
  }
  if (found.size === 0)
    throw usage("load.fail.weights", { flag: `--${flag}`, given, example, known: known.join(", ") });
  return [...found].map(([what, weight]) => ({ what, weight }));
}

function contradict(asked: Asked, one: string, other: string): void {
  if (asked.text(one) !== undefined && asked.text(other) !== undefined)
    throw usage("load.fail.both", { one: `--${one}`, other: `--${other}` });
}

/** `50` and, for rates, `50/s`. */
function numberOf(asked: Asked, flag: string, least: number, most: number): number | undefined {
  const given = asked.text(flag);
  if (given === undefined) return undefined;
  const value = /^\d+(\.\d+)?(\/s)?$/.test(given) ? Number(given.replace(/\/s$/, "")) : Number.NaN;
  if (!(value >= least && value <= most)) throw usage("load.fail.number", { flag: `--${flag}`, given, least, most });
  return value;
}

function wholeOf(asked: Asked, flag: string, least: number, most: number): number | undefined {
  const value = numberOf(asked, flag, least, most);
  if (value !== undefined && !Number.isInteger(value))
    throw usage("load.fail.number", { flag: `--${flag}`, given: value, least, most });
  return value;
}

function countOf(asked: Asked, flag: string, most: number): number | undefined {
  return wholeOf(asked, flag, 1, most);
}

function durationOf(asked: Asked, flag: string): number | undefined {
  const given = asked.text(flag);
  if (given === undefined) return undefined;
  const m = /^(\d{1,6})(s|m|h)?$/.exec(given);
  const ms = Number(m?.[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[(m?.[2] ?? "s") as "s" | "m" | "h"];
  if (!m || ms === 0) throw usage("load.fail.for", { flag: `--${flag}`, given });
  return ms;
}

function fileOf(asked: Asked): { file?: LoadFile } {
  const path = asked.text("file");
  if (path === undefined) return {};
  try {
    return { file: { name: basename(path), bytes: readFileSync(path) } };
  } catch (error) {
    throw new Failure(EXIT.usage, "fail.file", { file: path, why: fileTrouble(error) });
  }
}
