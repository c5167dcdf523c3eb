import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext, Script } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import { GUARDS } from "./guards.ts";
import { CASES, type Machine, type Played, play } from "./index.ts";

interface Compiler {
  transform(source: string, options: { loader: "ts"; format: "cjs"; target: string }): Promise<{ code: string }>;
}

// A tool of the whole repository, not a part of this package.
const { transform } = createRequire(import.meta.url)("esbuild") as Compiler;

const SOURCE = dirname(dirname(fileURLToPath(import.meta.url)));
/** A changed machine may run in a circle of its own, where the player's count of steps does not see it. */
const HANG_GUARD_MS = 15_000;

const sources = new Map<string, string>();
for (const name of readdirSync(SOURCE)) {
  if (name.endsWith(".ts") && !name.endsWith(".test.ts")) sources.set(name, readFileSync(join(SOURCE, name), "utf8"));
}

async function compiled(source: string): Promise<Script> {
  const { code } = await transform(source, { loader: "ts", format: "cjs", target: "es2023" });
  return new Script(`(function (module, exports, require) {${code}\n})`);
}

const modules = new Map<string, Script>();
beforeAll(async () => {
  for (const [name, source] of sources) modules.set(name, await compiled(source));
});

/** Makes something that plays a case against a machine of its own, bounded in time; one file of the machine may be another. */
function player(changed?: { file: string; script: Script }): (id: string) => Played {
  const context = createContext({ structuredClone });
  const loaded = new Map<string, { exports: object }>();
  const load = (path: string): object => {
    const name = basename(path);
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const script = changed?.file === name ? changed.script : modules.get(name)!;
    script.runInContext(context)(module, module.exports, load);
    return module.exports;
  };
  const machine = load("./session.ts") as Machine;
  return (id) => {
    const set = CASES.find((one) => one.id === id)!;
    Object.assign(context, { play: () => play(set, machine) });
    return runInContext("play()", context, { timeout: HANG_GUARD_MS }) as Played;
  };
}

test("every case has a guard, and every guard a case", () => {
  expect(Object.keys(GUARDS).sort()).toEqual(CASES.map(({ id }) => id).sort());
});

test("unchanged, the machine passes every case here as well", () => {
  const played = player();
  for (const { id } of CASES) expect(played(id).failure, id).toBeUndefined();
});

test.each(Object.entries(GUARDS))("%s fails when the line it guards is changed", async (id, { file, from, to }) => {
  const lines = sources.get(file)?.split("\n") ?? [];
  const found = lines.flatMap((line, at) => (line.trim() === from ? [at] : []));
  expect(found.length, `"${from}" stands once in ${file}`).toBe(1);
  lines[found[0]!] = to;
  const { failure } = player({ file, script: await compiled(lines.join("\n")) })(id);
  expect(failure, "changed").toBeDefined();
  expect(failure!.why, "a machine that breaks proves little").not.toMatch(/^the machine broke/);
});
