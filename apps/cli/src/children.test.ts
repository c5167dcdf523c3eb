import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Child, type ChildOrder, roomEntry, startChild } from "./children.ts";

const FILE = fileURLToPath(new URL("./child.double.mjs", import.meta.url));
const children: Child[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop(0)));
});

interface Told {
  lines: string[];
  restarts: string[];
  /** The pid of each process as it starts. */
  pids: (number | undefined)[];
}

function start(behaviour: string, more: Partial<ChildOrder> = {}): { child: Child; told: Told; next(): Promise<void> } {
  const told: Told = { lines: [], restarts: [], pids: [] };
  let wake = () => {};
  const change = () => {
    wake();
  };
  let child: Child | undefined;
  child = startChild({
    name: "room",
    file: FILE,
    env: { ...process.env, BEHAVIOUR: behaviour },
    least: 40,
    restartMs: [0],
    say: (line) => {
      told.lines.push(line);
      change();
    },
    onRestart: (how) => told.restarts.push(how),
    onPid: () => {
      setImmediate(() => {
        told.pids.push(child?.pid);
        change();
      });
    },
    ...more,
  });
  children.push(child);
  return {
    child,
    told,
    next: () =>
      new Promise((done) => {
        wake = done;
      }),
  };
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a process of the house", () => {
  it.each(["", "ready-by-line"])("is ready when it says so, over IPC or in a line (%s)", async (behaviour) => {
    const { child } = start(behaviour);
    await child.ready;
    expect(isAlive(child.pid as number)).toBe(true);
  });

  it("tells its warnings in plain words and keeps its chatter to itself", async () => {
    const { child, told, next } = start("");
    await child.ready;
    while (told.lines.length === 0) await next();
    expect(told.lines).toEqual(["trouble"]);
  });

  it("that cannot start says why", async () => {
    await expect(start("refuse").child.ready).rejects.toThrow("DEPESCHE_SMTP_PORT: port 2525 is taken");
    await expect(start("crash-at-start").child.ready).rejects.toThrow("TypeError: cannot be");
    await expect(start("", { file: "/nowhere.mjs" }).child.ready).rejects.toThrow("Cannot find module");
  });

  it("that is killed is started again, each time", async () => {
    const { child, told, next } = start("");
    await child.ready;
    for (let i = 1; i <= 3; i++) {
      while (told.pids.length < i) await next();
      process.kill(told.pids[i - 1] as number, "SIGKILL");
    }
    while (told.pids.length < 4) await next();
    expect(told.restarts).toEqual(["SIGKILL", "SIGKILL", "SIGKILL"]);
    expect(new Set(told.pids).size).toBe(4);
  });

  it("that is stopped is gone and stays gone", async () => {
    const { child, told } = start("");
    await child.ready;
    const pid = child.pid as number;
    await child.stop(10_000);
    expect(isAlive(pid)).toBe(false);
    await child.stop(10_000);
    expect(told.restarts).toEqual([]);
  });

  it("that does not heed is killed", async () => {
    const { child } = start("stubborn");
    await child.ready;
    const pid = child.pid as number;
    await child.stop(50);
    expect(isAlive(pid)).toBe(false);
  });

  it("stopped between death and restart is not started again", async () => {
    const { child, told } = start("", {
      restartMs: [1],
      onRestart: (how) => {
        told.restarts.push(how);
        died();
      },
    });
    let died = () => {};
    const death = new Promise<void>((done) => {
      died = done;
    });
    await child.ready;
    process.kill(child.pid as number, "SIGKILL");
    await death;
    expect(child.pid).toBeUndefined();
    await child.stop(1000);
    // A later timer: the restart would have come before.
    await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setImmediate(done));
    expect(told.pids).toHaveLength(1);
  });

  it.skipIf(process.platform !== "linux")(
    "is out of reach of a Ctrl-C in the launcher's terminal: it leads a group of its own",
    async () => {
      const { child } = start("");
      await child.ready;
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
      const group = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
      expect(group).toBe(child.pid);
    },
  );
});

it("every room has an entry that exists", () => {
  for (const room of ["gateway", "worker", "town"] as const) expect(existsSync(roomEntry(room).file)).toBe(true);
});

it("a process whose launcher was killed ends by itself", async () => {
  const script = `
    import { fork } from "node:child_process";
    const child = fork(${JSON.stringify(FILE)}, [], { execArgv: [], detached: true, stdio: ["ignore", "inherit", "ignore", "ipc"] });
    child.on("message", () => process.stdout.write("ready"));
  `;
  const launcher = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(launcher.stdout, "data");
  expect(String(said)).toBe("ready");
  launcher.kill("SIGKILL");
  // Both write to this pipe: it closes when the last of them is gone.
  await once(launcher.stdout.resume(), "close");
});
