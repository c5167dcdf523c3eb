/** A call we place: INVITE, T.30 as caller, BYE, and what became of it. */

import type { Cause, Outcome } from "@depesche/core";
import type { FaxCallOrder, FaxCallReport } from "@depesche/ports";
import type { SipResponse } from "@depesche/sip";
import { CAUSES, createCaller, type Report, rateOf, type Session, step } from "@depesche/t30";
import { numberHeader, type OutgoingCall, offerFax, readFax } from "@depesche/wire-sip";
import { type CallEnd, causeText, connectMedia, Recorder, runCall } from "@depesche/wire-t38";
import { outcomeOf } from "./answers.ts";
import { eitherSignal } from "./either-signal.ts";
import { codingOf, needOf, yDpiOf } from "./format.ts";
import type { TrunkParts } from "./trunk.ts";

const RING_MS = 120_000;
const STALL_MS = 30_000;
/** How often the record of a call that goes on is told. */
const RECORD_MS = 1000;
/** After a stop everything is over within this time, answer or not. */
export const GOODBYE_MS = 1500;

/** Never rejects. */
export async function placeCall(parts: TrunkParts, order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> {
  const { signal: stop, release } = eitherSignal(signal, parts.closing);
  const recorder = new Recorder("caller");
  const report: FaxCallReport = {
    outcome: "ISDNERR",
    cause: { code: "interrupted", text: "The call was stopped before it was placed." },
    interrupted: true,
    remoteId: "",
    pagesConfirmed: 0,
    lineUs: 0,
    ringUs: 0,
    ladder: new Uint8Array(0),
  };
  if (!stop.aborted) await dial(parts, order, stop, recorder, report);
  release();
  report.ladder = recorder.finish(report.ringUs);
  return report;
}

async function dial(
  parts: TrunkParts,
  order: FaxCallOrder,
  stop: AbortSignal,
  recorder: Recorder,
  report: FaxCallReport,
): Promise<void> {
  const { endpoint, config, domain } = parts;
  const { exchange } = config;
  order.progress?.({ state: "dialling" });
  await parts.outage.pass(stop);
  if (stop.aborted) return;
  let heard = () => {};
  const ringing = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const call = endpoint.invite({
    target: exchange,
    uri: `sip:${userPart(order.to)}@${exchange.host}:${exchange.port}`,
    from: `<sip:${userPart(order.from)}@${domain}>`,
    user: userPart(order.from),
    headers: [["X-Depesche-Call", order.id.replace(/[^\x21-\x7e]/g, "")]],
    sdp: offerFax(config.bind),
    trace: (message) => recorder.sip(message),
    onProvisional: () => heard(),
  });
  const silenceMs = config.stallMs ?? STALL_MS;
  const answer = await finalAnswer(call, stop, { silenceMs, ringMs: config.ringMs ?? RING_MS, ringing });
  if (answer === "stopped") {
    conclude(report, "ISDNERR", { code: "interrupted", text: "The call was stopped while it was being set up." });
    return;
  }
  report.interrupted = false;
  if (answer === "rang") {
    conclude(report, "NOANSWER", { code: "ring-limit", text: "It rang, and nobody answered in time." });
    return;
  }
  if (answer === "silent" || answer.local) {
    const status = answer === "silent" ? 408 : answer.response.status;
    // One call without an answer says nothing about the way to the exchange.
    if (status !== 408) parts.outage.begin();
    const away = outcomeOf(status, "", true);
    conclude(report, away.outcome, away.cause);
    report.temporary = true;
    return;
  }
  parts.outage.end();
  const { response } = answer;
  report.ringUs = (numberHeader(response, "X-Depesche-Ring") ?? 0) * 1_000_000;
  if (response.status >= 300) {
    const refused = outcomeOf(response.status, response.reason, false);
    conclude(report, refused.outcome, refused.cause);
    return;
  }
  await talk(parts, order, stop, { call, response, recorder, report });
}

/** Whatever a number holds, it stays within its URI. */
function userPart(number: string): string {
  return encodeURIComponent(number).replaceAll("%2B", "+");
}

type Answer = { response: SipResponse; local: boolean } | "silent" | "rang" | "stopped";

/**
 * The final answer. Without any answer the call is given up after `silenceMs`; one that rings is taken back after `ringMs`,
 * and given up when that is not answered either (RFC 3261 §9.1); on a stop it is taken back and not waited for much longer.
 */
async function finalAnswer(
  call: OutgoingCall,
  stop: AbortSignal,
  limits: { silenceMs: number; ringMs: number; ringing: Promise<void> },
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  let onStop = () => {};
  const givenUp = new Promise<Answer>((resolve) => {
    const after = (ms: number, then: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(then, ms);
    };
    onStop = () => {
      call.cancel();
      after(GOODBYE_MS, () => resolve("stopped"));
    };
    after(limits.silenceMs, () => resolve("silent"));
    void limits.ringing.then(() => {
      if (!timer || stop.aborted) return;
      after(limits.ringMs, () => {
        call.cancel();
        after(limits.silenceMs, () => resolve("rang"));
      });
    });
    stop.addEventListener("abort", onStop);
    if (stop.aborted) onStop();
  });
  const first = await Promise.race([call.answered, givenUp]);
  clearTimeout(timer);
  timer = undefined;
  stop.removeEventListener("abort", onStop);
  const answer = stop.aborted ? "stopped" : first;
  // When the answer comes after all, a call that nobody waits for must not be left standing.
  if (typeof answer === "string") {
    call.cancel();
    void call.answered.then(({ response }) => (response.status < 300 ? call.bye() : undefined));
  }
  return answer;
}

interface Standing {
  call: OutgoingCall;
  response: SipResponse;
  recorder: Recorder;
  report: FaxCallReport;
}

async function talk(parts: TrunkParts, order: FaxCallOrder, stop: AbortSignal, standing: Standing): Promise<void> {
  const { call, response, recorder, report } = standing;
  const fax = readFax(response.body);
  if (fax.kind === "none") {
    await call.hangUp(GOODBYE_MS);
    conclude(report, "VOICE", { code: "no-fax-media", text: "The call was answered, but not by a fax machine." });
    return;
  }
  if (fax.kind === "foreign") {
    await call.hangUp(GOODBYE_MS);
    const text = "The far end wants a T.38 transport that was not offered.";
    conclude(report, "NOSERVICE", { code: "t38-transport", text });
    return;
  }
  const media = connectMedia(fax, parts.connections);
  void call.over.then(() => media.expire());
  const session = createCaller({
    stationId: order.stationId,
    pages: Array.from({ length: order.pages.count }, () => ({ width: 1728, resolution: "fine" }) as const),
  });
  const telling = order.record && setInterval(() => order.record?.(recorder.finish(report.ringUs)), RECORD_MS);
  const end = await runCall({
    side: "caller",
    party: { step: (event, out) => step(session, event, out) },
    media,
    recorder,
    needPage: (index, format) => order.pages.page(needOf(index, format)),
    report: progressOf(order, session),
    signal: stop,
    stallMs: parts.config.stallMs,
  });
  clearInterval(telling);
  order.progress?.({ state: "ending" });
  if (end.endedBy === "us") await call.hangUp(GOODBYE_MS);
  else await call.awaitBye(GOODBYE_MS);
  fill(report, end);
  // Our own two ends lost each other before anything of the document was on its way: nobody has it, nobody said no.
  const lost = end.cause === "media-lost" || end.cause === "stalled";
  if (lost && !end.pageSent && !end.stopped) report.temporary = true;
}

/** Translates reports of the session into what the board shows. */
function progressOf(order: FaxCallOrder, session: Session): (report: Report) => void {
  return (report) => {
    const rateBps = session.dcs ? rateOf(session.dcs.modulation) : undefined;
    if (report.kind === "capabilities") order.progress?.({ state: "training" });
    else if (report.kind === "page-sending") order.progress?.({ state: "sending", page: report.page, rateBps });
  };
}

export function fill(report: Omit<FaxCallReport, "pagesConfirmed"> & { pagesConfirmed?: number }, end: CallEnd): void {
  const outcome: Outcome = end.cause === "media-lost" ? "ISDNERR" : CAUSES[end.cause].outcome;
  report.outcome = outcome;
  report.cause = { code: end.cause, text: causeText(end.cause) };
  report.interrupted = end.stopped;
  report.remoteId = end.remoteId;
  if (report.pagesConfirmed !== undefined) report.pagesConfirmed = end.pages;
  report.lineUs = end.lineUs;
  if (!end.dcs) return;
  report.rateBps = rateOf(end.dcs.modulation);
  report.coding = codingOf(end.dcs.coding);
  report.ecm = end.dcs.ecm !== 0;
  report.yDpi = yDpiOf(end.dcs.resolution);
}

function conclude(report: FaxCallReport, outcome: Outcome, cause: Cause): void {
  report.outcome = outcome;
  report.cause = cause;
}
