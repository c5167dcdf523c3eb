/** A call we place: INVITE with one offer after the other, T.30 as caller, BYE, and what became of it. */

import type { FaxCallOrder, FaxCallReport } from "@depesche/ports";
import type { Header, SipResponse } from "@depesche/sip";
import { createCaller, type Report, rateOf, step, TIMERS } from "@depesche/t30";
import { numberHeader, type OutgoingCall, readOffer } from "@depesche/wire-sip";
import { eitherSignal, needOf, Recorder } from "@depesche/wire-t38";
import { isRefusedOffer, outcomeOf } from "./answers.ts";
import { CallTrace } from "./call-trace.ts";
import { NO_PORT, T38_REFUSED } from "./ended.ts";
import { converse, type Line, type LineContext } from "./line.ts";
import { type FaxOfferKind, OFFERINGS, type Offering } from "./offers.ts";
import { conclude, fill } from "./report.ts";
import { finalAnswer, GOODBYE_MS } from "./ringing.ts";
import type { TrunkParts } from "./trunk.ts";

/** T0 (T.30 §5.4.3.1): so long a caller waits for an answer. */
const RING_MS = TIMERS.T0.us / 1000;
const STALL_MS = 30_000;
/** How often the record of a call that goes on is told. */
const RECORD_MS = 1000;

/** One attempt to place a call: what is shared by all its offers. */
interface Placing {
  parts: TrunkParts;
  order: FaxCallOrder;
  stop: AbortSignal;
  recorder: Recorder;
  trace: CallTrace;
  report: FaxCallReport;
}

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
  const placing = { parts, order, stop, recorder, trace: new CallTrace(recorder, parts.wall), report };
  if (!stop.aborted) await dial(placing);
  release();
  report.ladder = recorder.finish(report.ringUs);
  return report;
}

/** One offer after the other, until one is not refused as such. */
async function dial(placing: Placing): Promise<void> {
  const { parts, order, stop, report } = placing;
  order.progress?.({ state: "dialling" });
  for (const [i, kind] of parts.offers.entries()) {
    await parts.outage.pass(stop);
    if (stop.aborted) return;
    let offering: Offering;
    try {
      offering = await OFFERINGS[kind](parts);
    } catch {
      conclude(report, NO_PORT);
      report.temporary = true;
      return;
    }
    const refused = await offer(placing, kind, offering);
    if (refused !== "this-offer") return;
    if (i + 1 === parts.offers.length) conclude(report, T38_REFUSED);
  }
}

/** "this-offer": the far end takes no call so offered; it may take another. */
async function offer(placing: Placing, kind: FaxOfferKind, offering: Offering): Promise<"this-offer" | undefined> {
  const { parts, order, stop, trace, report } = placing;
  let heard = () => {};
  const ringing = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const call = parts.endpoint.invite({
    target: parts.target,
    uri: parts.addressOf(order.to),
    from: `<${parts.ownAddressOf(order.from)}>`,
    user: userPart(order.from),
    headers: namesOf(parts, order),
    sdp: offering.sdp,
    credentials: parts.config.credentials,
    trace: trace.sip,
    onProvisional: (response) => {
      if (response.status > 100) heard();
    },
  });
  const { stallMs: silenceMs = STALL_MS, ringMs = RING_MS } = parts.config;
  const answer = await finalAnswer(call, stop, { silenceMs, ringMs, ringing });
  if (typeof answer !== "string" && !answer.local && answer.response.status < 300) {
    parts.outage.end();
    // Whoever answers T.38 with sound knows no T.38, or only out of sound.
    if (kind !== "audio" && readOffer(answer.response.body).kind === "audio") {
      offering.drop();
      await call.hangUp(GOODBYE_MS);
      return "this-offer";
    }
    await talk(placing, kind, offering, call, answer.response);
    return undefined;
  }
  offering.drop();
  if (answer === "stopped") {
    const text = "The call was stopped while it was being set up.";
    conclude(report, { outcome: "ISDNERR", cause: { code: "interrupted", text }, stopped: true });
  } else if (answer === "rang") {
    const cause = { code: "ring-limit", text: "It rang, and nobody answered in time." };
    conclude(report, { outcome: "NOANSWER", cause });
  } else if (answer === "silent" || answer.local) {
    const status = answer === "silent" ? 408 : answer.response.status;
    // One call without an answer says nothing about the way to the exchange.
    if (status !== 408) parts.outage.begin();
    conclude(report, outcomeOf(status, "", true));
    report.temporary = true;
  } else {
    parts.outage.end();
    const { response } = answer;
    report.ringUs = ringUsOf(placing, response);
    conclude(report, outcomeOf(response.status, response.reason, false));
    // Our own exchange says with each word of its own how long it rang: there no other offer will do either.
    const isLastWord = kind === "own" && numberHeader(response, "X-Depesche-Ring") !== undefined;
    if (isRefusedOffer(response.status) && !isLastWord) return "this-offer";
  }
  return undefined;
}

/** Our own exchange says how long it would have rung; anywhere else it rang as long as it took. */
function ringUsOf({ trace }: Placing, response: SipResponse): number {
  const said = numberHeader(response, "X-Depesche-Ring");
  return said === undefined ? Math.round(trace.sinceBegunUs()) : said * 1_000_000;
}

/** Only our own exchange is told what the call is called here. */
function namesOf(parts: TrunkParts, order: FaxCallOrder): Header[] {
  return parts.offers.includes("own") ? [["X-Depesche-Call", order.id.replace(/[^\x21-\x7e]/g, "")]] : [];
}

/** Whatever a number holds, it stays within its URI. */
export function userPart(number: string): string {
  return encodeURIComponent(number).replaceAll("%2B", "+");
}

async function talk(
  placing: Placing,
  kind: FaxOfferKind,
  offering: Offering,
  call: OutgoingCall,
  response: SipResponse,
): Promise<void> {
  const { parts, order, stop, recorder, trace, report } = placing;
  report.ringUs = ringUsOf(placing, response);
  if (kind !== "own") trace.connected();
  const context: LineContext = { parts, side: "caller", recorder, trace };
  const telling = order.record && setInterval(() => order.record?.(recorder.finish(report.ringUs)), RECORD_MS);
  const line = await offering.take(context, { call, offer: readOffer(response.body), stop });
  if (line.kind === "ended") {
    conclude(report, line);
    await call.hangUp(GOODBYE_MS);
    report.lineUs = Math.round(trace.sinceConnectUs());
  } else await fax(placing, context, call, line);
  clearInterval(telling);
}

async function fax(placing: Placing, context: LineContext, call: OutgoingCall, line: Line): Promise<void> {
  const { order, stop, report } = placing;
  const session = createCaller({
    stationId: order.stationId,
    pages: Array.from({ length: order.pages.count }, () => ({ width: 1728, resolution: "fine" }) as const),
  });
  const end = await converse(context, line, call.over, {
    party: { step: (event, out) => step(session, event, out) },
    needPage: (index, format) => order.pages.page(needOf(index, format)),
    report: progressOf(order, session),
    signal: stop,
  });
  order.progress?.({ state: "ending" });
  if (end.endedBy === "us") await call.hangUp(GOODBYE_MS);
  else await call.awaitBye(GOODBYE_MS);
  fill(report, end);
  // Our own two ends lost each other before anything of the document was on its way: nobody has it, nobody said no.
  const lost = line.kind === "own" && (end.cause === "media-lost" || end.cause === "stalled");
  if (lost && !end.pageSent && !end.stopped) report.temporary = true;
}

/** Translates reports of the session into what the board shows. */
function progressOf(order: FaxCallOrder, session: ReturnType<typeof createCaller>): (report: Report) => void {
  return (report) => {
    const rateBps = session.dcs ? rateOf(session.dcs.modulation) : undefined;
    if (report.kind === "capabilities") order.progress?.({ state: "training" });
    else if (report.kind === "page-sending") order.progress?.({ state: "sending", page: report.page, rateBps });
  };
}
