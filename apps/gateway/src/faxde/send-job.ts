// SendJob: account, job type, recipients and content in FAX.de's order of checks, then the intake.
import type { Account, JobOptions } from "@depesche/core";
import type { Intake, RecipientInput, SubmitRequest } from "@depesche/ports";
import { type Answer, CallerFault, refuse } from "./answer.ts";
import { JOB_TYPES, sendJobCode } from "./codes.ts";
import { type LoginCodes, type LoginDeps, logIn } from "./login.ts";
import { parseOptions } from "./options.ts";
import type { ReceivedCall } from "./receive.ts";
import { parseRecipientFile, parseRecipientList } from "./recipients.ts";
import { parseSendTime } from "./send-time.ts";

export interface SendJobDeps extends LoginDeps {
  intake: Intake;
  onFault(fault: unknown, request: string): void;
}

const LOGIN_CODES: LoginCodes = {
  empty: 2,
  unknown: -2,
  "wrong-password": -1,
  "too-many-failures": 1,
  locked: 1,
  "trial-over": 3,
};

const SERVER_FAULT = -4;
const NOT_RELEASED = -8;
const BAD_RECIPIENT_FILE = -65;
const BROKEN_DOCUMENT = -7;
/** A recipient file is read into memory; a million lines fit well below this. */
const MAX_RECIPIENT_FILE = 64 * 1024 * 1024;

/** Never rejects for a fault of ours: those are -4, and nothing was accepted then. */
export async function sendJob(deps: SendJobDeps, call: ReceivedCall, source: string): Promise<Answer> {
  try {
    return await checked(deps, call, source);
  } catch (fault) {
    if (fault instanceof CallerFault) throw fault;
    deps.onFault(fault, "SendJob");
    return refuse(SERVER_FAULT, "The service cannot take jobs at the moment; nothing was accepted.");
  }
}

async function checked(deps: SendJobDeps, call: ReceivedCall, source: string): Promise<Answer> {
  const login = await logIn(deps, call, source, "jobs:write");
  if (!login.ok) return refuse(LOGIN_CODES[login.why], `Login refused: ${login.why}.`);
  const { account } = login;
  const type = jobType(call.text("JobType"));
  if (type === undefined) return refuse(4, "JobType is none of 0, 1, 2, 3, 4, 8.");
  if (type === "not-built" || !account.channels.includes(type.channel)) {
    return refuse(NOT_RELEASED, "This JobType is not released.");
  }
  if (call.spoolFull) return refuse(SERVER_FAULT, `Nothing was accepted: ${call.spoolFull.message}.`);
  const fromFile = type.channel !== "letter" && (call.upload("RecipientFile")?.bytes ?? 0) > 0;
  const recipients = await readRecipients(call, type.channel, fromFile);
  if (!Array.isArray(recipients)) return recipients;
  const time = parseSendTime(sendDateTime(call), deps.now());
  if (!time.ok) throw new CallerFault("SendDateTime is not a date and time like 2017-06-01T15:53:06Z.");
  const broken = FILES.map((n) => call.upload(`SendFile${n}`)?.broken).find((detail) => detail !== undefined);
  if (broken !== undefined) return refuse(BROKEN_DOCUMENT, broken);

  const { options, notices } = readOptions(call, account, type.colour);
  if (time.notice) notices.push(time.notice);
  const request: SubmitRequest = {
    account,
    channel: type.channel,
    recipients,
    text: lineEnds(call.text("SendText")),
    files: await readFiles(call),
    options,
    sendAt: time.at,
    face: "faxde",
  };
  const result = await deps.intake.submit(request);
  if (!result.ok) {
    const code = sendJobCode(result.problem, { channel: type.channel, fromFile });
    return {
      values: { return: code, JobId: result.jobId },
      notices: [`${result.problem}: ${result.detail}`, ...notices],
    };
  }
  const { jobId: JobId, recipients: RecipientsCount, pages: PageCount } = result;
  return { values: { return: 0, JobId, RecipientsCount, PageCount }, notices: [...notices, ...result.notices] };
}

function jobType(text: string | undefined): (typeof JOB_TYPES)[number] | undefined {
  const match = /^\s*\+?0*(\d{1,4})\s*$/.exec(text ?? "");
  return match ? JOB_TYPES[Number(match[1])] : undefined;
}

/** Letters take their address from the page; of Recipient only the reference counts. */
async function readRecipients(
  call: ReceivedCall,
  channel: SubmitRequest["channel"],
  fromFile: boolean,
): Promise<RecipientInput[] | Answer> {
  if (channel === "letter") {
    const reference = parseRecipientList(call.text("Recipient") ?? "")[0]?.reference ?? "";
    return reference === "" ? [] : [{ address: "", reference }];
  }
  const upload = call.upload("RecipientFile");
  if (upload?.broken !== undefined) return refuse(BAD_RECIPIENT_FILE, upload.broken);
  if (!fromFile) return parseRecipientList(call.text("Recipient") ?? "");
  if (upload!.bytes > MAX_RECIPIENT_FILE) {
    return refuse(BAD_RECIPIENT_FILE, `RecipientFile is larger than ${MAX_RECIPIENT_FILE} bytes.`);
  }
  const file = await call.take("RecipientFile");
  try {
    const parsed = parseRecipientFile(await file.read());
    return parsed.ok ? parsed.recipients : refuse(BAD_RECIPIENT_FILE, parsed.detail);
  } finally {
    await file.discard();
  }
}

function readOptions(
  call: ReceivedCall,
  account: Account,
  colour: boolean | undefined,
): { options: JobOptions; notices: string[] } {
  const { options, notices } = parseOptions(call.text("Options") ?? "", account);
  if (colour) options.colour = true;
  return { options, notices };
}

const FILES = [1, 2, 3] as const;

/** The paper prints both spellings. Callers may send both and leave one of them empty: what was meant for later must not go out now. */
function sendDateTime(call: ReceivedCall): string | undefined {
  return call.text("SendDateTime")?.trim() || call.text("SendeDateTime");
}

/** Callers with fixed parts send empty ones for what they do not use: neither name nor bytes means no file. */
async function readFiles(call: ReceivedCall): Promise<SubmitRequest["files"]> {
  const files: SubmitRequest["files"] = [];
  for (const n of FILES) {
    const name = call.text(`SendFilename${n}`)?.trim() ?? "";
    const upload = call.upload(`SendFile${n}`);
    if (upload === undefined && name !== "") files.push({ name, file: undefined });
    else if (upload !== undefined && (name !== "" || upload.bytes > 0)) {
      files.push({ name, file: await call.take(`SendFile${n}`) });
    }
  }
  return files;
}

/** XML 1.0 section 2.11 wants line ends as LF; callers escape the CR, so some still come as CRLF. Empty text is no text. */
function lineEnds(text: string | undefined): string | undefined {
  return text ? text.replace(/\r\n?/g, "\n") : undefined;
}
