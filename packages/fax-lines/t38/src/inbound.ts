/** A call that comes in: the handler decides, T.30 answers, pages are confirmed only when they are stored. */

import type { FaxAnswerHandler, FaxCallReport } from "@depesche/ports";
import { createAnswerer, isLastPage, step } from "@depesche/t30";
import { openRtp } from "@depesche/wire-rtp";
import {
  answerAudio,
  answerFax,
  answerTcp,
  answerUdptl,
  type FaxOffer,
  type IncomingCall,
  newId,
  offerAudio,
  readOffer,
} from "@depesche/wire-sip";
import { Recorder, receivedOf } from "@depesche/wire-t38";
import { CallTrace } from "./call-trace.ts";
import { CALLER_GONE, type Ended, MEDIA_LOST, NO_PORT, STOPPED, T38_REFUSED } from "./ended.ts";
import {
  awaitedLine,
  bindMedia,
  connectedLine,
  converse,
  keepUdptl,
  type Line,
  type LineContext,
  udptlLine,
} from "./line.ts";
import { outOfAudio } from "./out-of-audio.ts";
import { conclude, fill } from "./report.ts";
import { GOODBYE_MS } from "./ringing.ts";
import type { TrunkParts } from "./trunk.ts";

type InboundReport = Omit<FaxCallReport, "pagesConfirmed"> & { pages: number };

/** `called`: the number of ours that the call is for. Never rejects. */
export async function answerCall(
  parts: TrunkParts,
  call: IncomingCall,
  called: string,
  handler: FaxAnswerHandler,
): Promise<void> {
  const { from, callId: id } = call;
  const offer = readOffer(call.invite.body, parts.config.bind);
  // Without any description the caller leaves the offer to us (RFC 3261 §13.2.1).
  if (offer.kind === "none" && call.invite.body.length > 0) {
    call.reject(488);
    return;
  }
  const recorder = new Recorder("answerer");
  const trace = new CallTrace(recorder, parts.wall);
  call.record(trace.sip);
  call.ring();
  const accepted = await attempt(() => handler.accept({ id, called, from }));
  if (accepted === "failed" || accepted === undefined) {
    call.reject(accepted === undefined ? 404 : 500);
    return;
  }
  const context: LineContext = { parts, side: "answerer", recorder, trace };
  const line = await pickUp(context, call, offer);
  const report: InboundReport = {
    outcome: CALLER_GONE.outcome,
    cause: CALLER_GONE.cause,
    interrupted: parts.closing.aborted,
    remoteId: "",
    pages: 0,
    lineUs: 0,
    ringUs: 0,
    ladder: new Uint8Array(0),
  };
  if (line.kind === "ended") {
    await call.hangUp(GOODBYE_MS);
    conclude(report, line);
    report.interrupted = parts.closing.aborted;
    report.lineUs = Math.round(trace.sinceConnectUs());
  } else await listen(context, call, { line, called, stationId: accepted.stationId, handler, report });
  report.ladder = recorder.finish(0);
  await attempt(async () => handler.ended({ id }, report));
}

/** Answers with what was offered, and waits until there is a line for the fax. */
async function pickUp(context: LineContext, call: IncomingCall, offer: FaxOffer): Promise<Line | Ended> {
  const { parts } = context;
  const gone = new AbortController();
  const leave = () => gone.abort();
  void call.cancelled.then(leave);
  void call.over.then(leave);
  parts.closing.addEventListener("abort", leave);
  if (parts.closing.aborted) {
    call.reject(503);
    leave();
  }
  try {
    return gone.signal.aborted ? CALLER_GONE : await ANSWERS[offer.kind](context, call, offer as never, gone.signal);
  } catch {
    // No port, or a name that leads nowhere: ours.
    call.reject(500);
    return call.stands ? MEDIA_LOST : NO_PORT;
  } finally {
    parts.closing.removeEventListener("abort", leave);
  }
}

type Pick<Kind extends FaxOffer["kind"]> = (
  context: LineContext,
  call: IncomingCall,
  offer: FaxOffer & { kind: Kind },
  gone: AbortSignal,
) => Promise<Line | Ended>;

const ANSWERS: { readonly [Kind in FaxOffer["kind"]]: Pick<Kind> } = {
  async own({ parts }, call, _, gone) {
    const token = newId();
    const { mediaPort, config } = parts;
    if (!call.answer(answerFax({ address: config.bind, port: mediaPort.port, token }))) return CALLER_GONE;
    const media = await mediaPort.expect(token, gone);
    return media ? { kind: "own", media } : CALLER_GONE;
  },

  async udptl(context, call, offer) {
    const { parts, trace } = context;
    const socket = await bindMedia(parts);
    const media = { address: parts.config.bind, port: socket.port };
    trace.connected();
    if (call.answer(answerUdptl(call.invite.body, media))) {
      keepUdptl(call, parts, socket, offer);
      return udptlLine(context, socket, offer).catch(() => {
        socket.close();
        return MEDIA_LOST;
      });
    }
    socket.close();
    return CALLER_GONE;
  },

  async tcp({ parts, trace }, call, offer, gone) {
    const { bind: address } = parts.config;
    const invite = call.invite.body;
    trace.connected();
    if (offer.fax.setup === "passive") {
      if (!call.answer(answerTcp(invite, { address, port: undefined }))) return CALLER_GONE;
      return (await connectedLine(offer, gone)) ?? MEDIA_LOST;
    }
    const awaited = await awaitedLine(parts);
    if (call.answer(answerTcp(invite, { address, port: awaited.port }))) {
      return (await awaited.line(offer, gone)) ?? CALLER_GONE;
    }
    awaited.close();
    return CALLER_GONE;
  },

  async audio(context, call, offer) {
    const { parts, trace } = context;
    const rtp = await openRtp({ host: parts.config.bind, portRange: parts.config.udptl?.portRange, wall: parts.wall });
    const answer = answerAudio(call.invite.body, { address: parts.config.bind, port: rtp.port });
    trace.connected();
    if (call.answer(answer)) return outOfAudio(context, { call, rtp, far: offer, stop: parts.closing });
    await rtp.close();
    return CALLER_GONE;
  },

  /** The offer is ours: sound, which everybody takes. */
  async none(context, call) {
    const { parts, trace } = context;
    const rtp = await openRtp({ host: parts.config.bind, portRange: parts.config.udptl?.portRange, wall: parts.wall });
    trace.connected();
    const stands = call.answer(offerAudio({ address: parts.config.bind, port: rtp.port }));
    const sdp = stands ? await call.acknowledgement : undefined;
    const far = readOffer(sdp ?? new Uint8Array(0));
    if (far.kind === "audio") return outOfAudio(context, { call, rtp, far, stop: parts.closing });
    await rtp.close();
    if (parts.closing.aborted) return STOPPED;
    return sdp ? T38_REFUSED : CALLER_GONE;
  },
};

interface Answered {
  line: Line;
  called: string;
  stationId: string;
  handler: FaxAnswerHandler;
  /** Filled when the call is over. */
  report: InboundReport;
}

async function listen(context: LineContext, call: IncomingCall, answered: Answered): Promise<void> {
  const { from, callId: id } = call;
  const { line, called, stationId, handler, report } = answered;
  const session = createAnswerer({ stationId });
  /** Pages the handler has taken: one that is refused for another reason comes again, and is not taken twice. */
  let taken = 0;
  let verdict: Awaited<ReturnType<FaxAnswerHandler["page"]>> = false;
  const end = await converse(context, line, call.over, {
    party: { step: (event, out) => step(session, event, out), lastPage: () => isLastPage(session) },
    receivedPage: async ({ index, octets, format, last }) => {
      if (index >= taken) verdict = await handler.page({ id }, receivedOf(octets, format));
      if (!verdict) return false;
      taken = index + 1;
      return !last || (await handler.complete({ id, called, from, remoteId: session.remoteId })) ? verdict : false;
    },
    signal: context.parts.closing,
  });
  if (end.endedBy === "us") await call.hangUp(GOODBYE_MS);
  else await call.awaitBye(GOODBYE_MS);
  report.pages = end.pages;
  fill(report, end);
}

/** A handler that throws is our own fault, not the caller's. */
async function attempt<T>(work: () => Promise<T>): Promise<T | "failed"> {
  try {
    return await work();
  } catch {
    return "failed";
  }
}
