// What the faces say of a run's jobs: REST and the StatusFile must tell what the ledger's rows tell.

import { callSoap } from "../house/soap.ts";
import type { Facts, JobFact, RecipientFact } from "./facts.ts";
import type { House } from "./house.ts";

const PAGE = 1000;

/** The CSV's words of a fax; FAX.de knows one word for two of our outcomes. */
const WORDS: Readonly<Record<string, string>> = {
  OK: "OK",
  BUSY: "Busy",
  NOANSWER: "No Answer",
  VOICE: "Voice",
  NORING: "Call failed",
  ISDNERR: "Call failed",
  NOSERVICE: "No Service",
  SENDFAIL: "Send-Fail",
  BLACKLIST: "Black-List",
  CANCELLED: "Canceled",
};

/** Asks both faces about every job. */
export async function facesAgree(house: House, { jobs, recipients }: Facts): Promise<string[]> {
  const problems: string[] = [];
  for (const job of jobs) {
    const rows = recipients.filter((r) => r.job === job.id);
    problems.push(...(await byRest(house, job, rows)), ...(await bySoap(house, job, rows)));
  }
  return problems;
}

async function byRest(house: House, job: JobFact, rows: RecipientFact[]): Promise<string[]> {
  const view = await house.client.job(job.id);
  const counts = Object.fromEntries(Object.entries(job.counters).filter(([, count]) => count > 0));
  const problems: string[] = [];
  if (view.state !== "done" || view.final !== job.total || !same(view.outcomes, counts))
    problems.push(`REST says of job ${job.id}: ${view.state}, ${JSON.stringify(view.outcomes)}`);
  const told: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await house.client.recipients(job.id, { limit: PAGE, ...(cursor ? { cursor } : {}) });
    for (const r of page.items) told.push(`${r.n} ${r.address} ${r.outcome} ${r.repeated}`);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  const kept = rows.map((r) => `${r.n} ${r.address} ${r.outcome} ${r.repeated}`);
  if (told.join("\n") !== kept.join("\n"))
    problems.push(`REST lists other recipients of job ${job.id} than the ledger`);
  return problems;
}

async function bySoap(house: House, job: JobFact, rows: RecipientFact[]): Promise<string[]> {
  const answer = await callSoap(house.url, "JobStatus", { JobId: job.id });
  if (answer.return !== "0") return [`JobStatus answers ${answer.return} for job ${job.id}`];
  const lines = Buffer.from(answer.StatusFile ?? "", "base64")
    .toString("utf8")
    .split("\r\n")
    .slice(1, -1);
  const told = lines.map((line) => {
    const fields = line.slice(1, -1).split('","');
    return `${fields[0]} ${fields[2]} ${fields[7]}`;
  });
  // What failed of an SMS has one word, whatever the reason.
  const word = ({ outcome }: RecipientFact) =>
    WORDS[job.channel === "sms" && outcome === "NORING" ? "SENDFAIL" : (outcome ?? "")];
  const kept = rows.map((r) => `${r.address} ${word(r)} ${r.reference}`);
  return told.join("\n") === kept.join("\n") ? [] : [`the StatusFile of job ${job.id} differs from the ledger`];
}

function same(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
