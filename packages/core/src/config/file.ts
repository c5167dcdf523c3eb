/** Where the configuration file is looked for, and what it says. Node only: it reads a file. */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type OutsideConfig, readConfig } from "./outside.ts";

const FILE = "depesche.config.json";

export type ConfigFile = { ok: true; config: OutsideConfig; path?: string } | { ok: false; problems: string[] };

/**
 * The configuration of a house: `DEPESCHE_CONFIG` names the file; otherwise `depesche.config.json` in the working directory
 * or in the data folder, when there is one. Every problem names the file and the JSON path. Without a file: nothing outside.
 */
export function openConfigFile(env: Readonly<Record<string, string | undefined>>): ConfigFile {
  const named = env.DEPESCHE_CONFIG?.trim();
  const dataFolder = env.DEPESCHE_DATA?.trim() || "./data";
  const path = named ? resolve(named) : [resolve(FILE), resolve(dataFolder, FILE)].find((place) => existsSync(place));
  if (path === undefined) return { ok: true, config: {} };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "is not there" : (error as Error).message;
    return {
      ok: false,
      problems: [`The configuration file ${path} ${named ? "(DEPESCHE_CONFIG) " : ""}cannot be read: ${why}.`],
    };
  }
  const read = readConfig(text);
  return read.ok ? { ...read, path } : { ok: false, problems: read.problems.map((problem) => `${path}: ${problem}`) };
}
