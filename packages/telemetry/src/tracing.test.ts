import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { inSpan, type Spans, startTracing, traceContext } from "./tracing.ts";

let close: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await close?.();
  close = undefined;
});

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status?: { code?: number };
}

/** A collector that takes OTLP over HTTP as JSON. */
async function collector(): Promise<{ url: string; spans: SentSpan[] }> {
  const spans: SentSpan[] = [];
  const server = createServer((request, answer) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const sent = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] };
      for (const resource of sent.resourceSpans) for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      answer.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans };
}

it("without a collector nothing is recorded", async () => {
  const spans = await startTracing("test", {});
  expect(spans.active).toBe(false);
  await inSpan({ name: "work" }, async () => expect(traceContext()).toBeUndefined());
});

it("an attempt hangs below the request that brought its job, over two processes, and a fault is marked", async () => {
  const { url, spans } = await collector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", url);
  const tracing: Spans = await startTracing("test", process.env);
  expect(tracing.active).toBe(true);
  let kept: string | undefined;
  await inSpan({ name: "POST api", kind: "server" }, () =>
    inSpan({ name: "accept" }, async () => {
      kept = traceContext();
    }),
  );
  const failing = inSpan({ name: "fax attempt", kind: "consumer", traceparent: kept }, async () => {
    throw new Error("line down");
  });
  await expect(failing).rejects.toThrow("line down");
  await tracing.close();
  // A stop waits a second for the collector at most; the spans are on their way all the same.
  await expect.poll(() => spans.map(({ name }) => name).sort()).toEqual(["POST api", "accept", "fax attempt"]);
  const of = (name: string) => spans.find((span) => span.name === name) as SentSpan;
  expect(of("accept").parentSpanId).toBe(of("POST api").spanId);
  expect(of("fax attempt")).toMatchObject({ traceId: of("POST api").traceId, parentSpanId: of("accept").spanId });
  expect(of("fax attempt").status?.code).toBe(2);
});
