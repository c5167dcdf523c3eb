import { expect, it } from "vitest";
import { ioDouble } from "../io.double.ts";
import { loadedHouse } from "./house.double.ts";
import { pageOf } from "./page.ts";
import { reportOf } from "./report.ts";
import { tellReport } from "./told.ts";

const MACHINE = { cpu: "<CPU> & more", cores: 2, memoryGb: 8, system: "Linux", node: "v20" };

async function report(status?: (rows: string[][]) => string[][]) {
  const house = loadedHouse({ ...(status && { status }) });
  const outcomes = [
    { what: "ok", weight: 1 },
    { what: "busy", weight: 1 },
  ] as const;
  const plan = house.plan({ recipients: 200, outcomes });
  const result = await house.run(plan);
  return reportOf(plan, result, await house.checks(plan, result), MACHINE);
}

it("the page needs nothing but itself: no script, no address of anything", async () => {
  const page = pageOf(await report(), ioDouble());
  expect(page).not.toMatch(/<script|https?:|url\(|@import|src=/i);
  expect(page).toContain("&lt;CPU&gt; &amp; more");
});

it("every plot has a table with the same figures, and the page speaks the language of its reader", async () => {
  const given = await report();
  const page = pageOf(given, ioDouble({ LANG: "de_DE.UTF-8" }));
  expect(page).toContain('<html lang="de">');
  const plots = page.match(/<svg[^>]*role="img"/g);
  expect(plots).toHaveLength(5);
  expect(page.match(/<summary>als Tabelle<\/summary>/g)).toHaveLength(5);
  expect(page).toContain("Alle Aufzeichnungen stimmen überein");
  const drawn = page.match(/<rect class="o-BUSY" x=/g) ?? [];
  expect(drawn).toHaveLength(given.series.bins.filter((bin) => (bin.outcomes.BUSY ?? 0) > 0).length);
});

it("a disagreement stands on the page and in the words, with its recipient", async () => {
  const given = await report((rows) => rows.map((row, n) => (n === 3 ? row.with(2, "<b>") : row)));
  expect(given.agreed).toBe(false);
  const page = pageOf(given, ioDouble());
  expect(page).toContain("✗ Records disagree");
  expect(page).toMatch(/job 1, recipient 3 \[load-3\]: expected load-3 (OK|Busy), found load-3 &lt;b&gt;/);
  expect(tellReport(given, ioDouble()).join("\n")).toMatch(
    /WRONG {2}StatusFile agrees row by row: 180 of 200\n {4}job 1, recipient 3/,
  );
});

it("the report is JSON whose counts are those of the run", async () => {
  const given = JSON.parse(JSON.stringify(await report()));
  expect(given).toMatchObject({ accepted: 200, finals: 200, jobs: 20, agreed: true, parameters: { seed: 1 } });
  const binned = given.series.bins.flatMap((bin: { outcomes: object }) => Object.values(bin.outcomes));
  expect(binned.reduce((a: number, b: number) => a + b, 0)).toBe(200);
  expect(given.histogram.outcome.reduce((n: number, bar: { count: number }) => n + bar.count, 0)).toBe(200);
});
