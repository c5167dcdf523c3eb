// Chaos: so many of a channel's calls, messages, mails or letters meet a fault. Drawn from address and count, so that the
// same traffic meets the same faults again. A file, so that it outlives the process.

import * as fs from "node:fs";
import * as path from "node:path";
import { callSeed, drawn } from "@depesche/scenario";
import { CHAOS_CHANNELS, type ChaosChannel, FAULTS, type FaultOf } from "./chaos-faults.ts";
import { BadRequest, objectAt, type Route } from "./house.ts";

export interface ChaosRule {
  /** 0 to 1. */
  probability: number;
  fault: string;
}
type Rules = Record<ChaosChannel, ChaosRule>;

const MILLION = 1_000_000;
/** Addresses that are counted; beyond that counting starts anew. */
const MOST_COUNTED = 100_000;
const CALM: Rules = {
  fax: { probability: 0, fault: "busy" },
  sms: { probability: 0, fault: "throttled" },
  mail: { probability: 0, fault: "greylisted" },
  letter: { probability: 0, fault: "jam" },
};

export class Chaos {
  readonly #file: string;
  #rules: Rules = CALM;
  readonly #counts = new Map<string, number>();
  /** How often the town was started before. A restart counts anew, and must not draw for every address what it drew first. */
  readonly #start: number;
  readonly #met = Object.fromEntries(CHAOS_CHANNELS.map((channel) => [channel, { seen: 0, hit: 0 }])) as Record<
    ChaosChannel,
    { seen: number; hit: number }
  >;

  /** Reads the file when there is one; a file that holds no rules is an error that names it. */
  constructor(file: string) {
    this.#file = file;
    this.#start = countStart(`${file}.starts`);
    if (!fs.existsSync(file)) return;
    try {
      this.#rules = readRules(JSON.parse(fs.readFileSync(file, "utf8")), CALM);
    } catch (error) {
      throw new Error(`${file} holds no rules of chaos: ${(error as Error).message}`);
    }
  }

  /** Sets the rules named, the others stay. Throws BadRequest when one is none, and changes nothing. */
  set(given: unknown): void {
    const rules = readRules(given, this.#rules);
    fs.writeFileSync(`${this.#file}.new`, `${JSON.stringify(rules, undefined, 2)}\n`);
    fs.renameSync(`${this.#file}.new`, this.#file);
    this.#rules = rules;
  }

  /** What meets the next call, message, mail or letter for `address`; undefined: what it would meet anyway. Counts it. */
  meets<C extends ChaosChannel>(channel: C, address: string): FaultOf[C] | undefined {
    const { probability, fault } = this.#rules[channel];
    const key = `${channel} ${address}`;
    const count = this.#counts.get(key) ?? 0;
    if (count === 0 && this.#counts.size >= MOST_COUNTED) this.#counts.clear();
    this.#counts.set(key, count + 1);
    this.#met[channel].seen++;
    const seed = callSeed(this.#start === 0 ? key : `${this.#start} ${key}`, count);
    if (drawn(seed, "chaos", 1, MILLION) > probability * MILLION) return undefined;
    this.#met[channel].hit++;
    return FAULTS[channel][fault]!.meets;
  }

  view() {
    const of = (channel: ChaosChannel) => ({
      ...this.#rules[channel],
      faults: Object.entries(FAULTS[channel]).map(([fault, { meaning }]) => ({ fault, meaning })),
      ...this.#met[channel],
    });
    return { channels: Object.fromEntries(CHAOS_CHANNELS.map((channel) => [channel, of(channel)])) };
  }
}

/** How many starts the file has counted before this one, which it counts too. */
function countStart(file: string): number {
  const before = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) || 0 : 0;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Whoever is killed in the midst of it leaves the old count, not none.
  fs.writeFileSync(`${file}.new`, String(before + 1));
  fs.renameSync(`${file}.new`, file);
  return before;
}

function readRules(given: unknown, known: Rules): Rules {
  const rules = { ...known };
  for (const [channel, rule] of Object.entries(objectAt(given, "chaos", CHAOS_CHANNELS))) {
    const { probability, fault } = objectAt(rule, channel, ["probability", "fault"]);
    const faults = FAULTS[channel as ChaosChannel];
    if (typeof probability !== "number" || !(probability >= 0 && probability <= 1))
      throw new BadRequest(`${channel}.probability must be a number from 0 to 1.`);
    if (typeof fault !== "string" || !Object.hasOwn(faults, fault))
      throw new BadRequest(`${channel}.fault must be one of ${Object.keys(faults).join(", ")}.`);
    rules[channel as ChaosChannel] = { probability, fault };
  }
  return rules;
}

export function chaosRoutes(chaos: Chaos): Route[] {
  const shown = () => ({ json: chaos.view() });
  return [
    {
      method: "get",
      path: "/chaos",
      summary: "What is disturbed, channel by channel, and how much came and was hit since the start.",
      response: VIEW,
      answer: shown,
    },
    {
      method: "put",
      path: "/chaos",
      summary: "Disturbs channels: so many of what comes meet a fault. Channels that are not named stay as they are.",
      request: RULES,
      response: VIEW,
      answer({ body }) {
        chaos.set(body);
        return shown();
      },
    },
  ];
}

const rule = (channel: ChaosChannel, more: Record<string, unknown> = {}) => ({
  type: "object",
  required: ["probability", "fault"],
  properties: {
    probability: { type: "number", minimum: 0, maximum: 1 },
    fault: { enum: Object.keys(FAULTS[channel]) },
    ...more,
  },
});
const perChannel = (more?: Record<string, unknown>) => ({
  type: "object",
  properties: Object.fromEntries(CHAOS_CHANNELS.map((channel) => [channel, rule(channel, more)])),
});
const RULES = perChannel();
const VIEW = {
  type: "object",
  properties: {
    channels: perChannel({
      faults: {
        type: "array",
        items: { type: "object", properties: { fault: { type: "string" }, meaning: { type: "string" } } },
      },
      seen: { type: "integer" },
      hit: { type: "integer" },
    }),
  },
};
