/** Calls that reach a subscriber of the exchange itself: a machine, a person, or nobody. */

import { type AnsweringMachine, answeringMachine, sumOfHashes, type Tray } from "@depesche/fax-machine";
import { drawn, type Subscriber } from "@depesche/scenario";
import type { Header } from "@depesche/sip";
import { answerFax, type IncomingCall, newId, readOffer } from "@depesche/wire-sip";
import type { CallEnd, MediaConnection } from "@depesche/wire-t38";
import { answerInAudio, answerLeg, type ForeignOffer, foreignOffer } from "./answer-leg.ts";
import { REFUSALS } from "./answers.ts";
import { BYE_MS, type CallDesk, part, resultOfEnd, stationIdOf } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import { type Line, ownLine, pacedLine } from "./lines.ts";
import { person } from "./voice.ts";
import type { CallRecord } from "./wire-log.ts";

/** What a call that is answered needs to know. */
export interface Answered {
  record: CallRecord;
  /** Decides what is left to chance. */
  seed: number;
  /** Which call of the number this is, from 1. */
  count: number;
  tray: Tray;
  tape: CallTape;
}

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

/**
 * 488 without a ring time: not this kind of stream, another may do. The caller's next try is the call that counts, when it has
 * one: then this one is no line in the book.
 */
export function refuseOffer(desk: CallDesk, call: IncomingCall, record: CallRecord): void {
  const isOwn = readOffer(call.invite.body).kind === "own";
  if (isOwn || record.attempt !== "") desk.book.drop(record);
  else desk.book.conclude(record, "NOSERVICE", "sip-488");
  call.reject(488);
}

/** A machine or a person picks up. */
export async function pickUp(
  desk: CallDesk,
  call: IncomingCall,
  subscriber: Subscriber & { kind: "machine" | "voice" },
  answered: Answered,
): Promise<void> {
  const { record, seed, tape } = answered;
  const isOwn = readOffer(call.invite.body).kind === "own";
  const offer = foreignOffer(desk, call);
  const hears = subscriber.kind === "machine" || offer?.kind === "audio" || offer?.kind === "late";
  if (!isOwn && !(offer && hears)) {
    if (offer) refuseOffer(desk, call, record);
    else refuse(desk, call, "no-service", record);
    return;
  }
  const ringSeconds = drawn(seed, "ring", 3, 12);
  record.ringUs = ringSeconds * 1_000_000;
  call.ring(180);
  const headers: Header[] = [["X-Depesche-Ring", String(ringSeconds)]];
  if (offer && subscriber.kind === "voice") {
    if (offer.kind === "audio" || offer.kind === "late") await hearNobody(desk, call, { offer, headers, answered });
    return;
  }
  const line = offer
    ? await foreignLine(desk, call, { offer, headers, record, tape })
    : await ownStream(desk, call, { headers, record, tape });
  if (!line) return;
  const end =
    subscriber.kind === "machine"
      ? await receiveFax(
          desk,
          line,
          answeringMachine({ ...subscriber, call: answered.count, seed, stationId: stationIdOf(record.to) }),
          answered,
        )
      : await speak(desk, line, answered);
  await part(call, end);
}

interface Answering {
  headers: readonly Header[];
  record: CallRecord;
  tape: CallTape;
}

/** Line time with one of our own ends; undefined (and told) when its connection does not come. */
async function ownStream(
  desk: CallDesk,
  call: IncomingCall,
  { headers, record, tape }: Answering,
): Promise<Line | undefined> {
  const media = await connect(desk, call, headers);
  if (media) return ownLine(desk, media, tape);
  desk.book.conclude(record, "ISDNERR", "media-lost");
  await call.hangUp(BYE_MS);
  return undefined;
}

/** Real time with anybody else; undefined (and told) when no stream came about. */
async function foreignLine(
  desk: CallDesk,
  call: IncomingCall,
  { offer, headers, record, tape }: Answering & { offer: ForeignOffer },
): Promise<Line | undefined> {
  const leg = await answerLeg(desk, call, { offer, headers, tape });
  if ("port" in leg) return pacedLine(desk, leg, tape);
  desk.book.conclude(record, leg.result, leg.cause);
  await call.hangUp(BYE_MS);
  return undefined;
}

/** 200, and the caller's media connection; undefined when the call is gone before it comes. */
async function connect(
  desk: CallDesk,
  call: IncomingCall,
  headers: readonly Header[],
): Promise<MediaConnection | undefined> {
  const token = newId();
  const sdp = answerFax({ address: desk.endpoint.host, port: desk.media.port, token });
  if (!call.answer(sdp, headers)) return undefined;
  const gone = new AbortController();
  const giveUp = () => gone.abort();
  void call.over.then(giveUp);
  desk.closing.addEventListener("abort", giveUp);
  const media = await desk.media.expect(token, gone.signal);
  desk.closing.removeEventListener("abort", giveUp);
  if (media) void call.over.then(() => media.expire());
  return media;
}

/** A machine takes a fax off the line, whatever line it is; the book has its result, the tray its pages. */
export async function receiveFax(
  desk: CallDesk,
  line: Line,
  machine: AnsweringMachine,
  { record, tray }: Pick<Answered, "record" | "tray">,
): Promise<CallEnd> {
  let logged = false;
  const end = await line("answerer", {
    party: machine,
    needPage: async (index, format) => machine.page(index, format),
    receivedPage: async ({ index, octets, format, last, lineUs }) => {
      // A page whose line in the log could not be written comes again: the machine has it already.
      const taken = machine.pages[index] ?? machine.receive(octets, format);
      if (!taken || !last) return taken;
      // The line in the log comes before the confirmation on the line, so that no confirmed fax is missing in it.
      record.pages = machine.pages.length;
      record.sha256 = sumOfHashes(machine.pages.map((page) => page.sha256));
      record.lineUs = lineUs;
      desk.book.conclude(record, "OK", "completed");
      logged = true;
      tray.put(record.to, faxOf(record, machine, true), machine.pages);
      return taken;
    },
  });
  record.lineUs = end.lineUs;
  if (logged) return end;
  record.pages = end.pages;
  record.sha256 = sumOfHashes(machine.pages.slice(0, end.pages).map((page) => page.sha256));
  desk.book.conclude(record, resultOfEnd(end), end.cause);
  const unfinished = machine.brokenOff();
  const pages = unfinished ? [...machine.pages, unfinished] : machine.pages;
  if (pages.length > 0) tray.put(record.to, faxOf(record, machine, false), pages);
  return end;
}

/** A person on a fax line: says hello, hears nobody, hangs up. */
export async function speak(
  desk: CallDesk,
  line: Line,
  { record, seed }: Pick<Answered, "record" | "seed">,
): Promise<CallEnd> {
  const end = await line("answerer", { party: person(patienceUs(seed)) });
  record.lineUs = end.lineUs;
  const heard = end.cause === "hung-up-on-purpose" || end.cause === "caller-hung-up";
  desk.book.conclude(record, heard ? "VOICE" : resultOfEnd(end), end.cause);
  return end;
}

/** The same person on a telephone line; a change to T.38 it knows nothing of gets 488. */
async function hearNobody(
  desk: CallDesk,
  call: IncomingCall,
  {
    offer,
    headers,
    answered,
  }: { offer: ForeignOffer & { kind: "audio" | "late" }; headers: Header[]; answered: Answered },
): Promise<void> {
  const { record, seed, tape } = answered;
  const { rtp, far } = await answerInAudio(desk, call, offer, headers);
  tape.connected();
  const answeredAt = performance.now();
  const patience = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patienceUs(seed) / 1000);
    const giveUp = () => {
      clearTimeout(timer);
      resolve();
    };
    void call.over.then(giveUp);
    desk.closing.addEventListener("abort", giveUp, { once: true });
    if (desk.closing.aborted) giveUp();
  });
  if (far) {
    const { host, port, payload: law, payloadType } = far;
    await rtp.start({ host, port, law, payloadType }, () => {}).catch(() => {});
    await patience;
  }
  await rtp.close();
  record.lineUs = Math.round((performance.now() - answeredAt) * 1000);
  desk.book.conclude(record, "VOICE", call.stands ? "hung-up-on-purpose" : "caller-hung-up");
  await call.hangUp(BYE_MS);
}

function patienceUs(seed: number): number {
  return drawn(seed, "patience", 8, 20) * 1_000_000;
}

function faxOf({ from, attempt, simAt }: CallRecord, machine: AnsweringMachine, complete: boolean) {
  return { from, attempt, complete, at: simAt, remoteId: machine.remoteId() };
}
