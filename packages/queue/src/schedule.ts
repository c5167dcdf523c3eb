// BullMQ as a schedule that can be thrown away and rebuilt (DESIGN section 2): one queue a channel, one job a chunk.
// The code above does not know whether it lives in PostgreSQL or in Redis.

import { createPostgresBackend, type JobsOptions, Queue, runMigrations, Worker } from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";

/** A chunk as it is scheduled; `job-chunk-generation` is its BullMQ id. */
export interface ChunkJob {
  job: number;
  chunk: number;
  generation: number;
  accountId: number;
  channel: string;
  /** 0 urgent to 9 bulk. */
  priority: number;
  /** Recipients not yet final when it was scheduled. */
  open: number;
}

export interface ScheduleWorker {
  /** Stops fetching; resolves when running processors have ended, at the latest after `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

export interface Schedule {
  readonly backend: "postgres" | "redis";
  /** Adds chunks; one whose id still exists is left as it is. */
  add(chunks: ChunkJob[]): Promise<void>;
  /** Runs chunks of a channel, at most `concurrency` at once. A run that throws is forgotten: the dispatcher adds it again. */
  work(channel: string, concurrency: number, run: (chunk: ChunkJob) => Promise<void>): ScheduleWorker;
  close(): Promise<void>;
}

export interface ScheduleConfig {
  databaseUrl: string;
  redisUrl?: string;
  /** Connection troubles; they heal by themselves and are only told. */
  onError(error: Error): void;
}

/** Redis keys of all queues share one hash slot, so that a cluster takes them. */
const PREFIX = "{depesche}";
const SCHEMA = "bullmq";

// A finished or failed run must not keep its id: the same id is added again as a repair.
const JOB_OPTIONS: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** Worker settings that matter for repair: short locks, and never "stalled too often". */
const WORKER_OPTIONS = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  drainDelay: 2,
} as const;

interface Backend {
  kind: Schedule["backend"];
  queue(name: string): Queue;
  worker(name: string, concurrency: number, run: (chunk: ChunkJob) => Promise<void>): Worker;
  close(): Promise<void>;
}

export async function openSchedule(config: ScheduleConfig): Promise<Schedule> {
  const backend = config.redisUrl
    ? await redisBackend(config.redisUrl, config.onError)
    : await postgresBackend(config.databaseUrl, config.onError);
  const queues = new Map<string, Queue>();
  const queueOf = (channel: string): Queue => {
    const known = queues.get(channel);
    if (known) return known;
    const queue = backend.queue(queueName(channel));
    queue.on("error", config.onError);
    queues.set(channel, queue);
    return queue;
  };
  return {
    backend: backend.kind,
    async add(chunks) {
      const byChannel = new Map<string, ChunkJob[]>();
      for (const c of chunks) byChannel.set(c.channel, [...(byChannel.get(c.channel) ?? []), c]);
      for (const [channel, list] of byChannel)
        await queueOf(channel).addBulk(
          list.map((c) => ({
            name: "chunk",
            data: c,
            opts: { ...JOB_OPTIONS, jobId: chunkJobId(c), priority: c.priority + 1 },
          })),
        );
    },
    work(channel, concurrency, run) {
      const worker = backend.worker(queueName(channel), concurrency, run);
      worker.on("error", config.onError);
      return {
        async close(deadlineMs) {
          // worker.close waits for processors without limit; they end on their own abort signal.
          let timer: NodeJS.Timeout | undefined;
          const late = new Promise<void>((done) => {
            timer = setTimeout(() => void worker.close(true).then(done, done), deadlineMs);
          });
          await Promise.race([worker.close(), late]).catch(config.onError);
          clearTimeout(timer);
        },
      };
    },
    async close() {
      await Promise.allSettled([...queues.values()].map((q) => q.close()));
      await backend.close();
    },
  };
}

function queueName(channel: string): string {
  return `depesche-${channel}`;
}

/** BullMQ ids may neither contain ":" nor be integers. */
export function chunkJobId(c: { job: number; chunk: number; generation: number }): string {
  return `${c.job}-${c.chunk}-${c.generation}`;
}

async function postgresBackend(url: string, onError: (error: Error) => void): Promise<Backend> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 30,
    application_name: "depesche bullmq",
    options: `-c search_path=${SCHEMA}`,
    keepAlive: true,
    idleTimeoutMillis: 60_000,
  });
  pool.on("error", onError);
  // Every queue and worker of every channel listens on the one pool; that is many, and no leak.
  pool.setMaxListeners(0);
  // The pool listens to idle connections only; one that breaks in use would end the process.
  pool.on("connect", (client) => client.on("error", onError));
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
  return {
    kind: "postgres",
    queue: (name) => new Queue(name, { connection: pool }, createPostgresBackend) as unknown as Queue,
    worker: (name, concurrency, run) =>
      new Worker(
        name,
        (job) => run(job.data as ChunkJob),
        { connection: pool, concurrency, ...WORKER_OPTIONS },
        createPostgresBackend,
      ) as unknown as Worker,
    close: () => pool.end(),
  };
}

async function redisBackend(url: string, onError: (error: Error) => void): Promise<Backend> {
  const clients: Redis[] = [];
  const connect = (): Redis => {
    const client = new Redis(url, { maxRetriesPerRequest: null, enableReadyCheck: true });
    client.on("error", onError);
    clients.push(client);
    return client;
  };
  const shared = connect();
  await assertNoEviction(shared);
  return {
    kind: "redis",
    queue: (name) => new Queue(name, { connection: shared, prefix: PREFIX }),
    worker: (name, concurrency, run) =>
      new Worker(name, (job) => run(job.data as ChunkJob), {
        connection: connect(),
        prefix: PREFIX,
        concurrency,
        ...WORKER_OPTIONS,
      }),
    async close() {
      for (const client of clients) client.disconnect();
    },
  };
}

/** An evicting Redis would lose scheduled chunks silently until the repair finds them: refused at start. */
async function assertNoEviction(redis: Redis): Promise<void> {
  let answer: unknown;
  try {
    answer = await redis.config("GET", "maxmemory-policy");
  } catch {
    return; // a managed Redis may forbid CONFIG; its operator answers for the policy
  }
  const policy = Array.isArray(answer) ? String(answer[1]) : "noeviction";
  if (policy !== "noeviction")
    throw new Error(
      `Redis has maxmemory-policy ${policy}; the schedule needs noeviction (CONFIG SET maxmemory-policy noeviction)`,
    );
}
