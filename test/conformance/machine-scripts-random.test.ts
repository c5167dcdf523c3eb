// Scripts nobody would write: drawn from their own schema. Whatever a machine does, both ends of the call end, with a cause, on both
// kinds of line; and a page that was confirmed was taken.

import {
  drawn,
  MACHINE_MOODS,
  type MachineScript,
  readScript,
  SCRIPT_SCHEMA,
  type ValueSchema,
} from "@depesche/scenario";
import { blankBitmap, writeTiff } from "@depesche/t4";
import { CAUSES } from "@depesche/t30";
import { expect, it } from "vitest";
import { betweenOwnEnds, inRealTime, machines } from "./machine-calls.ts";

const CALLS = 100;
/** Numbers are small most of the time: what happens at page 700 happens never. */
const SMALL = 6;

const page = blankBitmap(1728, 300);
for (let i = 0; i < page.data.length; i++) if ((i * 7919) % 23 === 0) page.data[i] = i & 0xff;
const TIFF = writeTiff([1, 2].map(() => ({ bitmap: page, xDpi: 204, yDpi: 196 })));

/** A value that the schema allows. */
function sampleOf(schema: ValueSchema, draw: (to: number) => number): unknown {
  if ("enum" in schema) return schema.enum[draw(schema.enum.length - 1)];
  switch (schema.type) {
    case "boolean":
      return draw(1) === 1;
    case "number":
      return schema.minimum + ((schema.maximum - schema.minimum) * draw(10)) / (draw(1) ? 10 : 1_000);
    case "integer":
      return draw(2)
        ? Math.min(schema.maximum, schema.minimum + draw(SMALL))
        : schema.minimum + draw(schema.maximum - schema.minimum);
    case "string":
      return schema.pattern.includes("every") ? "every" : String(draw(99));
    case "array":
      return Array.from({ length: Math.min(schema.maxItems, schema.minItems + draw(2)) }, () =>
        sampleOf(schema.items, draw),
      );
    case "object": {
      const names = Object.keys(schema.properties).filter((name) => schema.required?.includes(name) || draw(3) === 0);
      return Object.fromEntries(names.map((name) => [name, sampleOf(schema.properties[name]!, draw)]));
    }
    default:
      return schema satisfies never;
  }
}

/** The first script with this seed in which nothing contradicts itself. */
function scriptOf(seed: number, mood: (typeof MACHINE_MOODS)[number]): MachineScript {
  let count = 0;
  const draw = (to: number) => drawn(seed, `${count++}`, 0, to);
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const read = readScript(sampleOf(SCRIPT_SCHEMA, draw), mood, "script");
    if (read.ok) return read.script;
  }
  throw new Error("the schema allows hardly anything");
}

it(`${CALLS} drawn scripts on either side: every call ends with a cause, and what was confirmed was taken`, async () => {
  const causes = new Set<string>();
  for (let seed = 0; seed < CALLS; seed++) {
    const mood = MACHINE_MOODS[seed % MACHINE_MOODS.length]!;
    const script = scriptOf(seed, mood);
    const isCaller = seed % 3 === 0;
    const order = {
      tiff: TIFF,
      answers: isCaller ? ({ mood: "modern" } as const) : { mood, script, seed },
      sends: isCaller ? { mood, script, seed } : {},
    };
    for (const run of [betweenOwnEnds, inRealTime]) {
      const both = machines(order);
      const ends = await run(both);
      const told = JSON.stringify({ seed, run: run.name, script, causes: ends.map(({ cause }) => cause) });
      for (const { cause, lineUs } of ends) {
        expect(Object.hasOwn(CAUSES, cause) && cause !== "stalled", told).toBe(true);
        expect(lineUs, told).toBeLessThan(7_200e6);
        causes.add(cause);
      }
      expect(both.receiver.pages.length, told).toBeGreaterThanOrEqual(ends[0].pages);
      if (ends[0].cause === "completed") expect(ends[0].pages, told).toBe(2);
    }
  }
  expect(causes.size).toBeGreaterThan(10);
});

it("an answer that comes after the command was said again confirms no other page", async () => {
  // The page is confirmed twice, behind each command; the second confirmation is said while the next page is on the line.
  const script: MachineScript = { turnaroundMs: 4928, answers: [{ page: 2, with: "DCN" }] };
  for (const run of [betweenOwnEnds, inRealTime]) {
    const both = machines({ tiff: TIFF, answers: { mood: "no-ecm-mr", script }, sends: {} });
    const [caller] = await run(both);
    expect(caller.pages, run.name).toBeLessThanOrEqual(both.receiver.pages.length);
    expect(caller.cause, run.name).not.toBe("completed");
  }
});
