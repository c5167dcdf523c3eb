/** What was said on the exchange's latest calls, as one side of each has recorded it. */

import { encodeIfp, type Ifp } from "@depesche/t38";
import type { Trace } from "@depesche/wire-sip";
import { type IfpPort, monotonicWall, Recorder, type Side } from "@depesche/wire-t38";
import type { CallRecord } from "./wire-log.ts";

/** Calls and octets kept, counting from the newest; the newest is kept whatever its size. */
const KEPT_CALLS = 100;
const KEPT_OCTETS = 32_000_000;

/** The record of one call while it runs. */
export class CallTape {
  readonly recorder: Recorder;
  readonly #side: Side;
  #connectUs: number | undefined;

  constructor(side: Side) {
    this.#side = side;
    this.recorder = new Recorder(side);
  }

  /** A SIP message of the call as it crosses the wire. */
  readonly sip: Trace = (message) => {
    if (this.#connectUs !== undefined) this.recorder.endAt(monotonicWall.nowUs() - this.#connectUs);
    this.recorder.sip(message);
  };

  /** The call stands from now on, and lives in real time. */
  connected(): void {
    this.#connectUs ??= monotonicWall.nowUs();
    this.recorder.inRealTime();
  }

  /** When it was connected; undefined before, and for a call in line time. */
  get connectUs(): number | undefined {
    return this.#connectUs;
  }

  /** The port with everything that goes over it in the record; as it is when it records itself. */
  over(port: IfpPort): IfpPort {
    if (port.recorded) return port;
    this.connected();
    const put = (fromCaller: boolean, ifp: Ifp) =>
      this.recorder.ifp(fromCaller, monotonicWall.nowUs() - this.#connectUs!, encodeIfp(ifp));
    return {
      recorded: true,
      send: (ifp) => {
        put(this.#side === "caller", ifp);
        port.send(ifp);
      },
      listen: (listener) =>
        port.listen({
          ...listener,
          ifp: (ifp) => {
            put(this.#side !== "caller", ifp);
            listener.ifp(ifp);
          },
        }),
      close: () => port.close(),
    };
  }
}

/** The latest calls' tapes, by the number of the call. */
export class CallLadders {
  readonly #tapes = new Map<number, { tape: CallTape; record: CallRecord }>();

  /** Begins the record of a call; `side` is the one that the exchange has. */
  begin(record: CallRecord, side: Side): CallTape {
    const tape = new CallTape(side);
    this.#tapes.set(record.id, { tape, record });
    this.#trim();
    return tape;
  }

  /** What has been recorded so far; undefined when the call is none of the latest. */
  blob(id: number): Uint8Array | undefined {
    const found = this.#tapes.get(id);
    return found?.tape.recorder.finish(found.record.ringUs);
  }

  /** Forgets calls that are over. */
  forget(): void {
    for (const [id, { record }] of this.#tapes) if (record.result !== "") this.#tapes.delete(id);
  }

  #trim(): void {
    let octets = 0;
    for (const { tape } of this.#tapes.values()) octets += tape.recorder.octets;
    for (const [id, { tape }] of this.#tapes) {
      if (this.#tapes.size <= 1 || (this.#tapes.size <= KEPT_CALLS && octets <= KEPT_OCTETS)) return;
      octets -= tape.recorder.octets;
      this.#tapes.delete(id);
    }
  }
}
