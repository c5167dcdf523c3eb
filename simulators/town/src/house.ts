// What a simulator is to the town: something that opens, has routes in the control API and perhaps a wire log, and closes.

import type { Exchange } from "@depesche/exchange";
import type { SimulatedClock, WallClock } from "@depesche/ports";
import { dialled } from "@depesche/scenario";
import type { Chaos } from "./chaos.ts";
import type { Scenario } from "./scenario.ts";

/** An answer of a route: JSON unless it has a media type of its own. */
export type Answer =
  | { status?: number; json: unknown }
  | { status?: number; mediaType: string; body: Uint8Array | ReadableStream<Uint8Array> };

export interface Asked {
  /** Parts of the path, decoded. */
  path: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON body; undefined without one. */
  body: unknown;
}

/** JSON Schema as it stands in the OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Route {
  method: "get" | "post" | "put";
  /** OpenAPI's spelling: /exchange/machines/{number}/faxes. */
  path: string;
  summary: string;
  query?: Readonly<Record<string, string>>;
  request?: Schema;
  /** Media type of a good answer that is not JSON. */
  mediaType?: string;
  /** JSON Schema of a good answer. */
  response?: Schema;
  answer(asked: Asked): Answer | Promise<Answer>;
}

/** What every simulator of the town may use. */
export interface Surroundings {
  scenario: Scenario;
  chaos: Chaos;
  clock: SimulatedClock;
  wall: WallClock;
  /** The telephone exchange, once its house is open. */
  exchange?: Exchange;
  /** Folder for wire logs and everything else a simulator keeps. */
  folder: string;
  /** Data folder of the whole installation. */
  dataFolder: string;
}

export interface House {
  /** Port it listens on; undefined when it has none. */
  port?: number;
  routes: readonly Route[];
  wireLog?: { channel: "fax" | "sms" | "mail" | "letter"; file: string };
  close(): Promise<void>;
}

/** A request the caller can mend: answered with 400 and the sentence. */
export class BadRequest extends Error {}

/** The body as an object with the fields asked for, all of them texts. Throws BadRequest. */
export function textFields<K extends string>(body: unknown, needed: readonly K[]): Record<K, string> {
  const given = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  for (const name of needed) {
    if (typeof given[name] !== "string" || given[name] === "")
      throw new BadRequest(`The text field "${name}" is missing.`);
  }
  return given as Record<K, string>;
}

/** A count from the query, `unset` when it is not there. Throws BadRequest. */
export function countFrom(query: URLSearchParams, name: string, unset: number): number {
  const given = query.get(name);
  if (given === null) return unset;
  if (!/^\d{1,6}$/.test(given)) throw new BadRequest(`"${name}" must be a number.`);
  return Number(given);
}

/** A telephone number as people write it, in E.164; a bare "+" in a query arrives as a blank. Throws BadRequest. */
export function e164(given: string): string {
  const number = dialled(given.replace(/^ (?=\d)/, "+"));
  if (number === undefined) throw new BadRequest(`"${given.slice(0, 40)}" is not an international telephone number.`);
  return number;
}

/** What is given as an object, with no other fields than the known ones. Throws BadRequest. */
export function objectAt(given: unknown, place: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new BadRequest(`${place} must be an object.`);
  }
  const unknown = known && Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const names = known!.map((name) => `"${name}"`).join(", ");
    throw new BadRequest(`${place} has no field "${unknown.slice(0, 40)}" here, only ${names}.`);
  }
  return given as Record<string, unknown>;
}
