// The simulated clock as a ledger row, and its followers in every process (DESIGN section 4).

import { type ClockSetting, changedClock, simulatedAt, wallAt } from "@depesche/core";
import type { SimulatedClock, WallClock } from "@depesche/ports";
import { type Pool, transaction } from "./database.ts";
import { appendEvents } from "./feed.ts";
import type { Listener } from "./listen.ts";

interface Row {
  anchor_wall: number;
  anchor_sim: number;
  speed: number;
  unpaced: boolean;
}

const toSetting = (r: Row): ClockSetting => ({
  anchorWall: r.anchor_wall,
  anchorSim: r.anchor_sim,
  speed: r.speed,
  unpaced: r.unpaced,
});

export async function readClock(pool: Pool): Promise<ClockSetting> {
  const { rows } = await pool.query<Row>("SELECT * FROM clock");
  return toSetting(rows[0] as Row);
}

const HEARD_OF_LATELY_MS = 5_000;

/**
 * Starts the clock of a house that was down: it goes on from the last time it surely showed, so that downtime does not count and it
 * never goes back. Where a worker was heard of lately the house was not down, only its gateway: the clock has been running on. With `simulated: false` it is the wall clock.
 */
export async function startClock(
  pool: Pool,
  options: { simulated: boolean; speed: number; unpaced: boolean },
): Promise<ClockSetting> {
  const { rows } = await pool.query<Row>(
    options.simulated
      ? /* sql */ `
        UPDATE clock SET anchor_wall = wall_ms(), speed = $1, unpaced = $2,
          anchor_sim = greatest(checkpoint_sim, (SELECT coalesce(max(sim_at), 0) FROM (SELECT sim_at FROM event ORDER BY seq DESC LIMIT 1000) e),
            CASE WHEN EXISTS (SELECT 1 FROM worker w JOIN heartbeat h ON h.worker_id = w.id WHERE w.state = 'alive' AND h.at > wall_ms() - ${HEARD_OF_LATELY_MS})
              THEN sim_ms() END)
        RETURNING *`
      : "UPDATE clock SET anchor_wall = wall_ms(), anchor_sim = wall_ms(), speed = $1, unpaced = $2 RETURNING *",
    options.simulated ? [options.speed, options.unpaced] : [1, false],
  );
  await pool.query("SELECT pg_notify('depesche_clock', '')");
  return toSetting(rows[0] as Row);
}

/** Written every second by one process. */
export async function checkpointClock(pool: Pool): Promise<void> {
  await pool.query("UPDATE clock SET checkpoint_sim = greatest(checkpoint_sim, sim_ms())");
}

/** Changes speed or sets the clock forward; undefined when it would go back or the speed is out of range. */
export async function changeClock(
  pool: Pool,
  change: { speed?: number; unpaced?: boolean; setTo?: number },
): Promise<ClockSetting | undefined> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Row & { wall: number }>("SELECT *, wall_ms() AS wall FROM clock FOR UPDATE");
    const row = rows[0] as Row & { wall: number };
    const next = changedClock(toSetting(row), row.wall, change);
    if (!next) return undefined;
    await client.query(
      "UPDATE clock SET anchor_wall = $1, anchor_sim = $2, speed = $3, unpaced = $4, checkpoint_sim = greatest(checkpoint_sim, $2)",
      [next.anchorWall, next.anchorSim, next.speed, next.unpaced],
    );
    await appendEvents(client, [{ account: 0, type: "clock.changed", data: { ...next } }]);
    await client.query("SELECT pg_notify('depesche_clock', ''), pg_notify('depesche_wake', '')");
    return next;
  });
}

/** The clock of a process: follows the ledger's row. */
export async function followClock(
  pool: Pool,
  listener: Listener,
  wall: WallClock,
): Promise<SimulatedClock & { close(): void; onChange(cb: (s: ClockSetting) => void): void }> {
  let setting = await readClock(pool);
  const waiting = new Set<() => void>();
  const watchers = new Set<(s: ClockSetting) => void>();
  const stop = listener.on("depesche_clock", () => {
    readClock(pool).then(
      (next) => {
        setting = next;
        for (const wake of waiting) wake();
        for (const cb of watchers) cb(next);
      },
      () => undefined,
    );
  });
  const clock: SimulatedClock = {
    now: () => simulatedAt(setting, wall.now()),
    setting: () => setting,
    until(sim, signal) {
      return new Promise((done) => {
        let timer: NodeJS.Timeout | undefined;
        const look = () => {
          clearTimeout(timer);
          const left = wallAt(setting, sim) - wall.now();
          if (left <= 0 || signal?.aborted) {
            waiting.delete(look);
            signal?.removeEventListener("abort", look);
            return done();
          }
          timer = setTimeout(look, Math.min(left, 2 ** 30));
        };
        waiting.add(look);
        signal?.addEventListener("abort", look);
        look();
      });
    },
  };
  return { ...clock, close: stop, onChange: (cb) => watchers.add(cb) };
}
