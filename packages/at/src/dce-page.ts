/**
 * Page data of +FTM on its way from the terminal to the line (T.31 §8.3.3): buffered, paced, held back. HDLC that the terminal
 * makes itself (ECM) goes out as the frames of T.38.
 */

import { rateOf, reverseAllBits } from "@depesche/t30";
import type { Field } from "@depesche/t38";
import { carrierOff, onTime, sendFields } from "./dce-carrier.ts";
import { conclude, type DceAction, type DceState, type PageTransmission } from "./dce-state.ts";
import { unstuffDle, XOFF, XON } from "./dle.ts";
import { faxModem } from "./fax-modems.ts";
import { FLAG, type HdlcFrame, newHdlcReader, readHdlc } from "./hdlc.ts";

/** Page data of so much line time goes into one IFP. */
const PIECE_US = 40_000;
/** The buffer of a modem: above the first the terminal is stopped, below the second it goes on. */
const BUFFER_HIGH = 2048;
const BUFFER_LOW = 1024;
const FCS_OCTETS = 2;

/** The terminal's octets while it sends page data. */
export function takePageData(state: DceState, octets: Uint8Array, nowUs: number, out: DceAction[]): void {
  const { mode, tx } = state;
  if (mode.is !== "send-page" || tx.is !== "page") return;
  if (tx.ended) return;
  const { data, ended } = unstuffDle(mode.dle, octets);
  mode.lastUs = nowUs;
  tx.ended = ended;
  if (data.length > 0) {
    // A terminal that let the buffer run dry leaves a gap on the line.
    if (tx.buffered === 0) tx.clockUs = Math.max(tx.clockUs, nowUs);
    tx.buffer.push(data.slice());
    tx.buffered += data.length;
  }
  control(state, tx, out);
}

/** Back-pressure: the terminal waits while the buffer is full (T.31 §8.4.3, +FLO). */
function control(state: DceState, tx: PageTransmission, out: DceAction[]): void {
  if (!tx.stopped && tx.buffered > BUFFER_HIGH && !tx.ended) flow(state, tx, true, out);
  else if (tx.stopped && (tx.buffered < BUFFER_LOW || tx.ended)) flow(state, tx, false, out);
}

function flow(state: DceState, tx: PageTransmission, stop: boolean, out: DceAction[]): void {
  tx.stopped = stop;
  out.push({ type: "flow", stop });
  if (state.profile.flow === 1) out.push({ type: "dte", bytes: Uint8Array.of(stop ? XOFF : XON) });
}

/** The terminal is heard again, whatever became of its page. */
export function release(state: DceState, out: DceAction[]): void {
  if (state.tx.is === "page" && state.tx.stopped) flow(state, state.tx, false, out);
}

/** The next piece is due, or the end of the signal. */
export function sendPiece(state: DceState, tx: PageTransmission, nowUs: number, out: DceAction[]): void {
  const { modulation, data: name } = faxModem(tx.code)!;
  if (tx.buffered === 0) {
    const isHdlc = tx.hdlc !== undefined && tx.hdlc !== false;
    sendFields(name, [{ type: isHdlc ? "hdlc-sig-end" : "t4-non-ecm-sig-end" }], out);
    release(state, out);
    carrierOff(state, nowUs, out);
    // Without its end nothing has come from the terminal for too long.
    conclude(state, tx.ended ? "OK" : "ERROR", out);
    return;
  }
  // Two octets tell what it is.
  if (tx.hdlc === undefined && tx.buffered < 2 && !tx.ended) {
    tx.clockUs = nowUs + PIECE_US;
    return;
  }
  const octetUs = 8_000_000 / rateOf(modulation);
  const piece = takeOctets(tx, Math.max(2, Math.floor(PIECE_US / octetUs)));
  tx.hdlc ??= piece[0] === FLAG && piece[1] === FLAG ? { reader: newHdlcReader(), told: 0 } : false;
  const fields: Field[] = tx.hdlc ? framed(tx.hdlc, piece) : [{ type: "t4-non-ecm-data", data: reverseAllBits(piece) }];
  if (fields.length > 0) sendFields(name, fields, out);
  tx.clockUs = onTime(tx.clockUs, nowUs) + Math.round(piece.length * octetUs);
  control(state, tx, out);
}

function takeOctets(tx: PageTransmission, most: number): Uint8Array {
  const piece = new Uint8Array(Math.min(most, tx.buffered));
  let size = 0;
  while (size < piece.length) {
    const first = tx.buffer[0]!;
    const part = first.subarray(0, piece.length - size);
    piece.set(part, size);
    size += part.length;
    if (part.length === first.length) tx.buffer.shift();
    else tx.buffer[0] = first.subarray(part.length);
  }
  tx.buffered -= piece.length;
  return piece;
}

/** The terminal's own HDLC as the fields of T.38, octets as soon as they cannot be the FCS. */
function framed(hdlc: { reader: ReturnType<typeof newHdlcReader>; told: number }, octets: Uint8Array): Field[] {
  const fields: Field[] = [];
  const data = (from: Uint8Array | number[]) => {
    if (from.length > 0) fields.push({ type: "hdlc-data", data: reverseAllBits(Uint8Array.from(from)) });
  };
  for (const octet of octets) {
    const frames: HdlcFrame[] = [];
    readHdlc(hdlc.reader, Uint8Array.of(octet), frames);
    for (const { frame, ok } of frames) {
      data(frame.subarray(hdlc.told));
      fields.push({ type: ok ? "hdlc-fcs-ok" : "hdlc-fcs-bad" });
      hdlc.told = 0;
    }
    // Given up in its midst.
    if (hdlc.told > hdlc.reader.frame.length) {
      fields.push({ type: "hdlc-fcs-bad" });
      hdlc.told = 0;
    }
  }
  const sure = hdlc.reader.frame.length - FCS_OCTETS;
  if (sure > hdlc.told) {
    data(hdlc.reader.frame.slice(hdlc.told, sure));
    hdlc.told = sure;
  }
  return fields;
}
