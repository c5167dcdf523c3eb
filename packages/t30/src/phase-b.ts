/** Phase B of a call (T.30 §5.2): who sends, after DIS and after DTC. */

import { ignored, report, startTimer, stopTimer } from "./actions.ts";
import { notOffered, polledDocument } from "./addressing.ts";
import { type Capabilities, decodeDis, modulationsOf } from "./capabilities.ts";
import { FCF, type Frame } from "./frame.ts";
import { askForDocument, awaitDis, identify } from "./identification.ts";
import { rateOf } from "./modulation.ts";
import type { Cause } from "./outcome.ts";
import { isProblem } from "./problem.ts";
import type { Action } from "./protocol.ts";
import { onDcs } from "./receiver.ts";
import { fallSilent, stopWaiting } from "./receiver-answer.ts";
import { type AnswererSession, type CallerSession, disconnect, end, type Session, type State, say } from "./state.ts";
import { BURST_US } from "./timers.ts";
import { train } from "./transmitter-page.ts";

type AwaitDis = State & { step: "await-dis" };

/** The call is answered. */
export function begin(s: Session, out: Action[]): undefined {
  report(out, { kind: "phase", phase: "A" });
  if (s.side === "caller") {
    out.push({ type: "send-tone", tone: "cng" });
    return awaitDis(s, false, out);
  }
  const { mood } = s.options;
  out.push({ type: "send-tone", tone: "ced" });
  if (mood.hangUpAfterAnswer) return end(s, "hung-up-on-purpose", out);
  if (mood.silent === "dis") return fallSilent(s, out);
  report(out, { kind: "phase", phase: "B" });
  startTimer(out, "T1");
  identify(s, false, out);
}

/** The caller before DIS. After its own last page and EOM, or between polled pages, some send DCS without another DIS. */
export function onFrameBeforeDis(
  s: CallerSession,
  state: AwaitDis,
  fcf: number,
  received: Frame,
  out: Action[],
): undefined {
  if (fcf === FCF.DIS) onDis(s, received, out);
  else if (fcf === FCF.DCN) end(s, state.afterEom ? "disconnected-after-page" : "disconnected-in-phase-b", out);
  else if (s.polling && fcf === FCF.DCS) onDcs(s, received, out);
  else if (s.polling && PAGE_ENDS.has(fcf)) sayAgain(s, out);
  else ignored(received, out);
}

const PAGE_ENDS: ReadonlySet<number> = new Set([FCF.EOM, FCF.PRI_EOM, FCF.PPS, FCF.EOR, FCF.RR]);

/** Our answer to the EOM before was lost. T1 goes on: it bounds this, too. */
function sayAgain(s: CallerSession, out: Action[]): undefined {
  say(s, s.rx.answer!, out);
  out.push({ type: "listen", for: "v21" });
}

function onDis(s: CallerSession, received: Frame, out: Action[]): undefined {
  const dis = decodeDis(received.fif);
  if (isProblem(dis)) return;
  stopTimer(out, "T1");
  report(out, { kind: "phase", phase: "B" });
  report(out, { kind: "capabilities", capabilities: dis });
  s.dis = dis;
  const missing = notOffered(s.options, dis);
  if (missing.length > 0 && s.options.insists) return disconnect(s, "addressing-not-offered", out);
  for (const frame of missing) report(out, { kind: "ignored", frame });
  if (s.tx.page >= s.tx.pages.length) return poll(s, dis, out);
  if (!dis.receives) return disconnect(s, "cannot-receive", out);
  send(s, dis, out);
}

function poll(s: CallerSession, dis: Capabilities, out: Action[]): undefined {
  if (s.options.poll === undefined || !dis.hasDocument) return disconnect(s, "nothing-to-poll", out);
  if (!s.polling) report(out, { kind: "polling", sends: "answerer", document: 0 });
  s.polling = true;
  askForDocument(s, 0, out);
}

/** Trains at the best both sides have; after EOM the rate found for this line stays the ceiling. */
function send(s: Session, dis: Capabilities, out: Action[]): undefined {
  const current = s.tx.fallback[0];
  const ceiling = current === undefined ? s.options.maxRate : rateOf(current);
  const own = modulationsOf(s.options.modems);
  s.tx.fallback = modulationsOf(dis.modems).filter(
    (modulation) => own.includes(modulation) && rateOf(modulation) <= ceiling,
  );
  if (s.tx.fallback.length === 0) return disconnect(s, "no-common-modulation", out);
  train(s, out);
}

/** The caller wants a document (T.30 §5.3.6.1.2). One whose pages are half out is gone on with. */
export function onDtc(s: AnswererSession, received: Frame, out: Action[]): undefined {
  const dtc = decodeDis(received.fif);
  if (isProblem(dtc)) return;
  stopTimer(out, "T1");
  stopWaiting(s, out);
  report(out, { kind: "capabilities", capabilities: dtc });
  s.dis = dtc;
  const document = s.polling ? s.tx.document : polledDocument(s);
  if (typeof document !== "number") return disconnect(s, document, out);
  if (!s.polling) {
    s.polling = true;
    s.tx.document = document;
    s.tx.pages = s.options.documents![document]!.pages;
    report(out, { kind: "polling", sends: "answerer", document });
  }
  if (s.tx.page >= s.tx.pages.length) return disconnect(s, "polling-not-offered", out);
  send(s, dtc, out);
}

/** T1 is over, and no DIS has come. */
export function onNoDis(s: CallerSession, state: AwaitDis, out: Action[]): undefined {
  if (!state.heardFax) return end(s, "no-fax-tone", out);
  if (state.prolonged || !state.burst) return disconnect(s, "no-dis", out);
  // A DIS that has begun is heard to its end; T1 stays within its 40 s.
  state.prolonged = true;
  startTimer(out, "T1", BURST_US);
}

/** The line is gone while the caller waits for DIS. */
export function hungUpBeforeDis({ afterEom, heardFax }: AwaitDis): Cause {
  if (afterEom) return "hung-up-after-page";
  return heardFax ? "hung-up-before-dis" : "hung-up-without-fax-tone";
}
