import { expect, it } from "vitest";
import { Latencies } from "./latencies.ts";

it("percentiles are right to one in a hundred", () => {
  const all = new Latencies();
  for (let ms = 1; ms <= 10_000; ms++) all.add(ms);
  const near = (value: number | undefined, wanted: number) =>
    expect(Math.abs((value as number) - wanted) / wanted).toBeLessThan(0.011);
  near(all.percentile(0.5), 5_000);
  near(all.percentile(0.95), 9_500);
  near(all.percentile(0.99), 9_900);
  expect(all.summary().max).toBe(10_000);
});

it("one value is every percentile, and none has none", () => {
  const one = new Latencies();
  one.add(42);
  expect(one.summary()).toEqual({ p50: 42, p95: 42, p99: 42, max: 42 });
  expect(new Latencies().summary()).toEqual({});
});

it("two clocks that disagree make no negative times", () => {
  const early = new Latencies();
  early.add(-5);
  expect(early.percentile(0.5)).toBe(0);
});

it("two merged are as if all had gone into one", () => {
  const [one, other, both] = [new Latencies(), new Latencies(), new Latencies()];
  for (let ms = 1; ms <= 5_000; ms++) {
    (ms % 3 === 0 ? one : other).add(ms);
    both.add(ms);
  }
  one.merge(other);
  expect(one.summary()).toEqual(both.summary());
  expect(one.count).toBe(5_000);
});

it("the histogram's bars are a tenth of a decade wide, coarser below 10 ms, without a gap, and hold everything", () => {
  const all = new Latencies();
  for (const ms of [0, 3, 4, 7, 18, 18, 30]) all.add(ms);
  const bars = all.histogram();
  expect(bars.map((b) => b.fromMs)).toEqual([0, 1, 2, 5, 10, 12.5, 16, 20, 25]);
  expect(bars.map((b) => b.toMs)).toEqual([1, 2, 5, 10, 12.5, 16, 20, 25, 32]);
  expect(bars.map((b) => b.count)).toEqual([1, 0, 2, 1, 0, 0, 2, 0, 1]);
});
