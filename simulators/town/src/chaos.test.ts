import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Chaos } from "./chaos.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-chaos-"));
  file = join(folder, "chaos.json");
});
afterEach(() => rm(folder, { recursive: true }));

const numbers = Array.from({ length: 5_000 }, (_, i) => `+493023125${String(i % 1_000).padStart(3, "0")}`);

describe("chaos", () => {
  it("leaves everything alone until it is told otherwise, and counts what comes", () => {
    const chaos = new Chaos(file);
    for (const number of numbers) expect(chaos.meets("fax", number)).toBeUndefined();
    const { fax, sms } = chaos.view().channels as Record<string, { seen: number; hit: number }>;
    expect([fax?.seen, fax?.hit, sms?.seen]).toEqual([5_000, 0, 0]);
  });

  it("hits as many as it should, and with 1 each of them", () => {
    const chaos = new Chaos(file);
    chaos.set({ sms: { probability: 0.2, fault: "throttled" }, mail: { probability: 1, fault: "full" } });
    const hits = numbers.filter((number) => chaos.meets("sms", number) === "throttled").length;
    expect(hits).toBeGreaterThan(900);
    expect(hits).toBeLessThan(1_100);
    expect(numbers.every((address) => chaos.meets("mail", address) === "full")).toBe(true);
    expect(chaos.view().channels.sms).toMatchObject({ probability: 0.2, fault: "throttled", seen: 5_000, hit: hits });
  });

  it("hits the same again when the same comes in the same order, and not always the same number", () => {
    const drawnBy = (chaos: Chaos) => {
      chaos.set({ fax: { probability: 0.5, fault: "busy" } });
      return numbers.map((number) => chaos.meets("fax", number)?.kind);
    };
    const first = drawnBy(new Chaos(file));
    expect(drawnBy(new Chaos(join(folder, "elsewhere.json")))).toEqual(first);
    const calls = Array.from({ length: 5 }, (_, i) => first[1 + i * 1_000]);
    expect(new Set([...calls, first[2], first[1_002], first[2_002]]).size).toBe(2);
  });

  it("draws anew after a restart: what was hit first is not hit first by every start", () => {
    const hitFirst = (chaos: Chaos) => {
      chaos.set({ mail: { probability: 0.3, fault: "greylisted" } });
      return new Set(numbers.slice(0, 1_000).filter((address) => chaos.meets("mail", address)));
    };
    const before = hitFirst(new Chaos(file));
    const again = [...hitFirst(new Chaos(file))].filter((address) => before.has(address));
    expect(again.length / before.size).toBeLessThan(0.45);
  });

  it("outlives the process", async () => {
    new Chaos(file).set({ letter: { probability: 1, fault: "late" } });
    expect(new Chaos(file).meets("letter", "1.0.1")).toBe("late");
    await writeFile(file, '{"fax":{"probability":7,"fault":"busy"}}');
    expect(() => new Chaos(file)).toThrow(/chaos.json holds no rules of chaos: fax.probability/);
  });

  it.each([
    [{ fax: { probability: 1.01, fault: "busy" } }, "fax.probability"],
    [{ fax: { probability: "1", fault: "busy" } }, "fax.probability"],
    [{ fax: { probability: 1, fault: "throttled" } }, "fax.fault must be one of busy"],
    [{ fax: { probability: 1, fault: "constructor" } }, "fax.fault"],
    [{ pager: { probability: 1, fault: "busy" } }, 'no field "pager"'],
    [[], "must be an object"],
  ])("refuses %j, and stays as it was", async (given, words) => {
    const chaos = new Chaos(file);
    chaos.set({ fax: { probability: 0.25, fault: "voice" } });
    expect(() => chaos.set(given)).toThrow(words);
    expect(chaos.view().channels.fax).toMatchObject({ probability: 0.25, fault: "voice" });
    expect(JSON.parse(await readFile(file, "utf8")).fax).toEqual({ probability: 0.25, fault: "voice" });
  });
});
