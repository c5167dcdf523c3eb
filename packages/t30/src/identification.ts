/** The begin of phase B (T.30 §5.2): the answerer identifies itself with DIS, the caller waits for it or polls with DTC. */

import { report, startTimer } from "./actions.ts";
import { pollFrames } from "./addressing.ts";
import { type Capabilities, encodeDis } from "./capabilities.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { encodeId } from "./identity.ts";
import type { Action } from "./protocol.ts";
import { sendAnswer } from "./receiver-answer.ts";
import { type AnswererSession, type CallerSession, disconnect, type Session } from "./state.ts";
import { COMMAND_TRIES } from "./timers.ts";

/** The caller waits for DIS until T1. */
export function awaitDis(s: Session, afterEom: boolean, out: Action[]): undefined {
  s.state = { step: "await-dis", heardFax: afterEom, afterEom, burst: false, prolonged: false };
  out.push({ type: "listen", for: "v21" });
  startTimer(out, "T1");
}

/** After EOM the sender goes back to phase B as what it is (T.30 §5.3.6.1.6). */
export function backToPhaseB(s: Session, out: Action[]): undefined {
  if (s.side === "caller") return awaitDis(s, true, out);
  report(out, { kind: "phase", phase: "B" });
  startTimer(out, "T1");
  identify(s, true, out);
}

/** CSI and DIS; repeated at T4 until T1 (T.30 §5.4.3.1). */
export function identify(s: AnswererSession, heardFax: boolean, out: Action[]): undefined {
  s.state = { step: "await-dcs", said: "DIS", tries: 0, heardFax, afterEom: false };
  s.heard = {};
  const { stationId } = s.options;
  s.rx.answer = [...idFrame(FCF.CSI, stationId), frame(FCF.DIS, true, encodeDis(offerOf(s)))];
  s.rx.answered = "";
  sendAnswer(s, "T4", out);
}

/** What this machine says of itself. A mood that answers with RTN or RTP cannot live with ECM. */
function offerOf(s: AnswererSession): Capabilities {
  const { capabilities, mood, documents = [], password, subAddresses } = s.options;
  const plain =
    mood.refuseOncePage !== undefined ||
    mood.retrainAfterPage !== undefined ||
    mood.answers?.some((answer) => answer.with === "RTN" || answer.with === "RTP");
  return {
    ...capabilities,
    ...(plain && { ecm: false, mmr: false }),
    hasDocument: documents.length > 0,
    sep: capabilities.sep || documents.some(({ sep }) => sep !== undefined),
    pwd: capabilities.pwd || password !== undefined || documents.some(({ pwd }) => pwd !== undefined),
    sub: capabilities.sub || subAddresses !== undefined,
  };
}

/** PWD, SEP, CIG and DTC: a command, so three tries at T4 (T.30 §5.3.6.1.2, §5.4.3.1). */
export function askForDocument(s: CallerSession, tries: number, out: Action[]): undefined {
  if (tries >= COMMAND_TRIES) return disconnect(s, "no-answer-to-dtc", out);
  if (tries > 0) report(out, { kind: "command-repeated", command: "DTC", attempt: tries + 1 });
  const { stationId, capabilities, poll = {} } = s.options;
  const address = pollFrames(poll, s.dis!);
  const can: Capabilities = {
    ...capabilities,
    hasDocument: false,
    sep: poll.sep !== undefined && s.dis!.sep,
    pwd: poll.pwd !== undefined && s.dis!.pwd,
    sub: false,
  };
  s.state = { step: "await-dcs", said: "DTC", tries: tries + 1, heardFax: true, afterEom: false };
  s.rx.answer = [...address, ...idFrame(FCF.CIG, stationId), frame(FCF.DTC, true, encodeDis(can))];
  s.rx.answered = "";
  sendAnswer(s, "T4", out);
}

function idFrame(fcf: number, id: string): Frame[] {
  return id === "" ? [] : [frame(fcf, false, encodeId(id))];
}
