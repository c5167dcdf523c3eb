// A house comes up, refuses a second start on its folder, keeps its jobs over a restart, and leaves nothing when it is stopped.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@depesche/client";
import { afterEach, expect, it } from "vitest";
import {
  COMMAND,
  type House,
  newDataFolder,
  newSettings,
  openHouse,
  runProgram,
  type Settings,
} from "../house/house.ts";
import { isTaken } from "../house/ports.ts";
import { processesOf } from "../house/processes.ts";
import { eventually } from "./post-office.ts";

let house: House | undefined;
let remove: (() => Promise<void>) | undefined;
afterEach(async () => {
  await house?.stop();
  await remove?.();
  house = undefined;
  remove = undefined;
});

async function settle(more: Settings = {}): Promise<{ settings: Settings; folder: string }> {
  const data = await newDataFolder();
  remove = data.remove;
  return { settings: await newSettings(data.folder, more), folder: data.folder };
}

const clientOf = (settings: Settings) =>
  createClient({ baseUrl: `http://127.0.0.1:${settings.DEPESCHE_PORT}`, apiKey: "demo-key" });

/** As it says itself; 0 between two. */
const postmasterOf = (folder: string) => {
  try {
    return Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0]);
  } catch {
    return 0;
  }
};

const health = (of: House) => () =>
  fetch(`${of.url}/health`).then(
    ({ status }) => status,
    () => 0,
  );

it("says where everything is, refuses a second start with a sentence that names the folder, and goes on", async () => {
  const { settings, folder } = await settle();
  house = await openHouse(settings);
  const said = await eventually(
    async () => house?.said() ?? "",
    (text) => text.includes("Ctrl-C"),
  );
  for (const word of [`:${settings.DEPESCHE_PORT}`, "demo-key", "geheim"]) expect(said).toContain(word);
  const second = await runProgram(process.execPath, [COMMAND, "up"], { settings: await newSettings(folder) });
  expect(second.code).not.toBe(0);
  expect(second.stdout + second.stderr).toContain(folder);
  expect((await fetch(`${house.url}/health`)).status).toBe(200);
});

it.each<[string, { signal: NodeJS.Signals; group: boolean }]>([
  ["Ctrl-C", { signal: "SIGINT", group: true }],
  ["SIGTERM to the launcher", { signal: "SIGTERM", group: false }],
])("%s leaves no process and no port, also while faxes are on the line", async (_, how) => {
  const { settings } = await settle({ DEPESCHE_SPEED: "1" });
  house = await openHouse(settings);
  const recipients = Array.from({ length: 60 }, (_, i) => `+4930231250${String(i).padStart(2, "0")}`);
  await clientOf(settings).createJob({ channel: "fax", recipients, text: "Noch unterwegs" });
  await eventually(
    () => clientOf(settings).lines(),
    ({ items }) => items.some((line) => line.state === "sending"),
  );
  const { code, left } = await house.stop(how);
  expect(left).toEqual([]);
  // A launcher that waits for its calls, half a minute at this speed, is killed and has no code.
  expect(code).toBe(0);
  expect(await isTaken(Number(settings.DEPESCHE_PORT))).toBe(false);
});

it("a restart keeps finished jobs as they were and goes on with the others", async () => {
  const { settings } = await settle();
  house = await openHouse(settings);
  const before = clientOf(settings);
  const done = await before.createJob({ channel: "fax", recipients: ["+493023125005"], text: "Fertig" });
  await eventually(
    () => before.job(done.id),
    (job) => job.state === "done",
  );
  const snapshot = [await before.job(done.id), await before.recipients(done.id), await before.attempts(done.id, 0)];
  const recipients = Array.from({ length: 400 }, (_, i) => ({
    address: `+4930231250${String(i % 100).padStart(2, "0")}`,
    reference: `${i}`,
  }));
  const open = await before.createJob({ channel: "fax", recipients, text: "Mittendrin" });
  expect((await house.stop()).left).toEqual([]);

  house = await openHouse(settings);
  const after = clientOf(settings);
  expect([await after.job(done.id), await after.recipients(done.id), await after.attempts(done.id, 0)]).toEqual(
    snapshot,
  );
  const job = await eventually(
    () => after.job(open.id),
    (j) => j.state === "done",
    80_000,
  );
  expect(job.outcomes).toEqual({ OK: 400 });
});

it("a launcher that is killed leaves its house to the next start", async () => {
  const { settings, folder } = await settle();
  house = await openHouse(settings);
  const { id } = await clientOf(settings).createJob({ channel: "fax", recipients: ["+493023125005"], text: "Bleibt" });
  process.kill(house.pid, "SIGKILL");
  await eventually(
    async () => processesOf(folder).filter((p) => /main\.(ts|js)/.test(p.command)).length,
    (n) => n === 0,
  );
  house = await openHouse(settings);
  const job = await eventually(
    () => clientOf(settings).job(id),
    (j) => j.state === "done",
  );
  expect(job.outcomes).toEqual({ OK: 1 });
});

it("a database that is killed while a job runs is started again, and every recipient has its outcome", async () => {
  // At this speed the job takes half a minute: it still runs when its database is killed, whoever is kept waiting.
  const { settings, folder } = await settle({ DEPESCHE_SPEED: "20" });
  house = await openHouse(settings);
  const client = clientOf(settings);
  const recipients = Array.from({ length: 600 }, (_, i) => ({
    address: `+4930231250${String(i % 100).padStart(2, "0")}`,
    reference: `${i}`,
  }));
  const { id } = await client.createJob({ channel: "fax", recipients, text: "Mittendrin" });
  await eventually(
    () => client.job(id),
    (job) => (job.outcomes.OK ?? 0) > 0,
  );
  expect((await client.job(id)).state).not.toBe("done");
  const first = postmasterOf(folder);
  process.kill(first, "SIGKILL");
  await eventually(
    async () => postmasterOf(folder),
    (pid) => pid > 1 && pid !== first,
  );
  await eventually(health(house), (status) => status === 200);
  await eventually(
    async () => house?.said() ?? "",
    (text) => text.includes("SIGKILL"),
  );
  // One of its own children: the server starts itself again then, and nobody else has to.
  const [backend] = processesOf(folder).filter(({ command }) => command.startsWith("postgres: depesche"));
  process.kill(backend!.pid, "SIGKILL");
  const job = await eventually(
    () => client.job(id).catch(() => undefined),
    (j) => j?.state === "done",
    80_000,
  );
  expect(job?.outcomes).toEqual({ OK: 600 });
  await eventually(health(house), (status) => status === 200);
  expect((await house.stop()).left).toEqual([]);
});

it("a stop right after the database was killed ends all of it, and no new database comes", async () => {
  const { settings, folder } = await settle();
  house = await openHouse(settings);
  process.kill(postmasterOf(folder), "SIGKILL");
  await eventually(
    async () => house?.said() ?? "",
    (text) => text.includes("SIGKILL"),
  );
  const { code, left } = await house.stop();
  expect(left).toEqual([]);
  expect(code).toBe(0); // none if it did not end by itself
});

it("BUSY is dialled again after 1, 5 and 10 minutes of the simulated clock, and not before", async () => {
  const { settings } = await settle({ DEPESCHE_SPEED: "1" });
  house = await openHouse(settings);
  const client = clientOf(settings);
  const { id } = await client.createJob({ channel: "fax", recipients: ["+493023125100"], text: "Besetzt" });
  const calls = () => client.attempts(id, 0).then(({ items }) => items);
  for (const [made, minutes] of [
    [1, 1],
    [2, 5],
    [3, 10],
  ] as const) {
    const [last] = (await eventually(calls, (all) => all.length === made)).slice(-1);
    const { dueAt, state } = (await client.recipients(id)).items[0]!;
    expect(state).toBe("retry");
    expect(Date.parse(dueAt!) - Date.parse(last!.endedAt)).toBeCloseTo(minutes * 60_000, -3);
    await client.changeClock({ setTo: dueAt! });
  }
  const job = await eventually(
    () => client.job(id),
    (j) => j.state === "done",
  );
  expect(job.outcomes).toEqual({ BUSY: 1 });
  expect((await calls()).map((a) => a.outcome)).toEqual(["BUSY", "BUSY", "BUSY", "BUSY"]);
});
