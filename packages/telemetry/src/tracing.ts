// Traces (OpenTelemetry, Apache-2.0), an option: set OTEL_EXPORTER_OTLP_ENDPOINT and each request, acceptance and attempt is a span.
// The usual variables of OpenTelemetry hold (OTEL_TRACES_SAMPLER, OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS ...).

import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

export interface Spans {
  /** False: nothing is recorded, and nothing should be computed for it. */
  readonly active: boolean;
  /** Sends what is held back. */
  close(): Promise<void>;
}

const TRACER = "depesche";
/** Set once spans are recorded: without it a span costs nothing. */
let recording = false;
const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
const FLUSH_MS = 1_000;

/** Begins to record where the environment names a collector; loads nothing otherwise. */
export async function startTracing(service: string, env: Readonly<Record<string, string | undefined>>): Promise<Spans> {
  const wanted = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!wanted || env.OTEL_SDK_DISABLED === "true" || env.OTEL_TRACES_EXPORTER === "none")
    return { active: false, close: async () => {} };
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import("@opentelemetry/sdk-trace-node"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": env.OTEL_SERVICE_NAME ?? service, "process.pid": process.pid }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  recording = true;
  return {
    active: true,
    // A collector that is away must not hold up the stop.
    close: () => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((done) => {
        timer = setTimeout(done, FLUSH_MS);
      });
      return Promise.race([provider.shutdown().catch(() => undefined), late]).finally(() => clearTimeout(timer));
    },
  };
}

/** The W3C trace context of where we are, to be kept with what is worked on later; undefined where nothing is recorded. */
export function traceContext(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** How a span hangs together with others. */
export interface SpanOrder {
  name: string;
  kind?: "server" | "client" | "consumer" | "internal";
  attributes?: Attributes;
  /** W3C trace context of the parent, where it is not the span we are in. */
  traceparent?: string | undefined;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Runs `work` within a span; what it throws is noted and passed on. */
export async function inSpan<T>(order: SpanOrder, work: (span: Span) => Promise<T>): Promise<T> {
  if (!recording) return work(NO_SPAN);
  const { name, kind = "internal", attributes = {}, traceparent } = order;
  const parent: Context =
    traceparent === undefined ? context.active() : propagation.extract(context.active(), { traceparent });
  const span = trace.getTracer(TRACER).startSpan(name, { kind: KINDS[kind], attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: String((error as Error | undefined)?.message ?? error) });
    throw error;
  } finally {
    span.end();
  }
}
