/** Calls that reach a subscriber of the exchange itself: a machine, a person, or nobody. */

import { type AnsweringMachine, answeringMachine, sumOfHashes, type Tray } from "@depesche/fax-machine";
import { drawn, type Subscriber } from "@depesche/scenario";
import { answerFax, type IncomingCall, newId, readFax } from "@depesche/wire-sip";
import { type CallEnd, type CallPage, type MediaConnection, type Party, runCall } from "@depesche/wire-t38";
import { REFUSALS } from "./answers.ts";
import { BYE_MS, type CallDesk, part, resultOfEnd, stationIdOf } from "./call-desk.ts";
import { person } from "./voice.ts";
import type { CallRecord } from "./wire-log.ts";

/** A final answer at once; how long it would have rung is only said. */
export function refuse(desk: CallDesk, call: IncomingCall, kind: keyof typeof REFUSALS, record: CallRecord): void {
  const { status, ringSeconds, q850, result } = REFUSALS[kind];
  if (ringSeconds > 0) call.ring(180);
  record.ringUs = ringSeconds * 1_000_000;
  desk.book.conclude(record, result, `sip-${status}`);
  call.reject(status, [
    ["Reason", `Q.850;cause=${q850}`],
    ["X-Depesche-Ring", String(ringSeconds)],
  ]);
}

/** A machine or a person picks up. `seed` decides what is left to chance. */
export async function pickUp(
  desk: CallDesk,
  call: IncomingCall,
  subscriber: Subscriber & { kind: "machine" | "voice" },
  context: { record: CallRecord; seed: number; tray: Tray },
): Promise<void> {
  const { record, seed, tray } = context;
  if (readFax(call.invite.body).kind !== "own") {
    refuse(desk, call, "no-service", record);
    return;
  }
  const ringSeconds = drawn(seed, "ring", 3, 12);
  record.ringUs = ringSeconds * 1_000_000;
  call.ring(180);
  const media = await connect(desk, call, ringSeconds);
  if (!media) {
    desk.book.conclude(record, "ISDNERR", "media-lost");
    await call.hangUp(BYE_MS);
    return;
  }
  if (subscriber.kind === "machine") {
    const machine = answeringMachine({ mood: subscriber.mood, stationId: stationIdOf(record.to) });
    await receiveFax(desk, { call, media, machine, record, tray });
    return;
  }
  const end = await run(desk, media, person(drawn(seed, "patience", 8, 20) * 1_000_000));
  record.lineUs = end.lineUs;
  const heard = end.cause === "hung-up-on-purpose" || end.cause === "caller-hung-up";
  desk.book.conclude(record, heard ? "VOICE" : resultOfEnd(end), end.cause);
  await part(call, end);
}

/** 200, and the caller's media connection; undefined when the call is gone before it comes. */
async function connect(desk: CallDesk, call: IncomingCall, ringSeconds: number): Promise<MediaConnection | undefined> {
  const token = newId();
  const sdp = answerFax({ address: desk.endpoint.host, port: desk.media.port, token });
  if (!call.answer(sdp, [["X-Depesche-Ring", String(ringSeconds)]])) return undefined;
  const gone = new AbortController();
  const giveUp = () => gone.abort();
  void call.over.then(giveUp);
  desk.closing.addEventListener("abort", giveUp);
  const media = await desk.media.expect(token, gone.signal);
  desk.closing.removeEventListener("abort", giveUp);
  if (media) void call.over.then(() => media.expire());
  return media;
}

interface FaxCall {
  call: IncomingCall;
  media: MediaConnection;
  machine: AnsweringMachine;
  record: CallRecord;
  tray: Tray;
}

async function receiveFax(desk: CallDesk, { call, media, machine, record, tray }: FaxCall): Promise<void> {
  let logged = false;
  const end = await run(desk, media, machine, async ({ index, octets, format, last, lineUs }) => {
    // A page whose line in the log could not be written comes again: the machine has it already.
    if (index >= machine.pages.length && !machine.receive(octets, format)) return false;
    if (!last) return true;
    // The line in the log comes before the confirmation on the line, so that no confirmed fax is missing in it.
    record.pages = machine.pages.length;
    record.sha256 = sumOfHashes(machine.pages.map((page) => page.sha256));
    record.lineUs = lineUs;
    desk.book.conclude(record, "OK", "completed");
    logged = true;
    tray.put(record.to, faxOf(record, machine, true), machine.pages);
    return true;
  });
  record.lineUs = end.lineUs;
  if (!logged) {
    record.pages = end.pages;
    record.sha256 = sumOfHashes(machine.pages.slice(0, end.pages).map((page) => page.sha256));
    desk.book.conclude(record, resultOfEnd(end), end.cause);
    const unfinished = machine.brokenOff();
    const pages = unfinished ? [...machine.pages, unfinished] : machine.pages;
    if (pages.length > 0) tray.put(record.to, faxOf(record, machine, false), pages);
  }
  await part(call, end);
}

function faxOf({ from, attempt, simAt }: CallRecord, machine: AnsweringMachine, complete: boolean) {
  return { from, attempt, complete, at: simAt, remoteId: machine.remoteId() };
}

function run(
  desk: CallDesk,
  media: MediaConnection,
  party: Party,
  receivedPage?: (page: CallPage) => Promise<boolean>,
): Promise<CallEnd> {
  return runCall({ side: "answerer", party, media, receivedPage, signal: desk.closing, stallMs: desk.stallMs });
}
