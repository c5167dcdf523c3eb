// Signed callbacks: form POSTs with X-Twilio-Signature, tried again on the wall clock while the other side is away.

import { createHmac, randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits before each further try. A gateway that restarts within two minutes misses nothing. */
export const RETRY_GAPS_MS: readonly number[] = [250, 1_000, 3_000, 10_000, 30_000, 60_000];
const ANSWER_WITHIN_MS = 5_000;
const AT_ONCE = 32;
/** Callbacks waiting beyond this are dropped and counted. */
const WAITING_LIMIT = 100_000;

/**
 * Signature of a form POST: base64 HMAC-SHA1 with the auth token over the URL and, sorted by name, every name and value.
 * Repeated values of a name count once, sorted.
 */
export function signatureOf(token: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  const pairs = names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value));
  return createHmac("sha1", token)
    .update(url + pairs.join(""), "utf8")
    .digest("base64");
}

/**
 * What is asked for at a callback's URL: without its fragment, name and password as Basic auth (fetch takes neither in
 * the URL), and whatever a request line cannot carry escaped, so that the receiver sees the URL that was signed.
 */
export function requestOf(given: string): { url: string; authorization?: string } {
  const { username, password } = new URL(given);
  const url = given
    .trim()
    .replace(/#.*$/su, "")
    .replace(/^([a-z]+:\/\/)[^/?@]*@/iu, "$1")
    .replace(/[^\x21-\x7e]/gu, (char) => (/[\ud800-\udfff]/u.test(char) ? "%EF%BF%BD" : encodeURIComponent(char)));
  if (username === "" && password === "") return { url };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

export interface CallbackCounts {
  delivered: number;
  /** Refused by the receiver, or given up after the last try. */
  failed: number;
  dropped: number;
  waiting: number;
}

export class Callbacks {
  readonly counts: CallbackCounts = { delivered: 0, failed: 0, dropped: 0, waiting: 0 };
  readonly #token: string;
  readonly #gaps: readonly number[];
  readonly #closing = new AbortController();
  /** Last callback of every message, so that a message's own callbacks keep their order. */
  readonly #last = new Map<string, Promise<void>>();
  readonly #turns: (() => void)[] = [];
  #free = AT_ONCE;

  constructor(token: string, gaps: readonly number[] = RETRY_GAPS_MS) {
    // Any number of callbacks may wait at once.
    setMaxListeners(0, this.#closing.signal);
    this.#token = token;
    this.#gaps = gaps;
  }

  /**
   * Posts `fields` to `url` after the earlier callbacks of the same message. True: nothing more is to be done for it, be
   * it taken, refused or given up; false: we closed before. Never rejects.
   */
  async post(messageSid: string, url: string, fields: Record<string, string>): Promise<boolean> {
    if (this.#closing.signal.aborted) return false;
    if (this.counts.waiting >= WAITING_LIMIT) {
      this.counts.dropped++;
      return true;
    }
    this.counts.waiting++;
    const mine: Promise<void> = (this.#last.get(messageSid) ?? Promise.resolve())
      .then(() => this.#deliver(url, new URLSearchParams(fields)))
      .finally(() => {
        this.counts.waiting--;
        if (this.#last.get(messageSid) === mine) this.#last.delete(messageSid);
      });
    this.#last.set(messageSid, mine);
    await mine;
    return !this.#closing.signal.aborted;
  }

  /** Gives up what is waiting. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const turn of this.#turns.splice(0)) turn();
    await Promise.all(this.#last.values());
  }

  async #deliver(given: string, form: URLSearchParams): Promise<void> {
    const { url, authorization } = requestOf(given);
    const headers = {
      ...(authorization !== undefined && { authorization }),
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "user-agent": "TwilioProxy/1.1",
      "x-twilio-signature": signatureOf(this.#token, url, form),
      "i-twilio-idempotency-token": randomUUID(),
    };
    for (const gap of [...this.#gaps, undefined]) {
      const answer = await this.#try(url, headers, form.toString());
      if (this.#closing.signal.aborted) return;
      if (answer === "taken") this.counts.delivered++;
      if (answer === "refused" || (answer === "away" && gap === undefined)) this.counts.failed++;
      if (answer !== "away" || gap === undefined) return;
      await sleep(gap, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
    }
  }

  async #try(url: string, headers: Record<string, string>, body: string): Promise<"taken" | "refused" | "away"> {
    await this.#turn();
    try {
      if (this.#closing.signal.aborted) return "away";
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      if (response.ok) return "taken";
      return response.status >= 500 || response.status === 429 ? "away" : "refused";
    } catch {
      return "away";
    } finally {
      this.#free++;
      this.#turns.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0 && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => this.#turns.push(resolve));
    }
    this.#free--;
  }
}
