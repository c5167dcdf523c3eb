// A scenario file: what numbers do, and steps in their order, each with when, who and what. Read with the place of every mistake.

import { OUTCOMES } from "@depesche/core";
import { pointInTime } from "../times.ts";

export const STEP_KINDS = ["send", "fax-in", "sms-in", "clock", "chaos", "wait", "expect"] as const;
const CHANNELS = ["fax", "sms", "mail", "letter"] as const;

/** After the step before it (simulated), ms: from `least` to `most`; the seed draws where they differ. */
export interface After {
  least: number;
  most: number;
}

export type Step = { after: After } & (
  | { do: "send"; as?: string; channel: (typeof CHANNELS)[number]; to: Pick; text?: string; file?: string }
  | { do: "fax-in"; from: Pick; to: string; text?: string; file?: string }
  | { do: "sms-in"; from: Pick; to: string; text: string }
  | { do: "clock"; advanceMs?: number; setTo?: string; speed?: number | "max" }
  | { do: "chaos"; channel: (typeof CHANNELS)[number]; probability: number; fault: string }
  | { do: "wait" }
  | { do: "expect"; job: string; outcomes: Record<string, number>; withinMs: number }
  | { do: "expect"; inbox: { from?: string; pages?: number; complete?: boolean }; count: number; withinMs: number }
);

/** One of these, or `count` of them, drawn by the seed. */
export interface Pick {
  any: string[];
  count: number;
}

export interface Scenario {
  name: string;
  seed: number;
  /** As PUT /scenario of the control API takes them. */
  numbers: Record<string, unknown>;
  steps: Step[];
}

export interface Mistake {
  /** `steps[3].within`. */
  at: string;
  message: string;
}

const DEFAULT_WITHIN_MS = 10 * 60_000;
const MOST_STEPS = 10_000;
type Fields = Record<string, unknown>;

/** Reads a scenario document. All mistakes are told, not only the first. */
export function readScenarioFile(
  document: unknown,
): { ok: true; scenario: Scenario } | { ok: false; mistakes: Mistake[] } {
  const reader = new Reader();
  const top = reader.fields("", document, ["name", "seed", "numbers", "steps"]);
  const names = new Set<string>();
  const list = top.steps;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_STEPS)
    reader.wrong("steps", `must be a list of 1 to ${MOST_STEPS} steps`);
  const steps = (Array.isArray(list) ? list.slice(0, MOST_STEPS) : []).map((step, i) =>
    reader.step(`steps[${i}]`, step, names),
  );
  const scenario: Scenario = {
    name: reader.text("name", top.name) ?? "",
    seed: reader.whole("seed", top.seed ?? 1, 0, 2 ** 32 - 1),
    numbers: top.numbers === undefined ? {} : reader.fields("numbers", top.numbers),
    steps: steps.flatMap((step) => step ?? []),
  };
  return reader.mistakes.length > 0 ? { ok: false, mistakes: reader.mistakes } : { ok: true, scenario };
}

class Reader {
  readonly mistakes: Mistake[] = [];

  wrong(at: string, message: string): void {
    this.mistakes.push({ at: at === "" ? "the file" : at, message });
  }

  fields(at: string, given: unknown, known?: readonly string[]): Fields {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      this.wrong(at, "must be an object");
      return {};
    }
    for (const name of Object.keys(given))
      if (known && !known.includes(name))
        this.wrong(at === "" ? name : `${at}.${name}`, `is not known here; known: ${known.join(", ")}`);
    return given as Fields;
  }

  text(at: string, given: unknown): string | undefined {
    if (given === undefined || typeof given === "string") return given;
    this.wrong(at, "must be a text");
    return undefined;
  }

  whole(at: string, given: unknown, least: number, most: number): number {
    if (Number.isInteger(given) && (given as number) >= least && (given as number) <= most) return given as number;
    this.wrong(at, `must be a whole number from ${least} to ${most}`);
    return least;
  }

  oneOf<T extends string>(at: string, given: unknown, known: readonly T[]): T {
    const found = known.find((one) => one === given);
    if (found === undefined) this.wrong(at, `must be one of ${known.join(", ")}`);
    return found ?? (known[0] as T);
  }

  step(at: string, given: unknown, names: Set<string>): Step | undefined {
    const kind = (given as Fields | null)?.do;
    if (!STEP_KINDS.some((known) => known === kind)) {
      this.wrong(`${at}.do`, `must be one of ${STEP_KINDS.join(", ")}`);
      return undefined;
    }
    const take = (...known: string[]) => this.fields(at, given, ["do", "after", "note", ...known]);
    const after = this.after(`${at}.after`, (given as Fields).after);
    switch (kind as (typeof STEP_KINDS)[number]) {
      case "send": {
        const s = take("as", "channel", "to", "text", "file");
        const channel = this.oneOf(`${at}.channel`, s.channel, CHANNELS);
        const as = this.text(`${at}.as`, s.as);
        if (as !== undefined) {
          if (names.has(as)) this.wrong(`${at}.as`, `"${as}" is the name of an earlier step, too`);
          names.add(as);
        }
        const to = channel === "letter" ? { any: [], count: 0 } : this.pick(`${at}.to`, s.to);
        return { do: "send", after, channel, to, ...(as !== undefined && { as }), ...this.content(at, s) };
      }
      case "fax-in": {
        const s = take("from", "to", "text", "file");
        const to = this.text(`${at}.to`, s.to) ?? "+493023125900";
        return { do: "fax-in", after, from: this.pick(`${at}.from`, s.from), to, ...this.content(at, s) };
      }
      case "sms-in": {
        const s = take("from", "to", "text");
        return {
          do: "sms-in",
          after,
          from: this.pick(`${at}.from`, s.from),
          to: this.needed(`${at}.to`, s.to),
          text: this.needed(`${at}.text`, s.text),
        };
      }
      case "clock":
        return { do: "clock", after, ...this.clock(at, take("advance", "set", "speed")) };
      case "chaos": {
        const s = take("channel", "probability", "fault");
        const p = Number(s.probability);
        if (typeof s.probability !== "number" || !(p >= 0 && p <= 1))
          this.wrong(`${at}.probability`, "must be a number from 0 to 1");
        return {
          do: "chaos",
          after,
          channel: this.oneOf(`${at}.channel`, s.channel, CHANNELS),
          probability: p,
          fault: this.needed(`${at}.fault`, s.fault),
        };
      }
      case "wait":
        take();
        if ((given as Fields).after === undefined) this.wrong(`${at}.after`, "must say how long, 90s for example");
        return { do: "wait", after };
      case "expect":
        return this.expectation(at, take("job", "outcomes", "inbox", "count", "within"), after, names);
    }
  }

  expectation(at: string, s: Fields, after: After, names: ReadonlySet<string>): Step | undefined {
    const withinMs = s.within === undefined ? DEFAULT_WITHIN_MS : this.ms(`${at}.within`, s.within);
    if ((s.job === undefined) === (s.inbox === undefined)) {
      this.wrong(at, "expects either a job or something of the inbox: give one of job and inbox");
      return undefined;
    }
    if (s.inbox !== undefined) {
      const i = this.fields(`${at}.inbox`, s.inbox, ["from", "pages", "complete"]);
      if (i.complete !== undefined && typeof i.complete !== "boolean")
        this.wrong(`${at}.inbox.complete`, "must be true or false");
      const from = this.text(`${at}.inbox.from`, i.from);
      const inbox = {
        ...(from !== undefined && { from }),
        ...(i.pages !== undefined && { pages: this.whole(`${at}.inbox.pages`, i.pages, 0, 10_000) }),
        ...(typeof i.complete === "boolean" && { complete: i.complete }),
      };
      return { do: "expect", after, inbox, count: this.whole(`${at}.count`, s.count ?? 1, 0, 10_000), withinMs };
    }
    const job = this.needed(`${at}.job`, s.job);
    if (!names.has(job)) this.wrong(`${at}.job`, `no send step before this one has "as": "${job}"`);
    const outcomes = this.fields(`${at}.outcomes`, s.outcomes, OUTCOMES);
    for (const [word, n] of Object.entries(outcomes)) this.whole(`${at}.outcomes.${word}`, n, 0, 1_000_000);
    return { do: "expect", after, job, outcomes: outcomes as Record<string, number>, withinMs };
  }

  clock(at: string, s: Fields): { advanceMs?: number; setTo?: string; speed?: number | "max" } {
    if ([s.advance, s.set, s.speed].filter((given) => given !== undefined).length !== 1) {
      this.wrong(at, "takes one of advance, set and speed");
      return {};
    }
    if (s.advance !== undefined) return { advanceMs: this.ms(`${at}.advance`, s.advance) };
    if (s.set !== undefined) {
      const point = typeof s.set === "string" ? pointInTime(s.set) : undefined;
      if (!point) this.wrong(`${at}.set`, "must be a time like 2026-11-23T14:30 (Berlin)");
      return point ? { setTo: point.toISOString() } : {};
    }
    const { speed } = s;
    if (speed === "max") return { speed };
    if (typeof speed !== "number" || !(speed >= 1 && speed <= 1000))
      this.wrong(`${at}.speed`, 'must be a number from 1 to 1000, or "max"');
    return { speed: Number(speed) };
  }

  content(at: string, s: Fields): { text?: string; file?: string } {
    const text = this.text(`${at}.text`, s.text);
    const file = this.text(`${at}.file`, s.file);
    if (text === undefined && file === undefined) this.wrong(at, "sends nothing: give text or file");
    return { ...(text !== undefined && { text }), ...(file !== undefined && { file }) };
  }

  needed(at: string, given: unknown): string {
    if (given === undefined) this.wrong(at, "is missing");
    return this.text(at, given) ?? "";
  }

  /** A recipient, a list of them, or `{ any: [...], count: n }`. */
  pick(at: string, given: unknown): Pick {
    if (typeof given === "string") return { any: [given], count: 1 };
    const isList = Array.isArray(given);
    const drawn = isList ? { any: given } : this.fields(at, given ?? null, ["any", "count"]);
    const any = drawn.any;
    if (!Array.isArray(any) || any.length === 0 || !any.every((one) => typeof one === "string")) {
      this.wrong(isList ? at : `${at}.any`, "must be a list of numbers or addresses");
      return { any: [], count: 0 };
    }
    return { any, count: isList ? any.length : this.whole(`${at}.count`, (drawn as Fields).count ?? 1, 1, any.length) };
  }

  /** `90s`, or `1m..5m` for a time that the seed draws. */
  after(at: string, given: unknown): After {
    if (given === undefined) return { least: 0, most: 0 };
    const [least, most = least, more] = String(given)
      .split("..")
      .map((part) => msOf(part));
    if (least === undefined || most === undefined || more !== undefined || most < least) {
      this.wrong(at, `"${String(given)}" is no time: write 90s, 10m, 2h, 1d, or 1m..5m`);
      return { least: 0, most: 0 };
    }
    return { least, most };
  }

  ms(at: string, given: unknown): number {
    const ms = msOf(String(given));
    if (ms === undefined) this.wrong(at, `"${String(given)}" is no time: write 90s, 10m, 2h or 1d`);
    return ms ?? 0;
  }
}

function msOf(written: string): number | undefined {
  const m = /^(\d{1,6})(ms|s|m|h|d)$/.exec(written);
  return m ? Number(m[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[m[2] as "ms"] : undefined;
}
