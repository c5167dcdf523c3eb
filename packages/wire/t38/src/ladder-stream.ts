/**
 * One direction of a call in real time, from its record: datagrams put in order as the call itself did it, pieces of signals
 * joined to whole ones, what was sent again for safety told once, what was lost named.
 */

import type { Event } from "@depesche/t30";
import { decodeIfp, decodeUdptl, type Field, type Ifp, type Received, SyntaxGuess, UdptlReceiver } from "@depesche/t38";
import { type ForeignEar, HOLE, hear, hearGap, newForeignEar } from "./foreign-ear.ts";
import type { LadderEntry } from "./ladder.ts";
import { dataOf, trainingOf } from "./signals.ts";
import { HOLD_DATAGRAMS, HOLD_US } from "./udptl-port.ts";

/** What the record of a direction says next. */
export type Signal =
  | { kind: "ifp"; ifp: Ifp }
  /** A training check has ended, so many octets after it began; `errors` of them were not zero. */
  | { kind: "check"; octets: number; errors: number }
  /** A signal is over. */
  | { kind: "end" }
  | { kind: "lost"; count: number }
  | { kind: "malformed"; problem: string };

export class SignalStream {
  readonly #receiver = new UdptlReceiver({ holdDatagrams: HOLD_DATAGRAMS });
  readonly #guess = new SyntaxGuess();
  readonly #ear: ForeignEar = newForeignEar("transferred");
  #heldSinceUs: number | undefined;
  /** The training that was announced last, as it was. */
  #announced: Ifp | undefined;
  /** What carries the events that are being told. */
  #carrier: ForeignEar["carrier"];

  /** The signals that an entry completes. */
  read({ kind, lineUs, bytes }: LadderEntry): Signal[] {
    const out: Signal[] = [];
    if (kind === "ifp") {
      const decoded = decodeIfp(bytes);
      if (decoded.ok) this.#hear(decoded.ifp, out);
      else out.push({ kind: "malformed", problem: decoded.problem });
      return out;
    }
    if (this.#heldSinceUs !== undefined && lineUs - this.#heldSinceUs >= HOLD_US)
      this.#take(this.#receiver.flush(), out);
    const decoded = decodeUdptl(bytes);
    if (decoded.ok) this.#take(this.#receiver.receive(decoded.datagram), out);
    else out.push({ kind: "malformed", problem: decoded.problem });
    this.#heldSinceUs = this.#receiver.holding ? (this.#heldSinceUs ?? lineUs) : undefined;
    return out;
  }

  /** What was still held when the record ends. */
  finish(): Signal[] {
    const out: Signal[] = [];
    this.#take(this.#receiver.flush(), out);
    return out;
  }

  /** A command has been read on this direction: behind DCS the next training is a check. */
  expect(what: "training" | "page"): void {
    this.#ear.listening = what;
  }

  #take(received: readonly Received[], out: Signal[]): void {
    for (const one of received) {
      if (one.kind === "lost") {
        this.#guess.gap();
        hearGap(this.#ear);
        out.push({ kind: "lost", count: one.count });
        continue;
      }
      const decoded = this.#guess.decode(one.bytes);
      if (decoded.ok) this.#hear(decoded.ifp, out);
      else out.push({ kind: "malformed", problem: decoded.problem });
    }
  }

  #hear(ifp: Ifp, out: Signal[]): void {
    if (ifp.kind === "indicator") this.#announced = ifp;
    const events: Event[] = [];
    hear(this.#ear, ifp, events);
    for (const event of events) this.#tell(event, out);
    if (ifp.kind === "data") this.#announced = undefined;
  }

  #tell(event: Event, out: Signal[]): void {
    switch (event.type) {
      case "tone":
        out.push({ kind: "ifp", ifp: { kind: "indicator", indicator: event.tone } });
        return;
      case "carrier":
        this.#carrier = event.up ? event.modulation : undefined;
        if (!event.up) out.push({ kind: "end" });
        else if (event.modulation === "v21")
          out.push({ kind: "ifp", ifp: { kind: "indicator", indicator: "v21-preamble" } });
        else {
          const announced = this.#announced ?? { kind: "indicator", indicator: trainingOf(event.modulation, false) };
          out.push({ kind: "ifp", ifp: announced });
        }
        return;
      case "frame": {
        const fields: Field[] = [
          { type: "hdlc-data", data: event.bytes },
          { type: event.ok ? "hdlc-fcs-ok" : "hdlc-fcs-bad" },
        ];
        out.push({ kind: "ifp", ifp: dataOf(this.#carrier ?? "v21", fields) });
        return;
      }
      case "training":
        out.push({ kind: "check", octets: event.octets, errors: event.errors });
        this.#ear.listening = "page";
        return;
      case "page-data":
        // The hole that a loss has left is no data.
        if (event.octets !== HOLE && this.#carrier !== undefined) {
          const ifp = dataOf(this.#carrier, [{ type: "t4-non-ecm-data", data: event.octets }]);
          out.push({ kind: "ifp", ifp });
        }
        return;
      default:
    }
  }
}
