// /metrics for Prometheus: this process's figures, what the ledger knows, read when asked, and the figures the workers left there.

import { type Pool, workerFigures } from "@depesche/ledger";
import { type Figures, type FigureValues, renderFigures } from "@depesche/telemetry";
import { Hono } from "hono";

export interface MetricsDeps {
  pool: Pool;
  figures: Figures;
  /** Workers heard of lately. */
  workers(): Promise<number>;
  /** Speed of the simulated clock. */
  speed(): number;
  feed(): { peers: number; sent: number; skipped: number };
}

export function metricsFace(deps: MetricsDeps): Hono {
  watchLedger(deps);
  const { figures, pool } = deps;
  const app = new Hono();
  app.get("/metrics", async (c) => {
    const [own, workers] = await Promise.all([figures.values(), workerFigures(pool)]);
    const all = [
      { labels: { process: "gateway" }, values: own },
      ...workers.map(({ worker, host, values }) => ({
        labels: { process: "worker", worker, host },
        values: values as FigureValues,
      })),
    ];
    return c.body(await renderFigures(all), 200, { "content-type": figures.contentType });
  });
  return app;
}

/** Counts by channel, the rows of one query. */
type Counted = { channel: string; count: number };

function watchLedger({ pool, figures, workers, speed, feed }: MetricsDeps): void {
  const byChannel = (name: string, help: string, query: string) =>
    figures.gauge(name, help, ["channel"], async (gauge) => {
      const { rows } = await pool.query<Counted>(query);
      for (const { channel, count } of rows) gauge.set({ channel }, count);
    });
  byChannel(
    "open_jobs",
    "Jobs that are not done.",
    "SELECT channel, count(*) FROM job WHERE done_at IS NULL GROUP BY 1",
  );
  byChannel(
    "open_recipients",
    "Recipients that are not final: the depth of the queue.",
    "SELECT channel, sum(open)::bigint AS count FROM chunk WHERE open > 0 GROUP BY 1",
  );
  byChannel(
    "dispatched_chunks",
    "Chunks now in the schedule.",
    "SELECT channel, count(*) FROM chunk WHERE open > 0 AND dispatched_at IS NOT NULL GROUP BY 1",
  );
  byChannel(
    "waiting_chunks",
    "Chunks that wait for their time or for room.",
    "SELECT channel, count(*) FROM chunk WHERE open > 0 AND dispatched_at IS NULL GROUP BY 1",
  );
  figures.gauge("feed_seq", "Number of the last event.", [], async (gauge) => {
    const { rows } = await pool.query<{ seq: number }>("SELECT seq FROM feed_head");
    gauge.set(rows[0]?.seq ?? 0);
  });
  figures.gauge("workers", "Workers heard of in the last five seconds.", [], async (gauge) =>
    gauge.set(await workers()),
  );
  figures.gauge("clock_speed", "Speed of the simulated clock; 1 in production.", [], (gauge) => gauge.set(speed()));
  figures.gauge("feed_listeners", "Dashboards and other listeners of the feed.", [], (gauge) =>
    gauge.set(feed().peers),
  );
  figures.gauge(
    "feed_messages",
    "Messages told to listeners, and left out since they did not keep up.",
    ["result"],
    (gauge) => {
      const { sent, skipped } = feed();
      gauge.set({ result: "sent" }, sent);
      gauge.set({ result: "skipped" }, skipped);
    },
  );
}
