/** A call that comes in: the handler decides, T.30 answers, pages are confirmed only when they are stored. */

import type { FaxAnswerHandler, FaxCallReport } from "@depesche/ports";
import { createAnswerer, step } from "@depesche/t30";
import { answerFax, type IncomingCall, newId, readFax } from "@depesche/wire-sip";
import { type MediaConnection, Recorder, runCall } from "@depesche/wire-t38";
import { eitherSignal } from "./either-signal.ts";
import { receivedOf } from "./format.ts";
import { fill, GOODBYE_MS } from "./outbound.ts";
import type { TrunkParts } from "./trunk.ts";

type InboundReport = Omit<FaxCallReport, "pagesConfirmed"> & { pages: number };

/** Never rejects. */
export async function answerCall(parts: TrunkParts, call: IncomingCall, handler: FaxAnswerHandler): Promise<void> {
  const { called, from, callId: id } = call;
  if (readFax(call.invite.body).kind !== "own") {
    call.reject(488);
    return;
  }
  const recorder = new Recorder("answerer");
  call.record((message) => recorder.sip(message));
  call.ring();
  const accepted = await attempt(() => handler.accept({ id, called, from }));
  if (accepted === "failed" || accepted === undefined) {
    call.reject(accepted === undefined ? 404 : 500);
    return;
  }
  const cancelled = new AbortController();
  void call.cancelled.then(() => cancelled.abort());
  const { signal: stop, release } = eitherSignal(parts.closing, cancelled.signal);
  const media = await pickUp(parts, call, stop);
  release();
  const report: InboundReport = {
    outcome: "ISDNERR",
    cause: { code: "caller-gone", text: "The caller was gone before the fax began." },
    interrupted: parts.closing.aborted,
    remoteId: "",
    pages: 0,
    lineUs: 0,
    ringUs: 0,
    ladder: new Uint8Array(0),
  };
  if (media) await listen(parts, call, handler, { stationId: accepted.stationId, media, recorder, report });
  report.ladder = recorder.finish(0);
  await attempt(async () => handler.ended({ id }, report));
}

/** Answers, and waits for the caller's media connection; undefined when the call is gone before. */
async function pickUp(parts: TrunkParts, call: IncomingCall, stop: AbortSignal): Promise<MediaConnection | undefined> {
  if (stop.aborted) {
    call.reject(503);
    return undefined;
  }
  const { mediaPort, config } = parts;
  const token = newId();
  if (!call.answer(answerFax({ address: config.bind, port: mediaPort.port, token }))) return undefined;
  const media = await mediaPort.expect(token, stop);
  if (!media) await call.hangUp(GOODBYE_MS);
  return media;
}

interface Answered {
  stationId: string;
  media: MediaConnection;
  recorder: Recorder;
  /** Filled when the call is over. */
  report: InboundReport;
}

async function listen(
  parts: TrunkParts,
  call: IncomingCall,
  handler: FaxAnswerHandler,
  answered: Answered,
): Promise<void> {
  const { called, from, callId: id } = call;
  const session = createAnswerer({ stationId: answered.stationId });
  void call.over.then(() => answered.media.expire());
  /** Pages the handler has taken: one that is refused for another reason comes again, and is not taken twice. */
  let taken = 0;
  const end = await runCall({
    side: "answerer",
    party: {
      step: (event, out) => step(session, event, out),
      lastPage: () => session.side === "answerer" && session.state.step === "deciding" && session.state.end === "EOP",
    },
    media: answered.media,
    recorder: answered.recorder,
    receivedPage: async ({ index, octets, format, last }) => {
      if (index >= taken && !(await handler.page({ id }, receivedOf(octets, format)))) return false;
      taken = index + 1;
      return last ? handler.complete({ id, called, from, remoteId: session.remoteId }) : true;
    },
    signal: parts.closing,
    stallMs: parts.config.stallMs,
  });
  if (end.endedBy === "us") await call.hangUp(GOODBYE_MS);
  else await call.awaitBye(GOODBYE_MS);
  answered.report.pages = end.pages;
  fill(answered.report, end);
}

/** A handler that throws is our own fault, not the caller's. */
async function attempt<T>(work: () => Promise<T>): Promise<T | "failed"> {
  try {
    return await work();
  } catch {
    return "failed";
  }
}
