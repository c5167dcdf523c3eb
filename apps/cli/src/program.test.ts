import { expect, it } from "vitest";
import { COMMANDS } from "./commands.ts";
import { EXIT } from "./exit-code.ts";
import { ioDouble } from "./io.double.ts";
import { runProgram } from "./program.ts";

async function run(args: string[], env: Record<string, string> = {}) {
  const io = ioDouble(env);
  const exitCode = await runProgram(args, io);
  return { exitCode, ...io.written };
}

it("the help lists every command and every exit code, in both languages", async () => {
  for (const LANG of ["en", "de"]) {
    const { exitCode, out } = await run(["--help"], { LANG });
    expect(exitCode).toBe(EXIT.ok);
    for (const name of Object.keys(COMMANDS)) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    for (const code of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^  ${code} `, "m"));
  }
});

it("every command explains all of its flags, with examples, and fits eighty columns", async () => {
  for (const [name, { load }] of Object.entries(COMMANDS)) {
    const { exitCode, out } = await run([name, "--help"]);
    const command = await load();
    expect(exitCode).toBe(EXIT.ok);
    expect(command.name).toBe(name);
    const flags = typeof command.flags === "function" ? command.flags({ language: "en" }) : command.flags;
    for (const flag of Object.keys(flags)) expect(out).toContain(`--${flag}`);
    for (const example of command.examples) expect(out).toContain(example);
    const prose = out.split("Examples")[0] as string;
    for (const line of prose.split("\n").slice(1))
      if (!line.includes(" depesche ")) expect(line.length).toBeLessThan(81);
  }
});

it("without a command the help is shown, and that is a usage error", async () => {
  expect(await run([])).toMatchObject({ exitCode: EXIT.usage, out: expect.stringContaining("Usage") });
});

it("an unknown command is named, with the one that was meant", async () => {
  const { exitCode, err } = await run(["stauts"]);
  expect(exitCode).toBe(EXIT.usage);
  expect(err).toBe('depesche: There is no command "stauts". Did you mean "status"?\n');
});

it("nobody at the address: what, where and what to try, in German too, and no stack trace", async () => {
  const env = { DEPESCHE_PORT: "9", DEPESCHE_SIM_PORT: "9" };
  expect(await run(["status", "17"], env)).toEqual({
    exitCode: EXIT.unreachable,
    out: "",
    err: "depesche: No answer from the gateway at http://127.0.0.1:9. Is it running (npm start)? Another address: --url or DEPESCHE_PORT.\n",
  });
  const german = await run(["received", "+493023125001", "--out", "x"], { ...env, LANG: "de_DE.UTF-8" });
  expect(german.exitCode).toBe(EXIT.unreachable);
  expect(german.err).toMatch(/^depesche: Die Simulatoren unter http:\/\/127\.0\.0\.1:9 antworten nicht\./);
});

it("a port or an address that cannot be is a usage error that names its source", async () => {
  expect(await run(["status", "17"], { DEPESCHE_PORT: "many" })).toMatchObject({
    exitCode: EXIT.usage,
    err: 'depesche: DEPESCHE_PORT must be a port from 1 to 65535, not "many".\n',
  });
  expect(await run(["status", "17", "--url", "localhost"])).toMatchObject({
    exitCode: EXIT.usage,
    err: expect.stringContaining("--url"),
  });
});

it("the version is the package's", async () => {
  expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it("settings that cannot be keep `up` from starting anything", async () => {
  const { exitCode, err } = await run(["up", "--speed", "0"]);
  expect(exitCode).toBe(EXIT.usage);
  expect(err).toContain("DEPESCHE_SPEED (--speed)");
  expect(await run(["up", "now"])).toMatchObject({ exitCode: EXIT.usage });
});
