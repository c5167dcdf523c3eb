import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type DataFolder, FolderTaken, isAlive, ownerOf, takeDataFolder } from "./data-lock.ts";
import { EXIT } from "./exit-code.ts";

/** What happens between the look for the owner and the claim, once: there a process may be away for long. */
const away = vi.hoisted(() => ({ meanwhile: undefined as (() => void) | undefined }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const writeFileSync: typeof fs.writeFileSync = (file, ...rest) => {
    const { meanwhile } = away;
    away.meanwhile = undefined;
    meanwhile?.();
    real.writeFileSync(file, ...rest);
  };
  return { ...real, writeFileSync };
});

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

interface Other {
  process: ChildProcess;
  next(): Promise<string>;
}

/** Another process that takes folders; `next` gives its next line. */
function start(folders: string[], env: Record<string, string> = {}): Other {
  const child = spawn(process.execPath, ["--import", SOURCE, OWNER, ...folders], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  processes.push(child);
  const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return { process: child, next: async () => (await lines.next()).value as string };
}

async function other(env: Record<string, string> = {}): Promise<{ said: string; process: ChildProcess }> {
  const one = start([folder], env);
  return { said: await one.next(), process: one.process };
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

it("of several that find a dead owner at the same moment, exactly one gets the folder", async () => {
  const folders = Array.from({ length: 300 }, (_, i) => path.join(folder, String(i)));
  for (const [i, one] of folders.entries()) {
    fs.mkdirSync(one);
    // New folders, folders with a dead owner, and folders that were released.
    if (i % 3 > 0)
      fs.writeFileSync(
        path.join(one, "owner.1.json"),
        JSON.stringify({ pid: i % 3 === 1 ? 0 : 2 ** 22 + 1, started: "" }),
      );
  }
  const starters = Array.from({ length: 3 }, () => start(folders));
  for (const starter of starters) expect(await starter.next()).toBe("here");
  for (const starter of starters) starter.process.stdin?.write("go");
  const said = await Promise.all(starters.map(async (starter) => (await starter.next()).split(" ")));
  for (const i of folders.keys())
    expect({ i, all: said.map((words) => words[i]).sort() }).toEqual({ i, all: ["refused", "refused", "taken"] });
});

it("a start that was away while others came and went does not get the folder of the one that is there by now", () => {
  away.meanwhile = () => {
    take().release();
    take().release();
    take();
  };
  expect(() => takeDataFolder(folder)).toThrow(FolderTaken);
  expect(fs.readdirSync(folder).sort()).toEqual(["owner.2.json", "owner.3.json"]);
});

it("a released folder is free, again and again, and does not fill with files", () => {
  for (let i = 0; i < 5; i++) {
    takeDataFolder(folder).release();
    expect(ownerOf(folder)).toBeUndefined();
  }
  expect(fs.readdirSync(folder).length).toBeLessThanOrEqual(2);
});

it("processes that a killed owner has left are told to the next one", async () => {
  const { process: holder } = await other({ DOUBLE_NOTES: "1" });
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

it.skipIf(!fs.existsSync("/proc/self"))("a folder below one that takes none is refused, not tried for ever", () => {
  expect(() => takeDataFolder("/proc/depesche/data")).toThrow(/^The data folder \/proc\/depesche\/data cannot be used/);
});

it("numbers that name no process are not alive", () => {
  expect([0, -1, 2 ** 22 + 1].map((pid) => isAlive({ pid, started: "" }))).toEqual([false, false, false]);
});
