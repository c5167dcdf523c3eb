import { readFileSync } from "node:fs";
import { type MachineScript, readScript } from "@depesche/scenario";
import { expect, it } from "vitest";
import { answeringMachine, MACHINES } from "./index.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const EXAMPLES = [...README.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as MachineScript);

it("every example of the README is a script, and together they use every field there is", () => {
  for (const script of EXAMPLES) {
    expect(readScript(script, "modern", "script")).toEqual({ ok: true, script });
    expect(answeringMachine({ mood: "modern", script, stationId: "" }).pages).toEqual([]);
  }
  const used = new Set(EXAMPLES.flatMap((script) => Object.keys(script)));
  const read = readScript({ none: 1 }, "modern", "script");
  const fields = read.ok ? [] : read.detail.replace(/^.*it has (.*)\.$/, "$1").split(", ");
  expect(fields.length).toBeGreaterThan(15);
  expect(fields.filter((field) => !used.has(field))).toEqual([]);
});

it("the README names every mood", () => {
  for (const mood of Object.keys(MACHINES)) expect(README).toContain(`\`${mood}\``);
});
