// The faults as data: what is done to the house while it works, and what may be expected of it nevertheless.

import { callSoap } from "../house/soap.ts";
import type { Customers } from "./customers.ts";
import type { Dice } from "./dice.ts";
import type { House } from "./house.ts";
import type { Order } from "./orders.ts";
import type { Room } from "./room.ts";
import { pause, until } from "./waiting.ts";

/** A worker's lease (10 s), and time for its incarnation to be declared dead and its recipients to be claimed again. */
const PAST_THE_LEASE_MS = 60_000;
const A_DAY_MS = 24 * 3600_000;

export interface Trouble {
  house: House;
  dice: Dice;
  customers: Customers;
  /** Jobs accepted so far. */
  jobs(): Promise<number[]>;
  /** Falls when every job is done. */
  over: AbortSignal;
  /** Resolves when this share of the recipients is final, or everything is over. */
  reach(share: number): Promise<void>;
  /** Resolves when this share of the orders is answered, or everything is over. */
  answered(share: number): Promise<void>;
  /** What was done, for the report. */
  tell(what: string): void;
}

export interface Scenario {
  name: string;
  /** Simulators die too: then their side and the ledger may differ about a call that was cut. */
  breaksWires?: true;
  /** Changes the orders before they are handed in. */
  prepare?(orders: Order[], house: House): Promise<void>;
  /** Done while customers order and workers send. */
  trouble(around: Trouble): Promise<void>;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "workers and their dispatchers are killed",
    async trouble({ house, dice, reach, over, tell }) {
      for (const share of shares(dice, 6, 0.02, 0.85)) {
        await reach(share);
        if (over.aborted) return;
        killed(dice.pick(house.workers), tell);
      }
    },
  },
  {
    name: "gateway and simulators are killed while jobs come in",
    breaksWires: true,
    async trouble({ house, dice, answered, reach, over, tell }) {
      const gateway = async () => {
        for (const share of shares(dice, 3, 0.1, 0.95)) {
          await answered(share);
          killed(house.gateway, tell);
        }
      };
      const town = async () => {
        for (const share of shares(dice, 3, 0.1, 0.8)) {
          await reach(share);
          if (over.aborted) return;
          killed(house.town, tell);
          await house.town.ready();
        }
      };
      await Promise.all([gateway(), town()]);
    },
  },
  {
    name: "the schedule is lost, and the clock is set forward",
    /** Some orders are for tomorrow. */
    async prepare(orders, house) {
      const { now } = await house.client.clock();
      const later = new Date(Date.parse(now) + A_DAY_MS).toISOString();
      for (const [i, order] of orders.entries()) if (i % 4 === 1) order.sendAt = later;
    },
    async trouble({ house, dice, reach, answered, over, tell }) {
      const loss = house.redis ? redisLosses(house.redis) : postgresLosses(house);
      const clock = async () => {
        await answered(1);
        await reach(0.4);
        await house.client.changeClock({ advanceMs: A_DAY_MS });
        tell("clock set forward by a day");
      };
      const losses = async () => {
        for (const share of shares(dice, 5, 0.05, 0.9)) {
          await reach(share);
          if (over.aborted) return;
          const one = dice.pick(loss);
          await one.happen();
          tell(one.name);
        }
      };
      await Promise.all([clock(), losses()]);
    },
  },
  {
    name: "the database is killed and restarted",
    async trouble({ house, dice, reach, over, tell }) {
      const ways = [
        { name: "postmaster killed", happen: () => house.database.kill() },
        { name: "postmaster killed", happen: () => house.database.kill() },
        { name: "database restarted", happen: () => house.database.restart() },
      ];
      for (const [i, share] of shares(dice, ways.length, 0.05, 0.8).entries()) {
        await reach(share);
        if (over.aborted) return;
        const way = ways[i] as (typeof ways)[number];
        await way.happen();
        tell(way.name);
      }
    },
  },
  {
    name: "a worker is halted past its lease and resumed, and jobs are cancelled in the midst",
    async trouble({ house, dice, jobs, reach, over, tell }) {
      let halted: Room | undefined;
      const halt = async () => {
        await reach(dice.between(5, 20) / 100);
        const caught = await haltInTheMidst(house, dice, over);
        if (!caught) return;
        halted = caught.worker;
        tell(`${halted.name} halted with ${caught.attempts.length} attempts in flight`);
        await repeated(house, caught.attempts);
        halted.resume();
        tell(`${halted.name} resumed`);
      };
      const cancel = async () => {
        for (const share of shares(dice, 4, 0.05, 0.6)) {
          await reach(share);
          if (over.aborted) return;
          const open = await openJobs(house, await jobs(), halted);
          if (open.length === 0) continue;
          const job = dice.pick(open);
          if (dice.roll() < 0.5) await house.client.cancelJob(job);
          else await callSoap(house.url, "CancelJob", { JobId: job });
          tell(`job ${job} cancelled`);
        }
      };
      await Promise.all([halt(), cancel()]);
    },
  },
];

/** So many shares of the work at which something happens, in order. */
function shares(dice: Dice, count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, () => from + dice.roll() * (to - from)).sort((a, b) => a - b);
}

function killed(room: Room, tell: (what: string) => void): void {
  room.kill();
  tell(`${room.name} killed`);
}

interface Loss {
  name: string;
  happen(): Promise<unknown>;
}

function redisLosses(redis: NonNullable<House["redis"]>): Loss[] {
  return [
    { name: "FLUSHALL", happen: () => redis.flush() },
    { name: "redis-server killed", happen: () => redis.kill() },
  ];
}

/** SQLSTATE deadlock_detected. */
const DEADLOCK = "40P01";
const MOST_TRIES = 20;

/** Everything BullMQ keeps; the record of its schema's version is none of its data. */
function postgresLosses({ pool }: House): Loss[] {
  const truncate = async () => {
    const { rows } = await pool.query<{ tables: string | null }>(
      `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS tables FROM pg_tables
       WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
    );
    const tables = rows[0]?.tables;
    if (!tables) throw new Error("BullMQ has no tables in schema bullmq");
    // It locks table after table, BullMQ in its own order: whom PostgreSQL picks of the two is chance. A fault that did not happen is
    // made again.
    for (let tries = 1; ; tries++) {
      try {
        await pool.query(`TRUNCATE ${tables}`);
        return;
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK || tries === MOST_TRIES) throw error;
      }
    }
  };
  return [{ name: "BullMQ's tables emptied", happen: truncate }];
}

/** Attempts a worker must be in the midst of to be worth halting. */
const IN_FLIGHT = 8;

interface InFlight {
  job: number;
  n: number;
  k: number;
}

/** Halts a worker that has calls and messages under way, so that it wakes up with results nobody waits for any more. */
async function haltInTheMidst(
  house: House,
  dice: Dice,
  over: AbortSignal,
): Promise<{ worker: Room; attempts: InFlight[] } | undefined> {
  while (!over.aborted) {
    for (const worker of house.workers) {
      const before = await inFlight(house, worker);
      if (before.length < IN_FLIGHT) continue;
      // Time to hear of its claim and to begin.
      await pause(dice.between(10, 50));
      worker.halt();
      // What it had sent to the database before it was halted has been written by now.
      await pause(200);
      const keys = new Set(before.map((a) => `${a.job}.${a.n}.${a.k}`));
      const attempts = (await inFlight(house, worker)).filter((a) => keys.has(`${a.job}.${a.n}.${a.k}`));
      if (attempts.length >= IN_FLIGHT) return { worker, attempts };
      worker.resume();
    }
    await pause(20);
  }
  return undefined;
}

async function inFlight({ pool }: House, worker: Room): Promise<InFlight[]> {
  const { rows } = await pool.query<InFlight>(
    `SELECT r.job_id AS job, r.n, r.attempts AS k FROM recipient r JOIN job j ON j.id = r.job_id JOIN worker w ON w.id = r.incarnation
     WHERE r.state = 'sending' AND w.state = 'alive' AND w.pid = $1 AND j.channel <> 'null' AND j.cancelled_at IS NULL`,
    [worker.pid],
  );
  return rows;
}

/** Waits until the attempts were returned and one of them is being repeated, so that a late result may meet its repeat in flight. */
async function repeated({ pool }: House, attempts: readonly InFlight[]): Promise<void> {
  await until(
    "a halted worker's recipients are sent by another",
    PAST_THE_LEASE_MS,
    async () => {
      const { rows } = await pool.query<{ held: number; waiting: number; again: number }>(
        `SELECT count(*) FILTER (WHERE r.attempts = a.k AND r.state = 'sending') AS held,
           count(*) FILTER (WHERE r.attempts = a.k AND r.state = 'retry') AS waiting, count(*) FILTER (WHERE r.attempts > a.k) AS again
         FROM unnest($1::bigint[], $2::int[], $3::int[]) AS a(job, n, k) JOIN recipient r ON r.job_id = a.job AND r.n = a.n`,
        [attempts.map((a) => a.job), attempts.map((a) => a.n), attempts.map((a) => a.k)],
      );
      const { held = 1, waiting = 1, again = 0 } = rows[0] ?? {};
      return held === 0 && (again > 0 || waiting === 0);
    },
    10,
  );
}

/** Jobs that may be cancelled: not those of which a halted worker holds recipients, they are wanted for its late results. */
async function openJobs(house: House, jobs: readonly number[], halted: Room | undefined): Promise<number[]> {
  const { rows } = await house.pool.query<{ id: number }>(
    `SELECT id FROM job j WHERE id = ANY($1) AND done_at IS NULL AND cancelled_at IS NULL AND channel <> 'null'
     AND NOT EXISTS (SELECT 1 FROM recipient r JOIN worker w ON w.id = r.incarnation
       WHERE r.job_id = j.id AND r.state = 'sending' AND w.pid = $2) ORDER BY id`,
    [jobs, halted?.pid ?? 0],
  );
  return rows.map((row) => row.id);
}
