// Figures a process keeps of itself (prom-client, Apache-2.0): those of a worker travel as plain values, so that one place can tell all.

import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** All figures of a process as plain JSON. */
export type FigureValues = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

type Labels = readonly string[];

export interface Figures {
  counter(name: string, help: string, labels?: Labels): Counter;
  /** A counter for what happens thousands of times a second: labels are looked up when the figures are read, not when it is counted. */
  tally(name: string, help: string, labels: Labels): (values: readonly string[], by?: number) => void;
  /** `collect` is asked whenever the figures are read. */
  gauge(name: string, help: string, labels?: Labels, collect?: (gauge: Gauge) => void | Promise<void>): Gauge;
  histogram(name: string, help: string, buckets: readonly number[], labels?: Labels): Histogram;
  values(): Promise<FigureValues>;
  readonly contentType: string;
}

/** Bounds for short work: queries, commits, requests, seconds. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Bounds for what takes as long as a call, seconds. */
export const CALL_SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800] as const;
/** Bounds for what is written in one commit. */
export const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** Opens the figures of this process; each name gets the prefix `depesche_`, and the process's own (memory, event loop) are among them. */
export function openFigures(): Figures {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "depesche_" });
  const common = (name: string, help: string, labels: Labels = []) => ({
    name: `depesche_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter: (name, help, labels) => new Counter(common(name, help, labels)),
    tally(name, help, labels) {
      const counted = new Map<string, { values: readonly string[]; by: number }>();
      new Counter({
        ...common(name, help, labels),
        collect() {
          for (const { values, by } of counted.values()) this.labels(...values).inc(by);
          counted.clear();
        },
      });
      return (values, by = 1) => {
        const key = values.join("\0");
        const known = counted.get(key);
        if (known) known.by += by;
        else counted.set(key, { values, by });
      };
    },
    gauge: (name, help, labels, collect) =>
      new Gauge({
        ...common(name, help, labels),
        ...(collect && {
          async collect() {
            this.reset();
            await collect(this);
          },
        }),
      }),
    histogram: (name, help, buckets, labels) => new Histogram({ ...common(name, help, labels), buckets: [...buckets] }),
    values: () => registry.getMetricsAsJSON(),
    contentType: registry.contentType,
  };
}

/** The figures of several processes in Prometheus's text format; each process is told apart by its labels. */
export function renderFigures(
  all: readonly { labels: Readonly<Record<string, string | number>>; values: FigureValues }[],
): Promise<string> {
  // Of several figures with one name and the same labels the last would win: the labels must tell the processes apart.
  const labelled = all.map(({ labels, values }) =>
    values.map((figure) => ({
      ...figure,
      values: ("values" in figure ? (figure.values as { labels: object }[]) : []).map((value) => ({
        ...value,
        labels: { ...labels, ...value.labels },
      })),
    })),
  );
  return AggregatorRegistry.aggregate(labelled).metrics();
}

/** A label's value out of an open set (causes), kept to the first `most` words: whatever comes after them is "other". */
export function bounded(most: number): (word: string) => string {
  const known = new Set<string>();
  return (word) => {
    if (known.has(word)) return word;
    if (known.size >= most) return "other";
    known.add(word);
    return word;
  };
}
