// The database under test: the embedded PostgreSQL, killed or restarted at will on the same port and folder.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { startEmbeddedPostgres } from "@depesche/ledger";
import pg from "pg";
import { guard } from "./guard.ts";
import { pause, until, within } from "./waiting.ts";

const UP_MS = 30_000;

export interface Database {
  readonly url: string;
  /** kill -9 of the postmaster, and a new one as soon as the old one's backends are gone. */
  kill(): Promise<void>;
  /** Fast shutdown with a checkpoint, and a new start. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** How a running postmaster was started, so that the same can be started again. */
interface Manner {
  argv: string[];
  uid: number;
  gid: number;
  cwd: string;
}

export async function openDatabase(folder: string): Promise<Database> {
  const first = await startEmbeddedPostgres(folder);
  const manner = mannerOf(first.pid);
  let pid = first.pid;
  let gone: Promise<unknown> = first.exited;
  let letGo = guard({ pid });

  /** Old backends hold the shared memory for a moment after their postmaster died; until then a new one refuses. */
  const start = () =>
    until("PostgreSQL starts again", UP_MS, async () => {
      const child = launch(manner);
      const ended = new Promise<void>((done) => child.once("exit", () => done()));
      for (;;) {
        if (await answers(first.url)) break;
        if (child.exitCode !== null || child.signalCode !== null) return false;
        await pause(50);
      }
      pid = child.pid as number;
      letGo = guard({ pid });
      gone = ended;
      return true;
    });
  const stop = async (signal: NodeJS.Signals) => {
    process.kill(pid, signal);
    await within(`PostgreSQL ends on ${signal}`, UP_MS, gone);
    letGo();
  };

  return {
    url: first.url,
    async kill() {
      await stop("SIGKILL");
      await start();
    },
    async restart() {
      await stop("SIGINT");
      await start();
    },
    async close() {
      await stop("SIGINT").catch(() => stop("SIGKILL"));
    },
  };
}

function mannerOf(pid: number): Manner {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const id = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  return { argv, uid: id("Uid"), gid: id("Gid"), cwd: argv[argv.indexOf("-D") + 1] as string };
}

function launch({ argv, uid, gid, cwd }: Manner): ChildProcess {
  const owner = process.getuid?.() === 0 ? { uid, gid } : {};
  const child = spawn(argv[0] as string, argv.slice(1), {
    ...owner,
    cwd,
    stdio: "ignore",
    env: { PATH: process.env.PATH, LC_ALL: "C" },
  });
  child.on("error", () => undefined);
  return child;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
