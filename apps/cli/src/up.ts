// `depesche up`: the whole house on one machine: database, gateway, worker, simulators, dashboard (DESIGN sections 2 and 7).

import { isOutside, type OutsideConfig, type Settings } from "@depesche/core";
import { startEmbeddedPostgres } from "@depesche/ledger";
import { leastLevel } from "./child-output.ts";
import { type Child, type Room, roomEntry, startChild } from "./children.ts";
import { buildDashboard } from "./dashboard.ts";
import { type DataFolder, takeDataFolder } from "./data-lock.ts";
import { type KeptDatabase, keepDatabase } from "./database.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import { houseHealth } from "./health.ts";
import { type HouseSheet, houseSheet } from "./house-sheet.ts";
import type { Say } from "./language.ts";
import { endLeftovers } from "./leftovers.ts";
import { assertPortsFree, portsOf } from "./ports.ts";
import { assertAnswers } from "./servers.ts";

export interface UpOptions {
  settings: Settings;
  env: Readonly<Record<string, string | undefined>>;
  /** What is connected outside. */
  outside: OutsideConfig;
  say: Say;
  print(line: string): void;
  /** Everything is up. */
  ready(house: HouseSheet): void;
}

const HEALTH_PATIENCE_MS = 40_000;
/** Modems and exchanges outside that take longer come later, or not at all. */
const LINES_PATIENCE_MS = 5_000;
const HEALTH_EVERY_MS = 50;
/** Since the signal: when the worker, then gateway and simulators, then the database are ended by force. Below 4 s in all. */
const STOP_BY_MS = { worker: 2_600, others: 3_200, database: 3_700 };

/** Brings everything up and resolves when it was stopped by a signal, with the exit code. Rejects when it cannot start. */
export async function up(options: UpOptions): Promise<ExitCode> {
  const { settings, say, print } = options;
  leastLevel(options.env);
  const folder = takeDataFolder(settings.data);
  const house = new House(options, folder);
  const ended = new Promise<ExitCode>((done) => {
    let isAsked = false;
    // Again within the stop means the same: it is bounded, and a database that is killed halfway helps nobody.
    const onSignal = () => {
      if (isAsked) return;
      isAsked = true;
      print(say("up.stopping"));
      void house.stop().then(() => done(EXIT.ok));
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
    house.onFault = (text) => {
      print(text);
      void house.stop().then(() => done(EXIT.failed));
    };
    process.on("uncaughtException", (error) => house.onFault(say("up.fault", { what: error.message })));
  });
  const started = house.start().then(
    () => options.ready(houseSheet(settings, folder.path, urlOf(settings.host, settings.port), options.outside)),
    async (error) => {
      // A start that was cut by a signal has not failed.
      if (house.isStopping) return;
      await house.stop();
      throw error;
    },
  );
  return Promise.race([ended, started.then(() => ended)]);
}

class House {
  onFault: (text: string) => void = () => {};
  readonly #options: UpOptions;
  readonly #folder: DataFolder;
  readonly #children = new Map<Room, Child>();
  #database: Promise<KeptDatabase> | undefined;
  readonly #cut = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: UpOptions, folder: DataFolder) {
    this.#options = options;
    this.#folder = folder;
  }

  get isStopping(): boolean {
    return this.#stopped !== undefined;
  }

  async start(): Promise<void> {
    const { settings, env, say, print } = this.#options;
    await endLeftovers(this.#folder.leftovers);
    await assertPortsFree(portsOf(settings));
    // Both are waited for when they go away later; at the start, silence is most likely a wrong address.
    await assertAnswers("DATABASE_URL", settings.databaseUrl, 5432);
    await assertAnswers("REDIS_URL", settings.redisUrl, 6379);
    const town = { ...env, DEPESCHE_DATA: this.#folder.path };
    // The simulators need no database, and a missing dashboard is built beside the rest.
    const [databaseUrl] = await Promise.all([
      this.#openDatabase(),
      this.#startRoom("town", town),
      buildDashboard(say, print),
    ]);
    const withDatabase = { ...town, DATABASE_URL: databaseUrl };
    // The worker waits for the schema that the gateway makes.
    await Promise.all([this.#startRoom("gateway", withDatabase), this.#startRoom("worker", withDatabase)]);
    await this.#healthy();
  }

  /** Worker first, so that its lines can end and its results find the database; then the rest; the database last. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const asked = performance.now();
    const left = (by: number) => Math.max(100, by - (performance.now() - asked));
    await this.#children.get("worker")?.stop(left(STOP_BY_MS.worker));
    await Promise.all([...this.#children.values()].map((child) => child.stop(left(STOP_BY_MS.others))));
    await this.#stopDatabase(left(STOP_BY_MS.database));
    this.#folder.release();
  }

  async #openDatabase(): Promise<string> {
    const { settings, say, print } = this.#options;
    if (settings.databaseUrl) return settings.databaseUrl;
    if (this.isStopping) throw new Error("stopping");
    const starting = startEmbeddedPostgres(this.#folder.path, this.#cut.signal);
    const name = say("room.database");
    this.#database = starting.then((database) =>
      keepDatabase(database, {
        onRestart: (how) => print(say("up.restart", { name, how })),
        onGivenUp: (why) => this.onFault(say("up.database-ended", { why })),
      }),
    );
    await this.#database;
    return (await starting).url;
  }

  /** One that is still starting is cut, and its making waited for: a database must not be left behind. */
  async #stopDatabase(withinMs: number): Promise<void> {
    this.#cut.abort();
    const database = await this.#database?.catch(() => undefined);
    await database?.stop(withinMs);
  }

  async #startRoom(room: Room, env: ChildEnv): Promise<void> {
    if (this.isStopping) throw new Error("stopping");
    const { say, print } = this.#options;
    const name = say(`room.${room}`);
    const child = startChild({
      ...roomEntry(room),
      name,
      env,
      least: leastLevel(env),
      say: (line) => print(`${name}: ${line}`),
      rawLog: env.DEPESCHE_LOG_FORMAT === "json" ? print : undefined,
      onRestart: (how) => print(say("up.restart", { name, how })),
      onPid: () => this.#noteChildren(),
    });
    this.#children.set(room, child);
    this.#noteChildren();
    try {
      await child.ready;
    } catch (error) {
      throw new Failure(EXIT.failed, "up.fail.room", { name, why: (error as Error).message });
    }
  }

  #noteChildren(): void {
    if (this.isStopping) return;
    this.#folder.note([...this.#children.values()].flatMap((child) => child.pid ?? []));
  }

  async #healthy(): Promise<void> {
    const { settings, outside, say, print } = this.#options;
    const { port, host } = settings;
    const begun = performance.now();
    const past = (ms: number) => performance.now() - begun > ms;
    let last = "";
    while (!past(HEALTH_PATIENCE_MS) && !this.isStopping) {
      try {
        const answer = await fetch(`${urlOf(host, port)}/health`, { signal: AbortSignal.timeout(2000) });
        const health = houseHealth(answer.status, await answer.text(), isOutside(outside));
        if (health.state === "up") return;
        last = health.why;
        if (health.state === "line-away" && past(LINES_PATIENCE_MS)) {
          print(say("up.line-away", { why: health.why }));
          return;
        }
      } catch (error) {
        last = String((error as Error).cause ?? error);
      }
      await pause(HEALTH_EVERY_MS);
    }
    throw new Failure(EXIT.failed, "up.fail.health", { seconds: HEALTH_PATIENCE_MS / 1000, why: last });
  }
}

type ChildEnv = Record<string, string | undefined>;

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

function urlOf(host: string, port: number): string {
  const called = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${called.includes(":") ? `[${called}]` : called}:${port}`;
}
