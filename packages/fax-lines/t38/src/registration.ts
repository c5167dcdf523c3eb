/** Keeps one number registered with the exchange (RFC 3261 §10): refreshed in time, and again when the connection broke. */

import { newSeries } from "@depesche/wire-sip";
import type { TrunkParts } from "./trunk.ts";

const AGAIN_MS = [200, 500, 1000, 2000, 5000];
/** Giving the number back must not hold up a shutdown. */
const FAREWELL_MS = 500;

export class Registration {
  readonly #parts: TrunkParts;
  readonly number: string;
  readonly #series = newSeries();
  #failures = 0;
  /** The registration on its way, or the last one. */
  #latest: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #unhook = () => {};
  #ended = false;
  #stands = false;

  constructor(parts: TrunkParts, number: string) {
    this.#parts = parts;
    this.number = number;
  }

  /** Whether the exchange sends us the calls for the number, as far as we know. */
  get stands(): boolean {
    return this.#stands && !this.#ended;
  }

  /** Resolves after the first attempt; when that failed, it goes on trying. */
  async begin(): Promise<void> {
    if (!this.#ended) await this.#again();
  }

  /** Gives the number back. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#unhook();
    let patience: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, FAREWELL_MS);
    });
    // What is on its way may be taken yet.
    const farewell = this.#latest.then(() =>
      this.#series.seq === 0 || this.#failures > 0 ? undefined : this.#send(0),
    );
    await Promise.race([farewell, enough]);
    clearTimeout(patience);
  }

  #again(): Promise<void> {
    this.#latest = this.#register();
    return this.#latest;
  }

  async #register(): Promise<void> {
    clearTimeout(this.#timer);
    this.#unhook();
    const seconds = this.#parts.config.registerSeconds ?? 60;
    const status = await this.#send(seconds);
    const ok = status >= 200 && status < 300;
    this.#stands = ok;
    this.#failures = ok ? 0 : this.#failures + 1;
    if (this.#ended) return;
    const afterMs = ok ? seconds * 500 : AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length) - 1]!;
    this.#timer = setTimeout(() => void this.#again(), afterMs);
    // A registration that must go on does not keep the process alive.
    this.#timer.unref();
    if (ok) this.#unhook = this.#parts.endpoint.pathTo(this.#parts.config.exchange).onBroken(() => this.#soon());
  }

  /** The exchange's end of the connection is gone: it may have forgotten us. */
  #soon(): void {
    if (this.#ended) return;
    this.#stands = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#again(), AGAIN_MS[0]);
    this.#timer.unref();
  }

  async #send(seconds: number): Promise<number> {
    const { endpoint, config, domain } = this.#parts;
    const address = `<sip:${this.number}@${domain}>`;
    const { response } = await endpoint.request({
      method: "REGISTER",
      target: config.exchange,
      uri: `sip:${domain}`,
      from: address,
      to: address,
      series: this.#series,
      headers: [
        ["Contact", endpoint.contact(this.number, config.exchange.transport)],
        ["Expires", String(seconds)],
      ],
    });
    return response.status;
  }
}
