// What the house tells of itself: figures for Prometheus and the Grafana file that shows them, health part by part, traces, log.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@depesche/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type House, newDataFolder, newSettings, openHouse } from "../house/house.ts";
import { eventually } from "./post-office.ts";

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number | string } }[];
}

let collector: Server;
const spans: SentSpan[] = [];
let data: Awaited<ReturnType<typeof newDataFolder>>;
let house: House;

beforeAll(async () => {
  // A collector as OpenTelemetry's exporters expect it: OTLP over HTTP, JSON.
  collector = createServer(async (request, answer) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    answer.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  data = await newDataFolder();
  house = await openHouse(
    await newSettings(data.folder, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: "200",
      DEPESCHE_LOG: "debug",
    }),
  );
});
afterAll(async () => {
  await house?.stop();
  await data?.remove();
  collector?.close();
  collector?.closeAllConnections();
});

/** The value of the one figure that has these labels among its own. */
function figure(metrics: string, name: string, labels: Record<string, string>): number {
  const lines = metrics.split("\n").filter((line) => line.startsWith(`${name}{`));
  const found = lines.filter((line) =>
    Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
  );
  return found.length === 1 ? Number((found[0] as string).split(" ").at(-1)) : Number.NaN;
}

const text = async (path: string) => (await fetch(house.url + path)).text();

it("figures, traces and log tell the same story of a job", async () => {
  const client = createClient({ baseUrl: house.url, apiKey: "demo-key" });
  const { id } = await client.createJob({
    channel: "fax",
    recipients: ["+493023125001", "+493023125101"],
    text: "One that arrives, one that is busy",
    options: { busyRedials: 0 },
  });
  const fax = { channel: "fax" };
  const story: [name: string, labels: Record<string, string>, value: number][] = [
    ["depesche_attempts_total", { ...fax, cause: "sip-486", process: "worker" }, 1],
    ["depesche_attempts_total", { ...fax, outcome: "BUSY" }, 1],
    ["depesche_attempts_total", { ...fax, outcome: "OK", next: "final" }, 1],
    ["depesche_accepted_recipients_total", { ...fax, face: "api", process: "gateway" }, 2],
    ["depesche_lines", { ...fax, state: "free" }, 24],
    ["depesche_claims_total", {}, 2],
  ];
  const wanted = JSON.stringify(story.map(([, , value]) => value));
  // Two processes count, each call ends when it ends, and its line is free a moment before or after that.
  await eventually(
    async () => {
      const metrics = await text("/metrics");
      return story.map(([name, labels]) => figure(metrics, name, labels));
    },
    (told) => JSON.stringify(told) === wanted,
  );

  // Each process hands its spans over in its own time.
  const named = (name: string) => spans.filter((span) => span.name === name);
  const attempts = await eventually(
    async () => named("fax attempt"),
    (found) =>
      found.length === 2 &&
      named("accept").length > 0 &&
      named("POST api").some(({ traceId }) => traceId === found[0]?.traceId),
  );
  const request = named("POST api").find((span) => span.traceId === attempts[0]?.traceId);
  const [accept] = named("accept") as [SentSpan];
  expect(accept.parentSpanId).toBe(request?.spanId);
  for (const attempt of attempts)
    expect(attempt).toMatchObject({ traceId: accept.traceId, parentSpanId: accept.spanId });
  const outcomes = attempts.map(
    ({ attributes }) => attributes.find(({ key }) => key === "depesche.outcome")?.value.stringValue,
  );
  expect(outcomes.sort()).toEqual(["BUSY", "OK"]);

  await eventually(
    async () => house.said(),
    (said) => said.includes(String(id)),
  );
});

it("every figure the Grafana file shows is told", async () => {
  const file = readFileSync(new URL("../../packages/telemetry/grafana/depesche.json", import.meta.url), "utf8");
  const shown = new Set(file.match(/depesche_[a-z0-9_]+/g));
  shown.delete("depesche_grafana");
  const metrics = await text("/metrics");
  const told = new Set(
    [...metrics.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", kind]) =>
      kind === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
  expect(shown.size).toBeGreaterThan(25);
  expect([...shown].filter((name) => !told.has(name))).toEqual([]);
});

it("health and readiness answer part by part", async () => {
  const parts = async (path: string) => ((await (await fetch(house.url + path)).json()) as { parts: object }).parts;
  expect(Object.keys(await parts("/health"))).toEqual([
    "database",
    "documents",
    "workers",
    "schedule",
    "faxNumbers",
    "simulators",
  ]);
  expect(Object.keys(await parts("/ready"))).toEqual(["database", "documents"]);
});
