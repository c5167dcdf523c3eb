// `depesche load`: many recipients, how fast and with what outcomes, and whether all records agree at the end.

import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client } from "@depesche/client";
import { type Asked, type Command, GATEWAY_FLAGS, SIMULATORS_FLAG } from "../command.ts";
import { gatewayUrl, gatewayWithFeed, simulators } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { Failure, fileTrouble } from "../failure.ts";
import { type Io, json, line } from "../io.ts";
import { checkRun } from "../load/checks.ts";
import { restFace, soapFace } from "../load/faces.ts";
import { machineFacts } from "../load/machine.ts";
import { pageOf } from "../load/page.ts";
import { planOf } from "../load/plan.ts";
import { type LoadReport, reportOf } from "../load/report.ts";
import { type LoadPlan, runLoad } from "../load/run.ts";
import { openScreen } from "../load/screen.ts";
import { type SoapLogin, statusRows } from "../load/soap.ts";
import { tellReport } from "../load/told.ts";
import { isAway } from "../patience.ts";

export const load: Command = {
  name: "load",
  usage: [
    "[--recipients N | --jobs N --per-job M] [--callers N] ...",
    "--rate N/s --for 60s [--ramp 10s] [--mix ...] ...",
  ],
  summary: "load.summary",
  flags: {
    recipients: { value: "N", meaning: "load.flag.recipients" },
    jobs: { value: "N", meaning: "load.flag.jobs" },
    "per-job": { value: "M", meaning: "load.flag.per-job" },
    rate: { value: "N/s", meaning: "load.flag.rate" },
    ramp: { value: "TIME", meaning: "load.flag.ramp" },
    for: { value: "TIME", meaning: "load.flag.for" },
    callers: { value: "N", meaning: "load.flag.callers" },
    outstanding: { value: "N", meaning: "load.flag.outstanding" },
    mix: { value: "LIST", meaning: "load.flag.mix" },
    outcomes: { value: "LIST", meaning: "load.flag.outcomes" },
    pages: { value: "N", meaning: "load.flag.pages" },
    file: { value: "FILE", meaning: "load.flag.file" },
    redials: { value: "N", meaning: "load.flag.redials" },
    face: { value: "NAME", meaning: "load.flag.face" },
    account: { value: "NUMBER", meaning: "load.flag.account" },
    password: { value: "WORD", meaning: "load.flag.password" },
    seed: { value: "N", meaning: "load.flag.seed" },
    report: { value: "FILE", meaning: "load.flag.report" },
    html: { value: "FILE", meaning: "load.flag.html" },
    ...GATEWAY_FLAGS,
    ...SIMULATORS_FLAG,
  },
  notes: ["load.note.loops", "load.note.numbers", "load.note.checks"],
  examples: [
    "depesche load --recipients 1000",
    "depesche load --rate 50/s --for 60s --mix fax:6,sms:3,letter:1 --html load.html",
    "depesche load --jobs 10000 --per-job 10 --face soap --outcomes ok:8,busy:1,noanswer:1",
    "depesche load --jobs 1 --per-job 100000 --report load.json",
  ],
  async run(asked, io) {
    const plan = planOf(asked);
    const files = [asked.text("report"), asked.text("html")].filter((file) => file !== undefined);
    for (const file of files) await tryPlace(file);
    const sims = await simulators(asked, io.env);
    const soap = loginOf(asked, io);
    const client = await gatewayWithFeed(asked, io);
    const isJson = asked.yes("json");
    const handIn = plan.face === "rest" ? await restFace(client, plan, io) : soapFace(soap, plan);
    const { speed } = await client.clock();
    const isChaosBefore = await hasChaos(client, plan);
    const screen = openScreen(io, isJson);
    let report: LoadReport;
    try {
      const result = await runLoad(plan, { client, handIn, io, speed, look: (at) => screen.show(at) });
      const total = result.tally.jobs.size;
      const look = (done: number) => screen.showChecks(done, total);
      const checks = await checkRun(plan, result, {
        io,
        client,
        simulators: sims,
        account: soap.account,
        isChaos: isChaosBefore || (await hasChaos(client, plan)),
        statusRows: (job) => statusRows(soap, job, io),
        look,
      });
      report = reportOf(plan, result, checks, machineFacts());
    } finally {
      screen.end();
    }
    // Told first: a file that cannot be written must not take the figures with it.
    if (isJson) json(io, report);
    else for (const text of tellReport(report, io)) line(io, text);
    await writeTo(asked.text("report"), `${JSON.stringify(report, undefined, 2)}\n`, io);
    await writeTo(asked.text("html"), pageOf(report, io), io);
    return exitCode(report);
  },
};

/** True when a channel of the run meets faults at random. A house without simulators, or a key that may not ask, has none to tell of. */
async function hasChaos(client: Client, { mix }: LoadPlan): Promise<boolean> {
  try {
    const { channels } = await client.simulation.chaos();
    return mix.some(({ what }) => what !== "null" && channels[what].probability > 0);
  } catch (error) {
    if (isAway(error) || (error as Error).name === "ApiError") return false;
    throw error;
  }
}

function loginOf(asked: Asked, io: Io): SoapLogin {
  const password = asked.text("password") ?? (io.env.DEPESCHE_FAXDE_PASSWORD || "geheim");
  return { url: gatewayUrl(asked, io.env), account: asked.text("account") ?? "1000", password };
}

/** Before the run, so that nobody waits an hour for a file in a folder that is not there. Writes nothing. */
async function tryPlace(file: string): Promise<void> {
  try {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw Object.assign(new Error(file), { code: "EISDIR" });
    await access(there ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw new Failure(EXIT.usage, "fail.write", { file, why: fileTrouble(error) });
  }
}

async function writeTo(file: string | undefined, text: string, io: Io): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new Failure(EXIT.usage, "fail.write", { file, why: fileTrouble(error) });
  }
  io.err.write(`${io.say("load.written", { file })}\n`);
}

/** Missing outcomes are no disagreement by themselves; else every record must agree. */
function exitCode({ finals, accepted, agreed }: LoadReport): ExitCode {
  if (finals < accepted) return EXIT.running;
  return agreed ? EXIT.ok : EXIT.failed;
}
