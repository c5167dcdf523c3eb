import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { COMMANDS, GROUPS } from "../commands.ts";
import { ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";

async function script(shell: string): Promise<string> {
  const io = ioDouble();
  expect(await runProgram(["completion", shell], io)).toBe(0);
  return io.written.out;
}

it("bash completes commands, their words and their flags", async () => {
  const ask = (...words: string[]) =>
    execFileSync("bash", [
      "-c",
      `${scriptText}\nCOMP_WORDS=(depesche ${words.join(" ")}); COMP_CWORD=${words.length}; _depesche; echo "\${COMPREPLY[*]}"`,
    ])
      .toString()
      .trim();
  const scriptText = await script("bash");
  expect(ask("tri")).toBe("trigger");
  expect(ask("trigger", "sms")).toBe("sms-reply sms-undelivered");
  expect(ask("again", "--dr")).toBe("--dry");
});

it("zsh and fish get every command with what it does", async () => {
  for (const shell of ["zsh", "fish"]) {
    const text = await script(shell);
    for (const name of Object.keys(COMMANDS)) expect(text).toContain(name);
  }
});

it("the help has every command in exactly one group", () => {
  expect(GROUPS.flatMap((group): string[] => [...group.names]).sort()).toEqual(Object.keys(COMMANDS).sort());
});
