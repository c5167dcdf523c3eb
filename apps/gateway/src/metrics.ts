// /metrics for Prometheus: what the ledger knows, read when asked, beside the process's own figures (prom-client, Apache-2.0).

import type { Pool } from "@depesche/ledger";
import { Hono } from "hono";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

export interface MetricsDeps {
  pool: Pool;
  /** Workers heard of lately. */
  workers(): Promise<number>;
}

export function metricsFace({ pool, workers }: MetricsDeps): Hono {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "depesche_" });
  const gauge = (name: string, help: string, labelNames: string[], collect: (g: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        await collect(this);
      },
    });

  gauge("depesche_open_jobs", "Jobs that are not done.", ["channel"], async (g) => {
    const { rows } = await pool.query<{ channel: string; count: number }>(
      "SELECT channel, count(*) FROM job WHERE done_at IS NULL GROUP BY 1",
    );
    for (const r of rows) g.set({ channel: r.channel }, r.count);
  });
  gauge("depesche_open_recipients", "Recipients that are not final.", ["channel"], async (g) => {
    const { rows } = await pool.query<{ channel: string; count: number }>(
      "SELECT channel, sum(open)::bigint AS count FROM chunk WHERE open > 0 GROUP BY 1",
    );
    for (const r of rows) g.set({ channel: r.channel }, r.count);
  });
  gauge("depesche_dispatched_chunks", "Chunks now in the schedule.", ["channel"], async (g) => {
    const { rows } = await pool.query<{ channel: string; count: number }>(
      "SELECT channel, count(*) FROM chunk WHERE open > 0 AND dispatched_at IS NOT NULL GROUP BY 1",
    );
    for (const r of rows) g.set({ channel: r.channel }, r.count);
  });
  gauge("depesche_feed_seq", "Number of the last event.", [], async (g) => {
    const { rows } = await pool.query<{ seq: number }>("SELECT seq FROM feed_head");
    g.set(rows[0]?.seq ?? 0);
  });
  gauge("depesche_workers", "Workers heard of in the last five seconds.", [], async (g) => g.set(await workers()));

  const app = new Hono();
  app.get("/metrics", async (c) => c.body(await registry.metrics(), 200, { "content-type": registry.contentType }));
  return app;
}
