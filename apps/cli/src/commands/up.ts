// `depesche up`: its flags are the settings of DESIGN section 8, by the same names.

import { flagOf, isOutside, readSettings, SETTINGS, type SettingVariable } from "@depesche/core";
import { openConfigFile } from "@depesche/core/config-file";
import { type Asked, type Command, type Flags, usage } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { banner } from "../house-sheet.ts";
import { type Io, json, line } from "../io.ts";
import { settingMeanings } from "../words/settings.ts";

const nameOf = (variable: SettingVariable) => flagOf(variable).slice(2);

export function upFlags(language: Io["language"]): Flags {
  const meanings = settingMeanings[language];
  return Object.fromEntries(
    SETTINGS.map(({ variable, kind, fallback }) => [
      nameOf(variable),
      {
        ...(kind === "yes" ? {} : { value: { port: "PORT", count: "N", speed: "X", text: "TEXT" }[kind] }),
        meaning: { text: `${meanings[variable]}${fallback ? ` (${fallback})` : ""}; ${variable}` },
      },
    ]),
  );
}

export const up: Command = {
  name: "up",
  usage: ["[--port 8080] [--data DIR] [--speed 10] [--lines 24] ..."],
  summary: "up.summary",
  flags: (io) => ({ ...upFlags(io.language), json: { meaning: "up.flag.json" } }),
  notes: ["up.note"],
  examples: ["npm start", "npm start -- --port 9000 --speed 100", "DEPESCHE_DATA=/tmp/depesche npx depesche up"],
  async run(asked, io) {
    // "--demo 1" reads like "DEPESCHE_DEMO=1"; the word behind the switch says nothing new.
    const words = asked.yes("demo") && asked.positionals[0] === "1" ? asked.positionals.slice(1) : asked.positionals;
    if (words.length > 0) throw usage("fail.no-words", { command: "up" });
    const env = environmentOf(asked, io.env);
    const file = openConfigFile(env);
    const read = readSettings(env, { outside: file.ok && isOutside(file.config) });
    if (!file.ok || !read.ok) {
      const problems = [...(file.ok ? [] : file.problems), ...(read.ok ? [] : read.problems)];
      for (const problem of problems) io.err.write(`depesche: ${problem}\n`);
      return EXIT.usage;
    }
    const { up } = await import("../up.ts");
    // With --json stdout is for the one document; what happens is told beside it.
    const isJson = asked.yes("json");
    return up({
      settings: read.settings,
      // The rooms run elsewhere: what was found here is what they read.
      env: file.path === undefined ? env : { ...env, DEPESCHE_CONFIG: file.path },
      outside: file.config,
      say: io.say,
      print: (text) => (isJson ? io.err.write(`${text}\n`) : line(io, text)),
      ready: (house) => (isJson ? json(io, house) : line(io, banner(house, io.say))),
    });
  },
};

/** Flags go before the environment. */
function environmentOf(asked: Asked, env: Io["env"]): Record<string, string | undefined> {
  const given = SETTINGS.flatMap(({ variable, kind }) => {
    const value = asked.text(nameOf(variable));
    return value === undefined ? [] : [[variable, kind === "yes" ? "1" : value] as const];
  });
  return { ...env, ...Object.fromEntries(given) };
}
