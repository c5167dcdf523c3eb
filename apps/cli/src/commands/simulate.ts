// `depesche simulate`: plays a scenario file against the running house, and tells whether all came as expected.

import { dirname } from "node:path";
import { type Command, GATEWAY_FLAGS, SIMULATORS_FLAG, usage } from "../command.ts";
import { gateway, simulators } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { readDocument } from "../files.ts";
import { json, line, paint, plain } from "../io.ts";
import { type Mistake, readScenarioFile, type Scenario } from "../simulate/format.ts";
import { type Played, play } from "../simulate/play.ts";
import { clockTime } from "../times.ts";

export const simulate: Command = {
  name: "simulate",
  usage: ["FILE [--seed N] [--check]"],
  summary: "simulate.summary",
  flags: {
    seed: { value: "N", meaning: "simulate.flag.seed" },
    check: { meaning: "simulate.flag.check" },
    virtual: { meaning: "simulate.flag.virtual" },
    ...GATEWAY_FLAGS,
    ...SIMULATORS_FLAG,
  },
  notes: ["simulate.note.format", "simulate.note.steps", "simulate.note.end"],
  examples: [
    "depesche simulate apps/cli/examples/busy-then-fax-in.json",
    "depesche simulate story.json --seed 12",
    "depesche simulate story.json --check",
  ],
  async run(asked, io) {
    const [file, more] = asked.positionals;
    if (file === undefined || more !== undefined) throw usage("simulate.fail.file");
    if (asked.yes("virtual")) throw usage("simulate.fail.virtual");
    const scenario = await readFileOf(file);
    const seed = seedOf(asked.text("seed")) ?? scenario.seed;
    const isJson = asked.yes("json");
    if (asked.yes("check")) {
      if (isJson) json(io, { ok: true, name: scenario.name, steps: scenario.steps.length });
      else line(io, io.say("simulate.good", { file, n: scenario.steps.length }));
      return EXIT.ok;
    }
    const client = await gateway(asked, io);
    const sims = await simulators(asked, io.env);
    const steps: (Played & { do: string })[] = [];
    if (!isJson) line(io, paint(io, "bold", io.say("simulate.head", { name: plain(scenario.name), seed })));
    const failed = await play(scenario, seed, {
      client,
      sims,
      io,
      folder: dirname(file),
      onStep(played, step) {
        steps.push({ ...played, do: step.do });
        if (isJson) return;
        const at = clockTime(new Date(played.simAt).toISOString(), io.language);
        const sign = played.ok ? paint(io, "green", "✓") : paint(io, "red", "✗");
        line(io, `${String(played.step).padStart(3)}  ${at}  ${sign} ${step.do.padEnd(7)} ${plain(played.what)}`);
      },
    });
    if (isJson) json(io, { name: scenario.name, seed, failed, steps });
    else line(io, paint(io, failed === 0 ? "green" : "red", io.say("simulate.end", { failed, n: steps.length })));
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
};

async function readFileOf(file: string): Promise<Scenario> {
  const content = (await readDocument(file)).toString("utf8");
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch (error) {
    throw usage("simulate.fail.json", { file, what: (error as Error).message });
  }
  const read = readScenarioFile(document);
  if (read.ok) return read.scenario;
  throw usage("simulate.fail.format", { file, mistakes: read.mistakes.map(mistakeText).join("") });
}

function mistakeText({ at, message }: Mistake): string {
  return `\n  ${plain(at)}: ${plain(message)}`;
}

function seedOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,10}$/.test(given) || Number(given) >= 2 ** 32) throw usage("simulate.fail.seed", { given });
  return Number(given);
}
