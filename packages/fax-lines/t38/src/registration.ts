/** Keeps one address registered with the exchange (RFC 3261 §10): refreshed in time, and again when the connection broke. */

import { header, headerList, type SipResponse } from "@depesche/sip";
import { newSeries, numberHeader, type RequestSeries } from "@depesche/wire-sip";
import type { TrunkParts } from "./trunk.ts";

const AGAIN_MS = [200, 500, 1000, 2000, 5000];
/** A registrar that says nothing holds up no start: over UDP it would be given up after 32 s only (RFC 3261 §17.1.2.2). */
const PATIENCE_MS = 4_000;
/** Giving the address back must not hold up a shutdown. */
const FAREWELL_MS = 500;

/** A registrar that knows who we are and refuses is not asked every few seconds: it may lock the account. */
const REFUSED = new Set([401, 403, 404, 407]);
const REFUSED_AGAIN_MS = 60_000;
const LEAST_SECONDS = 20;
const MAX_SECONDS = 86_400;

export class Registration {
  readonly #parts: TrunkParts;
  /** User part of the address. */
  readonly user: string;
  readonly #series: RequestSeries;
  /** Lifetime we ask for. */
  #seconds: number;
  #failures = 0;
  /** The registration on its way, or the last one. */
  #latest: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #unhook = () => {};
  #ended = false;
  #stands = false;

  constructor(parts: TrunkParts, user: string) {
    this.#parts = parts;
    this.user = user;
    this.#series = newSeries(parts.config.credentials);
    this.#seconds = parts.config.registerSeconds ?? 60;
  }

  /** Whether the exchange sends us the calls for the address, as far as we know. */
  get stands(): boolean {
    return this.#stands && !this.#ended;
  }

  /** Resolves after the first attempt, or when that takes long; it goes on trying. */
  async begin(): Promise<void> {
    if (this.#ended) return;
    let patience: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([this.#again(), enough]);
    clearTimeout(patience);
  }

  /** Gives the address back. */
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
    let response = await this.#send(this.#seconds);
    const least = numberHeader(response, "Min-Expires");
    if (response.status === 423 && least !== undefined && least <= MAX_SECONDS) {
      // RFC 3261 §10.3: so short a lifetime is not taken there.
      this.#seconds = least;
      response = await this.#send(least);
    }
    const { status } = response;
    const ok = status >= 200 && status < 300;
    this.#stands = ok;
    this.#failures = ok ? 0 : this.#failures + 1;
    if (this.#ended) return;
    const againMs = REFUSED.has(status) ? REFUSED_AGAIN_MS : AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length) - 1]!;
    this.#timer = setTimeout(() => void this.#again(), ok ? this.#grantedBy(response) * 500 : againMs);
    // A registration that must go on does not keep the process alive.
    this.#timer.unref();
    if (ok) this.#unhook = this.#parts.endpoint.pathTo(this.#parts.target).onBroken(() => this.#soon());
  }

  /** The lifetime the registrar gave us, seconds: with our contact, else for all, else what we asked for (RFC 3261 §10.2.4). */
  #grantedBy(response: SipResponse): number {
    const ours = headerList(response, "Contact").find((contact) => contact.includes(this.#contact()));
    const said = /;\s*expires\s*=\s*"?(\d{1,6})/i.exec(ours ?? "")?.[1] ?? header(response, "Expires") ?? "";
    const seconds = /^\d{1,6}$/.test(said.trim()) ? Number(said) : this.#seconds;
    return Math.max(LEAST_SECONDS, Math.min(seconds, MAX_SECONDS));
  }

  /** The exchange's end of the connection is gone: it may have forgotten us. */
  #soon(): void {
    if (this.#ended) return;
    this.#stands = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#again(), AGAIN_MS[0]);
    this.#timer.unref();
  }

  async #send(seconds: number): Promise<SipResponse> {
    const { endpoint, target, domain } = this.#parts;
    const address = `<sip:${this.user}@${domain}>`;
    const { response } = await endpoint.request({
      method: "REGISTER",
      target,
      uri: `sip:${domain}`,
      from: address,
      to: address,
      series: this.#series,
      headers: [
        ["Contact", `<${this.#contact()}>`],
        ["Expires", String(seconds)],
      ],
    });
    return response;
  }

  #contact(): string {
    const { endpoint, target } = this.#parts;
    return endpoint.contact(this.user, target.transport).slice(1, -1);
  }
}
