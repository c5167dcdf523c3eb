/** An exchange that is away: while it may be back any moment, calls wait for it instead of failing one after the other. */

import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { Target } from "@depesche/wire-sip";

const PATIENCE_MS = 20_000;
const PROBE_EVERY_MS = 250;

/** Wall time, and how it is seen that the exchange takes connections; tests pass their own. */
interface OutageParts {
  now(): number;
  sleep(ms: number): Promise<unknown>;
  isThere(target: Target): Promise<boolean>;
}

const REAL: OutageParts = { now: () => performance.now(), sleep: (ms) => setTimeout(ms), isThere };

/**
 * Wall time, whatever the speed of the simulated clock: at 1000x all redials of a whole job would be over before a process
 * can be started again. Counted from the first call that failed, so that an exchange gone for good delays a job once.
 */
export class Outage {
  readonly #target: Target;
  readonly #patienceMs: number;
  readonly #parts: OutageParts;
  #since: number | undefined;
  #latest = 0;
  #probing: Promise<void> | undefined;

  constructor(target: Target, patienceMs: number = PATIENCE_MS, parts: OutageParts = REAL) {
    this.#target = target;
    this.#patienceMs = patienceMs;
    this.#parts = parts;
  }

  /** A call has not reached the exchange. What failed long ago, longer than anybody waits, was another outage. */
  begin(): void {
    const now = this.#parts.now();
    if (now - this.#latest > 2 * this.#patienceMs) this.#since = undefined;
    this.#since ??= now;
    this.#latest = now;
  }

  /** The exchange has answered. */
  end(): void {
    this.#since = undefined;
  }

  /** Resolves when there is a point in dialling: the exchange takes connections, or is given up, or the signal falls. */
  async pass(stop: AbortSignal): Promise<void> {
    // A datagram tells nothing about who listens.
    if (this.#left() <= 0 || this.#target.transport !== "tcp" || stop.aborted) return;
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    const probing = this.#probing;
    await new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => resolve(), { once: true });
      void probing.then(resolve);
    });
  }

  #left(): number {
    return this.#since === undefined ? 0 : this.#since + this.#patienceMs - this.#parts.now();
  }

  /** One for all calls that wait. */
  async #probe(): Promise<void> {
    while (this.#left() > 0 && !(await this.#parts.isThere(this.#target))) {
      await this.#parts.sleep(Math.min(PROBE_EVERY_MS, Math.max(0, this.#left())));
    }
  }
}

function isThere({ host, port }: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_EVERY_MS });
    const tell = (there: boolean) => {
      socket.destroy();
      resolve(there);
    };
    socket.once("connect", () => tell(true));
    // That it is there may have been told while this process was busy, and is read first.
    socket.once("timeout", () => setImmediate(() => tell(false)));
    socket.once("error", () => tell(false));
  });
}
