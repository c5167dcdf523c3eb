// The scenario: what numbers do that have no mood of their own, or another one than theirs. A file, so that it outlives the process.

import * as fs from "node:fs";
import { isMoodName, MOODS, type MoodName } from "@depesche/twilio-simulator";
import { BadRequest, e164, type Route } from "./house.ts";

export interface ScenarioNumber {
  /** How a message is taken. */
  sms?: MoodName;
}

/** By number in E.164. */
export type ScenarioNumbers = Readonly<Record<string, ScenarioNumber>>;

const NUMBERS_LIMIT = 10_000;

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

  sms(number: string): MoodName | undefined {
    return Object.hasOwn(this.#numbers, number) ? this.#numbers[number]?.sms : undefined;
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
  ];
}

function readScenario(document: unknown): ScenarioNumbers {
  const { numbers } = objectAt(document, "the scenario");
  const entries = Object.entries(objectAt(numbers, "numbers"));
  if (entries.length > NUMBERS_LIMIT) throw new BadRequest(`A scenario has at most ${NUMBERS_LIMIT} numbers.`);
  return Object.fromEntries(entries.map(([number, given]) => [e164(number), readNumber(number, given)]));
}

function readNumber(number: string, given: unknown): ScenarioNumber {
  const { sms, ...others } = objectAt(given, `numbers["${number}"]`);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new BadRequest(`numbers["${number}"] knows "sms", and no "${unknown}".`);
  if (sms === undefined) return {};
  if (isMoodName(sms)) return { sms };
  throw new BadRequest(`numbers["${number}"].sms must be one of ${Object.keys(MOODS).join(", ")}.`);
}

function objectAt(given: unknown, place: string): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new BadRequest(`${place} must be an object.`);
  }
  return given as Record<string, unknown>;
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
          sms: { enum: Object.keys(MOODS) },
        },
      },
    },
  },
};
