/** Who has registered for which number (RFC 3261 §10.3): a few contacts a number, the one refreshed last first. */

import {
  type Header,
  header,
  headerList,
  parseCSeq,
  parseNameAddress,
  parseUri,
  parseVia,
  type SipRequest,
} from "@depesche/sip";
import type { Target } from "@depesche/wire-sip";

export interface Contact {
  uri: string;
  target: Target;
}

interface Binding extends Contact {
  untilMs: number;
  callId: string;
  seq: number;
}

export interface RegisterAnswer {
  status: number;
  headers?: readonly Header[];
}

const DEFAULT_SECONDS = 3600;
/** Who wants to be asked more often than this would only make noise (RFC 3261 §10.2.8). */
const MIN_SECONDS = 10;
const MAX_SECONDS = 86_400;
const MAX_NUMBERS = 10_000;
const MAX_CONTACTS = 8;

export class Registrar {
  readonly #now: () => number;
  readonly #bindings = new Map<string, Binding[]>();

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where calls for the number go to, the contact to try first first; `number` as its digits. */
  contacts(number: string): readonly Contact[] {
    return this.#alive(number);
  }

  /** Digits of all numbers registered now. */
  numbers(): string[] {
    return [...this.#bindings.keys()].filter((number) => this.#alive(number).length > 0);
  }

  /** Answers a REGISTER from `source`: takes, refreshes or (with 0 seconds) forgets contacts, and tells all there are. */
  register(request: SipRequest, source: Target): RegisterAnswer {
    const number = digitsOf(parseUri(parseNameAddress(header(request, "To")!)?.uri ?? "")?.user ?? "");
    if (number === "") return { status: 404 };
    const values = headerList(request, "Contact");
    const callId = header(request, "Call-ID")!;
    const { number: seq } = parseCSeq(header(request, "CSeq")!)!;
    // One look at the clock, in whole milliseconds: who registers is told exactly the time that was asked for.
    const now = Math.floor(this.#now());
    const held = this.#alive(number, now);
    if (values.includes("*")) {
      if (values.length > 1 || secondsOf(undefined, request) !== 0) return { status: 400 };
      if (!held.every((binding) => isLater(binding, callId, seq))) return { status: 500 };
      this.#bindings.delete(number);
      return { status: 200 };
    }
    const next = [...held];
    for (const value of values) {
      const wanted = this.#wanted(value, request, source);
      if ("status" in wanted) return wanted;
      const { seconds, ...contact } = wanted;
      const place = next.findIndex(({ uri }) => uri === contact.uri);
      if (place >= 0 && !isLater(next[place]!, callId, seq)) return { status: 500 };
      if (place >= 0) next.splice(place, 1);
      if (seconds > 0) next.unshift({ ...contact, untilMs: now + seconds * 1000, callId, seq });
    }
    if (next.length > 0 && this.#bindings.size >= MAX_NUMBERS && held.length === 0) return { status: 503 };
    if (next.length > 0) this.#bindings.set(number, next.slice(0, MAX_CONTACTS));
    else this.#bindings.delete(number);
    return { status: 200, headers: this.#told(number, now) };
  }

  #wanted(value: string, request: SipRequest, source: Target): (Contact & { seconds: number }) | RegisterAnswer {
    const contact = parseNameAddress(value);
    const target = contact && targetOf(contact.uri, request, source);
    const seconds = contact && secondsOf(contact.params.expires, request);
    if (!contact || !target || seconds === undefined) return { status: 400 };
    if (seconds > 0 && seconds < MIN_SECONDS) {
      return { status: 423, headers: [["Min-Expires", String(MIN_SECONDS)]] };
    }
    return { uri: contact.uri, target, seconds: Math.min(seconds, MAX_SECONDS) };
  }

  #alive(number: string, now = this.#now()): Binding[] {
    const held = this.#bindings.get(number);
    if (!held) return [];
    const alive = held.filter(({ untilMs }) => untilMs > now);
    if (alive.length === 0) this.#bindings.delete(number);
    return alive;
  }

  #told(number: string, now: number): Header[] {
    return this.#alive(number, now).map(({ uri, untilMs }): Header => {
      return ["Contact", `<${uri}>;expires=${Math.ceil((untilMs - now) / 1000)}`];
    });
  }
}

/** A late copy of an earlier request of the same registrant changes nothing (RFC 3261 §10.3, step 7). */
function isLater(binding: Binding, callId: string, seq: number): boolean {
  return binding.callId !== callId || binding.seq < seq;
}

/** Seconds asked for, or undefined when they are no number. */
function secondsOf(ofContact: string | undefined, request: SipRequest): number | undefined {
  const wanted = ofContact ?? header(request, "Expires") ?? String(DEFAULT_SECONDS);
  return /^\d{1,10}$/.test(wanted) ? Number(wanted) : undefined;
}

export function digitsOf(number: string): string {
  return number.replace(/\D/g, "");
}

/** Where the contact is reached: what it says, unless an address translator stands between us; then where it came from. */
function targetOf(uri: string, request: SipRequest, source: Target): Target | undefined {
  const parsed = parseUri(uri);
  if (parsed?.scheme !== "sip") return undefined;
  const via = parseVia(headerList(request, "Via")[0]!);
  const transport = parsed.params.transport?.toLowerCase() === "tcp" ? "tcp" : "udp";
  const isTranslated = via?.params.received !== undefined && via.params.received !== via.host;
  if (isTranslated && transport === "udp" && source.transport === "udp") {
    return { transport, host: source.host, port: source.port };
  }
  return { transport, host: parsed.host, port: parsed.port ?? 5060 };
}
