import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type DataFolder, FolderTaken, isAlive, ownerOf, takeDataFolder } from "./data-lock.ts";
import { EXIT } from "./exit-code.ts";

const OWNER = fileURLToPath(new URL("./owner.double.ts", import.meta.url));
const SOURCE = new URL("../bin/source.mjs", import.meta.url).href;

let folder: string;
const processes: ChildProcess[] = [];
const taken: DataFolder[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-lock-"));
});
afterEach(() => {
  for (const process of processes.splice(0)) process.kill("SIGKILL");
  for (const one of taken.splice(0)) one.release();
  fs.rmSync(folder, { recursive: true });
});

function take(): DataFolder {
  const one = takeDataFolder(folder);
  taken.push(one);
  return one;
}

/** Another process that takes the folder; gives what it says. */
async function other(...args: string[]): Promise<{ said: string; process: ChildProcess }> {
  const child = spawn(process.execPath, ["--import", SOURCE, OWNER, folder, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  processes.push(child);
  const [said] = await once(readline.createInterface({ input: child.stdout! }), "line");
  return { said: said as string, process: child };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

it("a folder that another process holds is refused, with a message that names the folder and the process", async () => {
  const { said, process: holder } = await other();
  expect(said).toBe("taken");
  expect(ownerOf(folder)?.pid).toBe(holder.pid);
  expect(() => takeDataFolder(folder)).toThrow(FolderTaken);
  expect(() => takeDataFolder(folder)).toThrow(
    `The data folder ${folder} is in use by another Depesche (process ${holder.pid}).`,
  );
});

it("a folder whose owner was killed can be taken, and is then held", async () => {
  const { process: holder } = await other();
  await kill(holder);
  expect(ownerOf(folder)).toBeUndefined();
  expect(take().leftovers).toEqual([]);
  expect((await other()).said).toBe("refused");
});

it("of many that find a dead owner at once, exactly one gets the folder", async () => {
  const { process: holder } = await other();
  await kill(holder);
  const all = await Promise.all(Array.from({ length: 6 }, () => other()));
  expect(all.map(({ said }) => said).sort()).toEqual(["refused", "refused", "refused", "refused", "refused", "taken"]);
});

it("a released folder is free, again and again, and does not fill with files", () => {
  for (let i = 0; i < 5; i++) {
    takeDataFolder(folder).release();
    expect(ownerOf(folder)).toBeUndefined();
  }
  expect(fs.readdirSync(folder).length).toBeLessThanOrEqual(2);
});

it("processes that a killed owner has left are told to the next one", async () => {
  const { process: holder } = await other("note");
  await kill(holder);
  // What it had noted is this process here, which still runs.
  expect(take().leftovers).toMatchObject([{ pid: process.pid }]);
});

it("a reused process number is not taken for the owner", () => {
  const file = path.join(folder, "owner.1.json");
  fs.writeFileSync(file, JSON.stringify({ pid: process.pid, started: "another boot/1", children: [] }));
  expect(ownerOf(folder)).toBeUndefined();
  take();
  expect(ownerOf(folder)?.pid).toBe(process.pid);
});

it("a file that is no owner's does not lock the folder for ever", () => {
  for (const content of ["", "{", "[]", '{"pid":"x"}', '{"pid":-1,"started":""}']) {
    fs.writeFileSync(path.join(folder, "owner.3.json"), content);
    expect(ownerOf(folder)).toBeUndefined();
  }
  take();
});

it("a folder that cannot be made is named, with the reason", () => {
  const file = path.join(folder, "file");
  fs.writeFileSync(file, "");
  let thrown: unknown;
  try {
    takeDataFolder(path.join(file, "data"));
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    exitCode: EXIT.usage,
    message: expect.stringMatching(/^The data folder .*file\/data cannot be used: a part of the path is no folder/),
  });
});

it("numbers that name no process are not alive", () => {
  expect([0, -1, 2 ** 22 + 1].map((pid) => isAlive({ pid, started: "" }))).toEqual([false, false, false]);
});
