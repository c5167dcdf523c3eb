// The simulated clock as a ledger row, and its followers in every process (DESIGN section 4).

import { type ClockSetting, changedClock, simulatedAt, wallAt } from "@depesche/core";
import type { SimulatedClock, WallClock } from "@depesche/ports";
import { record } from "./audit.ts";
import { type Pool, transaction } from "./database.ts";
import { appendEvents, notifyAtCommit } from "./feed.ts";
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
/** The checkpoint is written every second; nobody was shown a time later than this much wall time after it. */
const UNWRITTEN_MS = 2_000;

/**
 * Starts the clock of a house that was down: it goes on from the last time it may have shown, so that it never goes back and downtime
 * does not count (but for the two seconds that nobody may have written down). Where a worker was heard of lately the house was not down,
 * only its gateway: the clock has been running on. With `simulated: false` it is the wall clock.
 * A speed that is not given stays as it was.
 */
export async function startClock(
  pool: Pool,
  options: { simulated: boolean; speed?: number; unpaced?: boolean },
): Promise<ClockSetting> {
  const { rows } = await pool.query<Row>(
    options.simulated
      ? /* sql */ `
        UPDATE clock SET anchor_wall = wall_ms(), speed = coalesce($1, speed), unpaced = coalesce($2, unpaced),
          anchor_sim = greatest(checkpoint_sim, (SELECT coalesce(max(sim_at), 0) FROM (SELECT sim_at FROM event ORDER BY seq DESC LIMIT 1000) e),
            CASE WHEN EXISTS (SELECT 1 FROM worker w JOIN heartbeat h ON h.worker_id = w.id WHERE w.state = 'alive' AND h.at > wall_ms() - ${HEARD_OF_LATELY_MS})
              THEN sim_ms() ELSE least(sim_ms(), checkpoint_sim + ${UNWRITTEN_MS} * speed)::bigint END)
        RETURNING *`
      : "UPDATE clock SET anchor_wall = wall_ms(), anchor_sim = wall_ms(), speed = $1, unpaced = $2 RETURNING *",
    options.simulated ? [options.speed ?? null, options.unpaced ?? null] : [1, false],
  );
  await pool.query("SELECT pg_notify('depesche_clock', '')");
  return toSetting(rows[0] as Row);
}

/** Written every second by one process. */
export async function checkpointClock(pool: Pool): Promise<void> {
  await pool.query("UPDATE clock SET checkpoint_sim = greatest(checkpoint_sim, sim_ms())");
}

/** Changes speed or sets the clock forward; undefined when it would go back or the speed is out of range. `accountId`: who asked, 0 for the house. */
export async function changeClock(
  pool: Pool,
  change: { speed?: number; unpaced?: boolean; setTo?: number },
  accountId = 0,
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
    // A run that found its gate closed looks again a second of wall time later, which was reckoned at the old speed.
    if (next.speed < row.speed)
      await client.query(
        /* sql */ `
        UPDATE chunk SET next_due = $1 WHERE (job_id, chunk) IN (
          SELECT job_id, chunk FROM chunk WHERE open > 0 AND dispatched_at IS NULL AND generation > 1
            AND next_due > $1 AND next_due <= $1 + $2::double precision * 1000 FOR UPDATE SKIP LOCKED)`,
        [next.anchorSim, row.speed],
      );
    await record(client, { accountId, who: "account", what: "clock.changed", data: { ...change } });
    appendEvents(client, [{ account: 0, type: "clock.changed", data: { ...next } }]);
    notifyAtCommit(client, "depesche_clock", "depesche_wake");
    return next;
  });
}

/** How often a follower looks for itself when it hears nothing: NOTIFY is only a hint. */
const LOOK_MS = 5_000;

/** The clock of a process: follows the ledger's row. What it has shown it never takes back, though news of a slower clock comes late. */
export async function followClock(
  pool: Pool,
  listener: Listener,
  wall: WallClock,
): Promise<SimulatedClock & { close(): void; onChange(cb: (s: ClockSetting) => void): void }> {
  let setting = await readClock(pool);
  let shown = 0;
  const waiting = new Set<() => void>();
  const watchers = new Set<(s: ClockSetting) => void>();

  const take = (next: ClockSetting) => {
    if (JSON.stringify(next) === JSON.stringify(setting)) return;
    setting = next;
    for (const wake of [...waiting]) wake();
    for (const cb of watchers) cb(next);
  };
  // One look at a time, so that an older answer never comes after a newer one.
  let looking = false;
  let again = false;
  const look = async () => {
    again = looking;
    if (looking) return;
    looking = true;
    try {
      do {
        again = false;
        take(await readClock(pool));
      } while (again);
    } catch {
      // the database is away; its return is heard, and the next look comes by itself
    } finally {
      looking = false;
    }
  };
  const off = listener.on("depesche_clock", () => void look());
  const timer = setInterval(() => void look(), LOOK_MS);
  // A change between the first reading and the listening.
  await look();

  const clock: SimulatedClock = {
    now() {
      shown = Math.max(shown, simulatedAt(setting, wall.now()));
      return shown;
    },
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
  return {
    ...clock,
    close() {
      off();
      clearInterval(timer);
    },
    onChange: (cb) => watchers.add(cb),
  };
}
