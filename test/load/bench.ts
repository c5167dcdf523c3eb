// `npm run bench`: the figures DESIGN and README speak of, as a table and as bench-results.json. Ratios hold within one run; leave the
// machine alone meanwhile. DEPESCHE_BENCH_RECIPIENTS and DEPESCHE_BENCH_CALLS make it smaller or larger.

import { writeFileSync } from "node:fs";
import { bareBullmq } from "./bare-bullmq.ts";
import { pagesInMemory } from "./in-memory.ts";
import { machineFacts } from "./machine.ts";
import { type PacedRun, pacedCalls } from "./paced-calls.ts";
import { type CodecRun, codecRuns, codecTable } from "./t4.ts";
import { type FaxRun, faxRun, loadedHouse, type NullRun, nullRun } from "./whole-house.ts";

const RECIPIENTS = Number(process.env.DEPESCHE_BENCH_RECIPIENTS ?? 100_000);
const CALLS = Number(process.env.DEPESCHE_BENCH_CALLS ?? 3_000);
const IN_MEMORY_MS = 5_000;
const OUT = new URL("../../bench-results.json", import.meta.url);

interface Results {
  at: string;
  machine: ReturnType<typeof machineFacts>;
  recipients: number;
  calls: number;
  /** Measured before and after the houses; ratios are to the mean. */
  bareBullmqPerSecond: number[];
  pagesInMemoryPerSecond: number;
  /** Calls paced as for a foreign end, in virtual time, from TIFF to TIFF. */
  pacedCalls: PacedRun[];
  t4: CodecRun[];
  houses: { backend: string; core: NullRun; ratioToBareBullmq: number; fax: FaxRun }[];
}

const tell = (text: string) => process.stderr.write(`${text} ...\n`);
const whole = (value: number) => Math.round(value).toLocaleString("en-US");
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

const machine = machineFacts();
tell("T.30, T.38 and T.4 in memory");
const pages = pagesInMemory(IN_MEMORY_MS);
const paced = [await pacedCalls("ifp", IN_MEMORY_MS), await pacedCalls("udptl", IN_MEMORY_MS)];
tell("T.4 and T.6 beside libtiff");
const t4 = await codecRuns();
tell("bare BullMQ");
const bare = [await bareBullmq(RECIPIENTS)];
const runs: { backend: "postgres" | "redis"; core: NullRun; fax: FaxRun }[] = [];
for (const backend of ["postgres", "redis"] as const) {
  tell(`the house with its schedule on ${backend}`);
  const house = await loadedHouse(backend);
  try {
    runs.push({ backend, core: await nullRun(house, RECIPIENTS), fax: await faxRun(house, CALLS) });
  } finally {
    await house.close();
  }
}
tell("bare BullMQ again");
bare.push(await bareBullmq(RECIPIENTS));

const reference = bare.reduce((sum, rate) => sum + rate, 0) / bare.length;
const results: Results = {
  at: new Date().toISOString(),
  machine,
  recipients: RECIPIENTS,
  calls: CALLS,
  bareBullmqPerSecond: bare,
  pagesInMemoryPerSecond: pages,
  pacedCalls: paced,
  t4,
  houses: runs.map((run) => ({ ...run, ratioToBareBullmq: run.core.endToEndPerSecond / reference })),
};
writeFileSync(OUT, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(`${table(results)}\n\nThe same in bench-results.json.\n`);

function table({ houses }: Results): string {
  const { cpu, cores, memoryGb, system, node, redis, fdatasyncUs } = machine;
  const rows: [string, ...string[]][] = [
    ["", ...houses.map((h) => `schedule on ${h.backend}`)],
    [
      `null channel, ${whole(RECIPIENTS)} recipients, end to end`,
      ...houses.map((h) => `${whole(h.core.endToEndPerSecond)}/s`),
    ],
    ["  in units of bare BullMQ", ...houses.map((h) => `${h.ratioToBareBullmq.toFixed(2)} x`)],
    ["  from the answer on", ...houses.map((h) => `${whole(h.core.dispatchPerSecond)}/s`)],
    ...["worker", "gateway", "town", "postgres", "redis"].map((name): [string, ...string[]] => [
      `  CPU a recipient, ${name}`,
      ...houses.map((h) =>
        h.core.cpuUsPerRecipient[name] === undefined ? "" : `${h.core.cpuUsPerRecipient[name].toFixed(1)} us`,
      ),
    ]),
    ["  SendJob (SOAP, RecipientFile) answers after", ...houses.map((h) => seconds(h.core.sendJobMs))],
    ["  CancelJob answers after", ...houses.map((h) => seconds(h.core.cancelJobMs))],
    ["  POST /v1/jobs answers after", ...houses.map((h) => seconds(h.core.createJobMs))],
    ["  JobStatus with StatusFile answers after", ...houses.map((h) => seconds(h.core.statusFileMs))],
    ...["gateway", "worker", "town", "launcher", "postgres", "redis"].map((name): [string, ...string[]] => [
      `  most memory, ${name}`,
      ...houses.map((h) => (h.core.peakMb[name] === undefined ? "" : `${h.core.peakMb[name]} MB`)),
    ]),
    [`one-page faxes, ${whole(CALLS)} calls, end to end`, ...houses.map((h) => `${h.fax.callsPerSecond.toFixed(1)}/s`)],
    ...["worker", "town", "gateway", "postgres"].map((name): [string, ...string[]] => [
      `  CPU a call, ${name}`,
      ...houses.map((h) => `${(h.fax.cpuMsPerCall[name] ?? 0).toFixed(1)} ms`),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!))).join("   "),
  );
  return [
    `${cores} cores (${cpu}), ${memoryGb} GB, ${system}, Node ${node}, Redis ${redis}, fdatasync ${fdatasyncUs} us`,
    `bare BullMQ (Redis, AOF everysec, no-op, 50 at once): ${bare.map(whole).join(" and ")} jobs/s`,
    `T.30 + T.38 + T.4 in memory, one core: ${whole(pages)} pages/s`,
    ...paced.map(
      (run) =>
        `paced calls over ${run.line === "ifp" ? "IFPs" : "UDPTL"}, TIFF to TIFF, ${whole(run.octetsPerPage)} octets a page, one core: ` +
        `${whole(run.pagesPerSecond)} pages/s, ${whole(run.ifpsPerSecond)} IFPs/s, ${whole(run.timesRealTime)} x real time`,
    ),
    "",
    codecTable(t4),
    "",
    ...lines,
  ].join("\n");
}
