// The whole house under load, from outside: `depesche up` with one worker process, jobs over SOAP and REST, figures from /proc.

import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient } from "@depesche/client";
import WebSocket from "ws";
import { newDataFolder, newSettings, openHouse } from "../house/house.ts";
import { processesOf } from "../house/processes.ts";
import { startRedis } from "../house/redis.ts";
import { callSoap } from "../house/soap.ts";
import { cpuSeconds, peakMb } from "./machine.ts";

export interface LoadedHouse {
  gateway: string;
  client: Client;
  /** Its processes by name; of PostgreSQL's there are several. */
  processes(): { name: string; pid: number }[];
  close(): Promise<void>;
}

/** Opens a house whose modelled time never waits, its schedule on PostgreSQL or on a Redis of its own. */
export async function loadedHouse(backend: "postgres" | "redis"): Promise<LoadedHouse> {
  const data = await newDataFolder();
  const redis = backend === "redis" ? await startRedis() : undefined;
  const settings = await newSettings(data.folder, {
    DEPESCHE_SPEED: "max",
    ...(redis ? { REDIS_URL: redis.url } : {}),
  });
  const house = await openHouse(settings).catch(async (error) => {
    await redis?.stop();
    await data.remove();
    throw error;
  });
  return {
    gateway: house.url,
    client: createClient({ baseUrl: house.url, apiKey: "demo-key", WebSocket: WebSocket as never }),
    processes() {
      const own = processesOf(data.folder).map(({ pid, command }) => ({ pid, name: nameOf(command) }));
      return redis ? [...own, { pid: redis.pid, name: "redis" }] : own;
    },
    async close() {
      await house.stop();
      await redis?.stop();
      await data.remove();
    },
  };
}

function nameOf(command: string): string {
  for (const room of ["gateway", "worker", "town"]) if (command.includes(`/${room}/`)) return room;
  return command.includes("postgres") ? "postgres" : "launcher";
}

const recipients = (count: number) =>
  Array.from({ length: count }, (_, i) => [`+4930231250${String(i % 100).padStart(2, "0")}`, `r${i}`] as const);

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

async function done(client: Client, id: number): Promise<void> {
  while ((await client.job(id)).state !== "done") await pause(50);
}

export interface NullRun {
  /** SendJob with a RecipientFile over SOAP until its answer, ms. */
  sendJobMs: number;
  /** CancelJob of all of it, ms. */
  cancelJobMs: number;
  /** POST /v1/jobs until its answer, ms. */
  createJobMs: number;
  /** Recipients a second from the request's first byte to the last outcome. */
  endToEndPerSecond: number;
  /** Recipients a second from the answer to the last outcome. */
  dispatchPerSecond: number;
  /** JobStatus with its StatusFile, ms. */
  statusFileMs: number;
  /** CPU microseconds a recipient, by process, from the request to the last outcome. */
  cpuUsPerRecipient: Record<string, number>;
  /** Highest resident memory, MB, by process; of PostgreSQL's processes the largest. */
  peakMb: Record<string, number>;
}

/** The core alone: the null channel sends nothing. SendJob is timed on a fax job that waits for its date and is cancelled. */
export async function nullRun(house: LoadedHouse, count: number): Promise<NullRun> {
  const { client, gateway } = house;
  // Warm: compiled, connected, the converter's thread started.
  await nullJob(client, Math.ceil(count / 20));
  await callSoap(gateway, "SendJob", { JobType: 0, Recipient: "+493023125001", SendText: "Warm" });

  const list = recipients(count).map(([to, reference]) => `${to},${reference}\n`);
  const waiting = new Date(Date.now() + 300 * 86_400_000).toISOString();
  const order = {
    JobType: 0,
    RecipientFile: Buffer.from(list.join("")),
    SendText: "Rundschreiben",
    SendDateTime: waiting,
  };
  const [sent, sendJobMs] = await timed(() => callSoap(gateway, "SendJob", order));
  if (sent.return !== "0" || sent.RecipientsCount !== String(count))
    throw new Error(`SendJob: ${JSON.stringify(sent)}`);
  const [, cancelJobMs] = await timed(() => callSoap(gateway, "CancelJob", { JobId: sent.JobId as string }));

  const cpuUsed = cpuMeter(house);
  const { id, createJobMs, totalMs } = await nullJob(client, count);
  const cpu = cpuUsed();
  const [status, statusFileMs] = await timed(() => callSoap(gateway, "JobStatus", { JobId: id }));
  const rows = Buffer.from(status.StatusFile ?? "", "base64")
    .toString()
    .trim()
    .split("\r\n");
  if (rows.length !== count + 1 || !rows.slice(1).every((row, i) => row.includes('"OK"') && row.endsWith(`"r${i}"`)))
    throw new Error(`the StatusFile does not tell ${count} times OK in order`);

  const memory: Record<string, number> = {};
  for (const { name, pid } of house.processes()) memory[name] = Math.max(memory[name] ?? 0, peakMb(pid));
  return {
    sendJobMs,
    cancelJobMs,
    createJobMs,
    endToEndPerSecond: (count / totalMs) * 1000,
    dispatchPerSecond: (count / (totalMs - createJobMs)) * 1000,
    statusFileMs,
    cpuUsPerRecipient: Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, (ms * 1000) / count])),
    peakMb: memory,
  };
}

async function nullJob(client: Client, count: number): Promise<{ id: number; createJobMs: number; totalMs: number }> {
  const began = performance.now();
  const { id } = await client.createJob({
    channel: "null",
    recipients: recipients(count).map(([address, reference]) => ({ address, reference })),
  });
  const createJobMs = performance.now() - began;
  await done(client, id);
  return { id, createJobMs, totalMs: performance.now() - began };
}

export interface FaxRun {
  callsPerSecond: number;
  /** CPU milliseconds a call, by process, during the run. */
  cpuMsPerCall: Record<string, number>;
}

/** One-page faxes through the whole path: SOAP, ledger, BullMQ, T.30 over T.38 with SIP, the simulated machines. */
export async function faxRun(house: LoadedHouse, calls: number): Promise<FaxRun> {
  await faxJob(house, Math.ceil(calls / 10));
  const cpuUsed = cpuMeter(house);
  const tookMs = await faxJob(house, calls);
  const cpu = cpuUsed();
  return {
    callsPerSecond: (calls / tookMs) * 1000,
    cpuMsPerCall: Object.fromEntries(Object.entries(cpu).map(([name, ms]) => [name, ms / calls])),
  };
}

/** The result tells the CPU milliseconds used since, by process. */
function cpuMeter(house: LoadedHouse): () => Record<string, number> {
  const before = new Map(house.processes().map(({ pid }) => [pid, cpuSeconds(pid)]));
  return () => {
    const used: Record<string, number> = {};
    for (const { name, pid } of house.processes())
      used[name] = (used[name] ?? 0) + (cpuSeconds(pid) - (before.get(pid) ?? 0)) * 1000;
    return used;
  };
}

async function faxJob({ gateway, client }: LoadedHouse, calls: number): Promise<number> {
  const list = recipients(calls).map(([to, reference]) => `${to},${reference}\n`);
  const began = performance.now();
  const order = { JobType: 0, RecipientFile: Buffer.from(list.join("")), SendText: "Guten Tag aus dem Postamt" };
  const sent = await callSoap(gateway, "SendJob", order);
  await done(client, Number(sent.JobId));
  const tookMs = performance.now() - began;
  const { outcomes } = await client.job(Number(sent.JobId));
  if (outcomes.OK !== calls) throw new Error(`${calls} faxes ended ${JSON.stringify(outcomes)}`);
  return tookMs;
}
