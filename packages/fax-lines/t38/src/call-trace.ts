/** The SIP messages of a call in its record. A call with a foreign end lives in wall time, and so do they; one between our own ends in line time. */

import type { Recorder, Wall } from "@depesche/wire-t38";

export class CallTrace {
  readonly #recorder: Recorder;
  readonly #wall: Wall;
  readonly #begunUs: number;
  #connectUs: number | undefined;

  constructor(recorder: Recorder, wall: Wall) {
    this.#recorder = recorder;
    this.#wall = wall;
    this.#begunUs = wall.nowUs();
  }

  /** A message as it crosses the wire. */
  readonly sip = (message: { sent: boolean; bytes: Uint8Array }): void => {
    if (this.#connectUs !== undefined) this.#recorder.endAt(this.sinceConnectUs());
    this.#recorder.sip(message);
  };

  /** The call stands from now on, and its time is the wall's. */
  connected(): void {
    this.#connectUs ??= this.#wall.nowUs();
  }

  /** When it was connected, on the wall; undefined while it is not, and for a call in line time. */
  get connectUs(): number | undefined {
    return this.#connectUs;
  }

  sinceConnectUs(): number {
    return this.#connectUs === undefined ? 0 : this.#wall.nowUs() - this.#connectUs;
  }

  /** Since the first INVITE. */
  sinceBegunUs(): number {
    return this.#wall.nowUs() - this.#begunUs;
  }
}
