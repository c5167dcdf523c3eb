// The command line of Depesche.

import { flagOf, readSettings, SETTINGS } from "@depesche/core";
import { Command } from "commander";
import { up, upFlags } from "./up.ts";

const program = new Command("depesche").description("A self-hosted post office for fax, SMS, e-mail and letters.");

const upCommand = program
  .command("up")
  .description("bring up everything: database, gateway, worker, simulators, dashboard");
for (const { flag, meaning } of upFlags()) upCommand.option(`${flag} <value>`, meaning);
upCommand.action(async (flags: Record<string, string | undefined>) => {
  const env = { ...process.env };
  for (const { variable } of SETTINGS) {
    const given = flags[camel(flagOf(variable))];
    if (given !== undefined) env[variable] = given;
  }
  const read = readSettings(env);
  if (!read.ok) {
    process.stderr.write(`${read.problems.join("\n")}\n`);
    process.exit(2);
  }
  process.exit(await up({ settings: read.settings, env, print: (line) => process.stdout.write(`${line}\n`) }));
});

/** commander's name of a flag: `--sim-port` is `simPort`. */
function camel(flag: string): string {
  return flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
