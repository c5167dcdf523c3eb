// StatusFile: a job's outcome as CSV with column names, every field quoted, CRLF, one row a recipient in input order.
import type { Account, Job, Recipient } from "@depesche/core";
import type { FaceLedger } from "@depesche/ports";
import { WINDOWS_1252_UPPER } from "@depesche/soap";
import { JOB_TYPE_WORDS, resultWord } from "./codes.ts";

const COLUMNS = ["RECIPIENT", "JOBTYPE", "RESULT", "REMOTEID", "PAGES", "SENDDATETIME", "DURATION", "REFID"];
/** Recipients fetched from the ledger at a time. */
export const ROWS_AT_ONCE = 5000;

/** The file in pieces of up to 5,000 rows; the first query runs before the first piece is asked for. */
export async function statusFile(
  ledger: Pick<FaceLedger, "recipients">,
  job: Job,
  charset: Account["statusFileCharset"],
): Promise<AsyncGenerator<Uint8Array>> {
  const encode = charset === "windows-1252" ? encodeWindows1252 : (text: string) => new TextEncoder().encode(text);
  const first = await ledger.recipients(job.id, { from: 0, limit: ROWS_AT_ONCE });
  return pieces(ledger, job, first, encode);
}

async function* pieces(
  ledger: Pick<FaceLedger, "recipients">,
  job: Job,
  first: Recipient[],
  encode: (text: string) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield encode(line(COLUMNS));
  for (let rows = first; rows.length > 0; ) {
    // The next rows are on their way while these are written.
    const more = rows.length === ROWS_AT_ONCE;
    const next = more
      ? ledger.recipients(job.id, { from: rows.at(-1)!.n + 1, limit: ROWS_AT_ONCE })
      : Promise.resolve([]);
    // Whoever asked may have gone when they come, or fail to.
    next.catch(() => undefined);
    yield encode(rows.map((recipient) => line(fields(job, recipient))).join(""));
    rows = await next;
  }
}

function fields(job: Job, recipient: Recipient): string[] {
  return [
    recipient.address,
    JOB_TYPE_WORDS[job.channel],
    resultWord(job.channel, recipient),
    recipient.remoteId ?? "",
    String(recipient.pages ?? 0),
    utcStamp(recipient.sentAt),
    job.channel === "fax" ? String(Math.round((recipient.durationMs ?? 0) / 1000)) : "",
    recipient.reference,
  ];
}

function line(values: readonly string[]): string {
  return `${values.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")}\r\n`;
}

/** "YYYY-MM-DD HH:MM:SS" in UTC; empty for no time. */
export function utcStamp(at: number | undefined): string {
  return at === undefined ? "" : new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

const WINDOWS_1252 = new Map([...WINDOWS_1252_UPPER].map((character, i) => [character, i + 128]));

/** Text as windows-1252; what it lacks becomes "?". */
export function encodeWindows1252(text: string): Uint8Array {
  return Uint8Array.from([...text], (character) => {
    const code = character.codePointAt(0)!;
    return code < 128 ? code : (WINDOWS_1252.get(character) ?? 0x3f);
  });
}
