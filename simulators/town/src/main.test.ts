import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { fileURLToPath } from "node:url";
import { freePorts } from "@depesche/ports/contract/free-ports";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PORT_VARIABLES } from "./settings.ts";

// A start takes two seconds, and eight times as long on a loaded machine; one test starts the process twice.
vi.setConfig({ testTimeout: 60_000 });

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

let folder: string;
let env: Record<string, string | undefined>;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-main-"));
  env = { ...process.env, DEPESCHE_DATA: folder };
  const variables = Object.values(PORT_VARIABLES);
  const ports = await freePorts(variables.length);
  for (const [i, variable] of variables.entries()) env[variable] = String(ports[i]);
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    // Until then it may still write into its folder.
    await gone;
  }
  fs.rmSync(folder, { recursive: true });
});

/** Starts the process; gives its first line and a promise of its end. */
async function start(stdin: "pipe" | "ignore", ipc: boolean) {
  const stdio = [stdin, "pipe", "ignore", ...(ipc ? (["ipc"] as const) : [])] as const;
  const started = spawn(process.execPath, ["--conditions=depesche-source", "--import", "tsx", MAIN], {
    env,
    stdio: [...stdio],
  });
  child = started;
  const ended = once(started, "exit").then(([code]) => code as number | null);
  const [line] = await once(readline.createInterface({ input: started.stdout! }), "line");
  return { started, ended, said: JSON.parse(line as string) };
}

it("says when it is ready, and stops on SIGTERM", async () => {
  const { started, ended, said } = await start("ignore", false);
  expect(said).toMatchObject({ ready: true, ports: { control: Number(env.DEPESCHE_SIM_PORT) } });
  expect((await fetch(`http://127.0.0.1:${said.ports.control}/health`)).status).toBe(200);
  started.kill("SIGTERM");
  expect(await ended).toBe(0);
});

it("stops when its parent's IPC channel or its stdin pipe closes", async () => {
  const overIpc = await start("ignore", true);
  overIpc.started.disconnect();
  expect(await overIpc.ended).toBe(0);
  const overStdin = await start("pipe", false);
  overStdin.started.stdin?.end();
  expect(await overStdin.ended).toBe(0);
});

it("a setting that cannot be is said in the line, and the process fails", async () => {
  env.DEPESCHE_TWILIO_PORT = "many";
  const wrong = await start("ignore", false);
  expect(wrong.said).toMatchObject({ ready: false, detail: expect.stringContaining("DEPESCHE_TWILIO_PORT") });
  expect(await wrong.ended).toBe(1);
});

it("a taken port is said in the line with its variable, and the process fails", async () => {
  const squatter = net.createServer().listen(Number(env.DEPESCHE_SMTP_PORT), "127.0.0.1");
  await once(squatter, "listening");
  const taken = await start("ignore", false);
  expect(taken.said).toMatchObject({ ready: false, variable: "DEPESCHE_SMTP_PORT" });
  expect(await taken.ended).toBe(1);
  squatter.close();
});
