// JobStatus and CancelJob: a job's state folded into FAX.de's words.
import type { Account, Job } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import type { PartValue } from "@depesche/soap";
import { type Answer, refuse } from "./answer.ts";
import { resultWord } from "./codes.ts";
import { type LoginCodes, type LoginDeps, logIn } from "./login.ts";
import type { ReceivedCall } from "./receive.ts";
import { ROWS_AT_ONCE, statusFile, utcStamp } from "./status-file.ts";

export interface JobDeps extends LoginDeps {
  ledger: Pick<FaceLedger, "authenticate" | "job" | "recipients" | "cancel">;
}

/** JobStatus and the inbox calls share these. */
export const READ_LOGIN_CODES: LoginCodes = {
  empty: 1,
  unknown: 1,
  "wrong-password": 2,
  "too-many-failures": 2,
  "trial-over": 3,
  locked: 4,
};

/** CancelJob has no code for a wrong password. */
const CANCEL_LOGIN_CODES: LoginCodes = {
  empty: -2,
  unknown: -2,
  "wrong-password": -2,
  "too-many-failures": -2,
  "trial-over": -3,
  locked: -3,
};

const NO_SUCH_JOB = 5;
const IN_PROGRESS = 6;

export async function jobStatus(deps: JobDeps, call: ReceivedCall, source: string): Promise<Answer> {
  const login = await logIn(deps, call, source, "jobs:read");
  if (!login.ok) return refuse(READ_LOGIN_CODES[login.why], `Login refused: ${login.why}.`);
  const job = await findJob(deps, call, login.account);
  if (!job) return refuse(NO_SUCH_JOB, "The account has no job of this number.");
  if (job.state !== "done") return { values: { return: IN_PROGRESS } };
  const file = await statusFile(deps.ledger, job, login.account.statusFileCharset);
  // A short file is made before the answer begins, so that a fault on the way is still a fault and not half an answer.
  const StatusFile: PartValue = job.total < ROWS_AT_ONCE ? await joined(file) : file;
  return { values: { return: 0, ...(await summary(deps, job)), StatusFile } };
}

/** Result, time and station of the only recipient, or "multi" and the time of the last sending. */
async function summary(deps: JobDeps, job: Job): Promise<Record<string, string>> {
  if (job.total !== 1) return { SendResult: "multi", SendDateTime: utcStamp(job.lastSentAt) };
  const [only] = await deps.ledger.recipients(job.id, { from: 0, limit: 1 });
  return {
    SendResult: only ? resultWord(job.channel, only) : "",
    SendDateTime: utcStamp(only?.sentAt),
    RemoteId: only?.remoteId ?? "",
  };
}

/** 0 also while the last recipients are on the line: they are not tried again. 1 only when nothing was left to cancel. */
export async function cancelJob(deps: JobDeps, call: ReceivedCall, source: string): Promise<Answer> {
  const login = await logIn(deps, call, source, "jobs:write");
  if (!login.ok) return refuse(CANCEL_LOGIN_CODES[login.why], `Login refused: ${login.why}.`);
  const id = parseId(call.text("JobId"));
  const result = id === undefined ? undefined : await deps.ledger.cancel(login.account.id, id);
  if (!result?.found) return refuse(-1, "The account has no job of this number.");
  if (result.cancelled === 0 && result.inFlight === 0) return refuse(1, "Every recipient has its result already.");
  const notices = result.inFlight > 0 ? [`${result.inFlight} recipients are on the line and will be finished.`] : [];
  return { values: { return: 0 }, notices };
}

async function findJob(deps: JobDeps, call: ReceivedCall, account: Account): Promise<Job | undefined> {
  const id = parseId(call.text("JobId"));
  return id === undefined ? undefined : deps.ledger.job(account.id, id);
}

/** Ids come as text: blanks and leading zeros are allowed. */
export function parseId(text: string | undefined): number | undefined {
  const match = /^\s*0*(\d{1,15})\s*$/.exec(text ?? "");
  return match ? Number(match[1]) : undefined;
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const piece of pieces) chunks.push(piece);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
