// The scenario: what numbers do that have no mood of their own, or another one than theirs. A file, so that it outlives the process.

import * as fs from "node:fs";
import { MACHINE_MOODS, nearest, readScript, SCRIPT_SCHEMA, type Subscriber } from "@depesche/scenario";
import { isMoodName, MOODS, type MoodName } from "@depesche/twilio-simulator";
import { BadRequest, e164, objectAt, type Route } from "./house.ts";

export interface ScenarioNumber {
  /** What a call meets. */
  call?: Subscriber;
  /** How a message is taken. */
  sms?: MoodName;
}

/** By number in E.164. */
export type ScenarioNumbers = Readonly<Record<string, ScenarioNumber>>;

const NUMBERS_LIMIT = 10_000;
const BUSY_CALLS_LIMIT = 1_000;
const KINDS = ["busy", "no-answer", "voice", "unassigned", "network-fault", "no-service"] as const;

export class Scenario {
  readonly #file: string;
  #numbers: ScenarioNumbers = {};

  /** Reads the file when there is one; a file that is no scenario is an error that names it. */
  constructor(file: string) {
    this.#file = file;
    if (!fs.existsSync(file)) return;
    try {
      this.#numbers = readScenario(JSON.parse(fs.readFileSync(file, "utf8")));
    } catch (error) {
      throw new Error(`${file} is no scenario: ${(error as Error).message}`);
    }
  }

  get numbers(): ScenarioNumbers {
    return this.#numbers;
  }

  /** Takes a new scenario in the place of the old one. Throws BadRequest when it is none, and keeps the old one. */
  replace(document: unknown): void {
    const numbers = readScenario(document);
    fs.writeFileSync(`${this.#file}.new`, `${JSON.stringify({ numbers }, undefined, 2)}\n`);
    fs.renameSync(`${this.#file}.new`, this.#file);
    this.#numbers = numbers;
  }

  /** Adds numbers, or changes those named; a number that is given null is named no more. Throws BadRequest. */
  change(document: unknown): void {
    const { numbers } = objectAt(document, "the change", ["numbers"]);
    const merged = new Map<string, unknown>(Object.entries(this.#numbers));
    for (const [written, given] of Object.entries(objectAt(numbers, "numbers"))) {
      if (given === null) merged.delete(e164(written));
      else merged.set(e164(written), given);
    }
    this.replace({ numbers: Object.fromEntries(merged) });
  }

  call(number: string): Subscriber | undefined {
    return this.#of(number)?.call;
  }

  sms(number: string): MoodName | undefined {
    return this.#of(number)?.sms;
  }

  #of(number: string): ScenarioNumber | undefined {
    return Object.hasOwn(this.#numbers, number) ? this.#numbers[number] : undefined;
  }
}

export function scenarioRoutes(scenario: Scenario): Route[] {
  const shown = () => ({ json: { numbers: scenario.numbers } });
  return [
    {
      method: "get",
      path: "/scenario",
      summary: "What numbers do that the scenario names.",
      response: SCENARIO,
      answer: shown,
    },
    {
      method: "put",
      path: "/scenario",
      summary: "Puts a new scenario in the place of the old one.",
      request: SCENARIO,
      response: SCENARIO,
      answer({ body }) {
        scenario.replace(body);
        return shown();
      },
    },
    {
      method: "post",
      path: "/scenario/numbers",
      summary: "Adds numbers or changes them; null takes a number out. The others stay.",
      request: SCENARIO,
      response: SCENARIO,
      answer({ body }) {
        scenario.change(body);
        return shown();
      },
    },
  ];
}

function readScenario(document: unknown): ScenarioNumbers {
  const { numbers } = objectAt(document, "the scenario", ["numbers"]);
  const entries = Object.entries(objectAt(numbers, "numbers"));
  if (entries.length > NUMBERS_LIMIT) throw new BadRequest(`A scenario has at most ${NUMBERS_LIMIT} numbers.`);
  const read = new Map<string, ScenarioNumber>();
  for (const [written, given] of entries) {
    const number = e164(written);
    if (read.has(number)) throw new BadRequest(`numbers["${written}"] stands there twice: both mean ${number}.`);
    read.set(number, readNumber(written, given));
  }
  return Object.fromEntries(read);
}

function readNumber(number: string, given: unknown): ScenarioNumber {
  const { call, sms } = objectAt(given, `numbers["${number}"]`, ["call", "sms"]);
  if (sms !== undefined && !isMoodName(sms)) {
    throw new BadRequest(`numbers["${number}"].sms must be one of ${Object.keys(MOODS).join(", ")}.`);
  }
  return {
    ...(call !== undefined && { call: readSubscriber(`numbers["${number}"].call`, call) }),
    ...(sms !== undefined && { sms }),
  };
}

function readSubscriber(place: string, given: unknown): Subscriber {
  const { kind, mood = "modern", busyCalls = 0, script } = objectAt(given, place);
  if (kind !== "machine") {
    const found = KINDS.find((known) => known === kind);
    if (found === undefined)
      throw new BadRequest(`${place}.kind must be one of ${meant(kind, ["machine", ...KINDS])}.`);
    objectAt(given, place, ["kind"]);
    return { kind: found };
  }
  objectAt(given, place, ["kind", "mood", "busyCalls", "script"]);
  const found = MACHINE_MOODS.find((known) => known === mood);
  if (found === undefined) throw new BadRequest(`${place}.mood must be one of ${meant(mood, MACHINE_MOODS)}.`);
  if (!Number.isInteger(busyCalls) || Number(busyCalls) < 0 || Number(busyCalls) > BUSY_CALLS_LIMIT) {
    throw new BadRequest(`${place}.busyCalls must be a whole number from 0 to ${BUSY_CALLS_LIMIT}.`);
  }
  const machine = { kind, mood: found, busyCalls: Number(busyCalls) } as const;
  if (script === undefined) return machine;
  const read = readScript(script, found, `${place}.script`);
  if (!read.ok) throw new BadRequest(read.detail);
  return { ...machine, script: read.script };
}

/** The words to choose from, with the nearest to what was written. */
function meant(given: unknown, words: readonly string[]): string {
  const near = typeof given === "string" ? nearest(given, words) : undefined;
  return words.join(", ") + (near === undefined ? "" : ` (did you mean "${near}"?)`);
}

const SCENARIO = {
  type: "object",
  required: ["numbers"],
  properties: {
    numbers: {
      type: "object",
      description: "By number in E.164.",
      additionalProperties: {
        type: "object",
        properties: {
          call: {
            type: "object",
            required: ["kind"],
            properties: {
              kind: { enum: ["machine", ...KINDS] },
              mood: { enum: MACHINE_MOODS },
              busyCalls: { type: "integer", minimum: 0, maximum: BUSY_CALLS_LIMIT },
              script: SCRIPT_SCHEMA,
            },
          },
          sms: { enum: Object.keys(MOODS) },
        },
      },
    },
  },
};
