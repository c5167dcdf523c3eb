// A whole house for fault runs, from sources, on ports and folders of its own: database, schedule, gateway, two workers, town.

import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@depesche/client";
import { openPool, type Pool } from "@depesche/ledger";
import WebSocket from "ws";
import { freePorts } from "../house/ports.ts";
import { guard } from "./guard.ts";
import { type Database, openDatabase } from "./postgres.ts";
import { openRedis, type RedisServer } from "./redis.ts";
import { openRoom, type Room } from "./room.ts";
import { until } from "./waiting.ts";

export type Backend = "postgres" | "redis";
export const API_KEY = "demo-key";
const WORKERS = 2;
const HEALTHY_MS = 100_000;

export interface House {
  readonly backend: Backend;
  readonly url: string;
  readonly client: Client;
  readonly pool: Pool;
  readonly database: Database;
  readonly redis: RedisServer | undefined;
  readonly gateway: Room;
  readonly town: Room;
  readonly workers: readonly Room[];
  readonly rooms: readonly Room[];
  /** The simulators' append-only wire logs. */
  readonly wireLogs: { fax: string; sms: string };
  /** Resolves when everything is up, however much of it was killed. */
  healthy(): Promise<void>;
  close(): Promise<void>;
}

export async function openHouse(backend: Backend): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-faults-"));
  // The database's unprivileged user must be able to pass when we are root.
  await chmod(folder, 0o755);
  const letGo = guard({ folder });
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    letGo();
  };
  const closers: (() => Promise<unknown>)[] = [remove];
  const close = async () => {
    for (const one of closers.reverse()) await one().catch(() => undefined);
  };
  try {
    const database = await openDatabase(folder);
    closers.push(() => database.close());
    const redis = backend === "redis" ? await openRedis(join(folder, "redis")) : undefined;
    if (redis) closers.push(() => redis.close());
    const pool = openPool(database.url, 8);
    closers.push(() => pool.end());

    const drawn = await freePorts(6);
    const [port, sim, sip, modem, twilio, smtp] = drawn as [number, number, number, number, number, number];
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: process.env.TZ,
      DATABASE_URL: database.url,
      ...(redis ? { REDIS_URL: redis.url } : {}),
      DEPESCHE_DATA: folder,
      DEPESCHE_SPEED: "max",
      DEPESCHE_LOG: "warn",
      DEPESCHE_PORT: String(port),
      DEPESCHE_SIM_PORT: String(sim),
      DEPESCHE_SIP_PORT: String(sip),
      DEPESCHE_MODEM_PORT: String(modem),
      DEPESCHE_TWILIO_PORT: String(twilio),
      DEPESCHE_SMTP_PORT: String(smtp),
    };
    const open = (name: string, room: "gateway" | "worker" | "town") => {
      const opened = openRoom(name, room, env, join(folder, `${name}.log`));
      closers.push(() => opened.close());
      return opened;
    };
    const town = open("town", "town");
    const gateway = open("gateway", "gateway");
    await gateway.ready(); // it migrates; workers refuse a schema they do not know
    const workers = Array.from({ length: WORKERS }, (_, i) => open(`worker-${i + 1}`, "worker"));
    const rooms = [gateway, town, ...workers];
    const url = `http://127.0.0.1:${port}`;
    const house: House = {
      backend,
      url,
      client: createClient({ baseUrl: url, apiKey: API_KEY, WebSocket: WebSocket as never }),
      pool,
      database,
      redis,
      gateway,
      town,
      workers,
      rooms,
      wireLogs: {
        fax: join(folder, "simulators", "wire-fax.ndjson"),
        sms: join(folder, "simulators", "wire-sms.ndjson"),
      },
      async healthy() {
        await Promise.all(rooms.map((room) => room.ready()));
        await until("the house is healthy", HEALTHY_MS, async () => {
          const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3000) });
          await answer.arrayBuffer();
          return answer.ok;
        });
      },
      close,
    };
    try {
      await house.healthy();
    } catch (error) {
      throw new Error(`${String(error)}\n${rooms.map((room) => `--- ${room.name}\n${room.lastWords()}`).join("\n")}`);
    }
    return house;
  } catch (error) {
    await close();
    throw error;
  }
}
