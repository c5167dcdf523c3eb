import { expect, it } from "vitest";
import { bounded, openFigures, renderFigures } from "./figures.ts";

it("figures of several processes stand beside each other, told apart by their labels", async () => {
  const processes = ["gateway", "worker"].map((process, i) => {
    const figures = openFigures();
    figures.counter("claims_total", "Claims.", ["channel"]).inc({ channel: "fax" }, i + 1);
    figures.histogram("batch", "Sizes.", [1, 10]).observe(5);
    return { process, figures };
  });
  const text = await renderFigures(
    await Promise.all(
      processes.map(async ({ process, figures }) => ({ labels: { process }, values: await figures.values() })),
    ),
  );
  const lines = text.split("\n");
  expect(lines).toContain('depesche_claims_total{process="gateway",channel="fax"} 1');
  expect(lines).toContain('depesche_claims_total{process="worker",channel="fax"} 2');
  expect(lines).toContain('depesche_batch_bucket{process="worker",le="10"} 1');
  expect(lines).toContain('depesche_batch_count{process="gateway"} 1');
  expect(lines.filter((line) => line.startsWith("# TYPE depesche_claims_total"))).toHaveLength(1);
  expect(text).toContain("depesche_process_resident_memory_bytes");
});

it("figures survive the way through a store as JSON", async () => {
  const figures = openFigures();
  figures.gauge("lines", "Lines.", [], (gauge) => gauge.set(24));
  const values = JSON.parse(JSON.stringify(await figures.values()));
  expect(await renderFigures([{ labels: { worker: 7 }, values }])).toContain('depesche_lines{worker="7"} 24');
});

it("a tally adds up between two readings, and over them", async () => {
  const figures = openFigures();
  const tally = figures.tally("attempts_total", "Attempts.", ["channel", "outcome"]);
  const told = async () => renderFigures([{ labels: {}, values: await figures.values() }]);
  tally(["fax", "OK"]);
  tally(["fax", "OK"], 2);
  tally(["fax", "BUSY"]);
  expect(await told()).toContain('depesche_attempts_total{channel="fax",outcome="OK"} 3');
  tally(["fax", "OK"]);
  const later = await told();
  expect(later).toContain('depesche_attempts_total{channel="fax",outcome="OK"} 4');
  expect(later).toContain('depesche_attempts_total{channel="fax",outcome="BUSY"} 1');
});

it("a label of an open set keeps to so many words", () => {
  const causeOf = bounded(2);
  expect(["a", "b", "c", "a"].map(causeOf)).toEqual(["a", "b", "other", "a"]);
});
