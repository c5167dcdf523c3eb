/** Who has registered for which number (RFC 3261 §10): one contact a number, the latest wins. */

import { type Header, header, headerList, parseNameAddress, parseUri, type SipRequest } from "@depesche/sip";
import type { Target } from "@depesche/wire-sip";

export interface Contact {
  uri: string;
  target: Target;
}

const DEFAULT_SECONDS = 3600;
const MAX_SECONDS = 86_400;
const MAX_NUMBERS = 10_000;

export class Registrar {
  readonly #now: () => number;
  readonly #contacts = new Map<string, Contact & { untilMs: number }>();

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where calls for the number go to; `number` as its digits. */
  find(number: string): Contact | undefined {
    const contact = this.#contacts.get(number);
    if (contact && contact.untilMs > this.#now()) return contact;
    if (contact) this.#contacts.delete(number);
    return undefined;
  }

  /** Digits of all numbers registered now. */
  numbers(): string[] {
    return [...this.#contacts.keys()].filter((number) => this.find(number) !== undefined);
  }

  clear(): void {
    this.#contacts.clear();
  }

  /** Answers a REGISTER: takes, refreshes or (with 0 seconds) forgets a contact. */
  register(request: SipRequest): { status: number; headers?: readonly Header[] } {
    const number = digitsOf(parseUri(parseNameAddress(header(request, "To")!)?.uri ?? "")?.user ?? "");
    if (number === "") return { status: 404 };
    const values = headerList(request, "Contact");
    if (values[0] === "*") {
      this.#contacts.delete(number);
      return { status: 200 };
    }
    const contact = parseNameAddress(values[0] ?? "");
    if (!contact) return { status: 200, headers: this.#binding(number) };
    const target = targetOf(contact.uri);
    if (!target) return { status: 400 };
    const wanted = contact.params.expires ?? header(request, "Expires") ?? String(DEFAULT_SECONDS);
    if (!/^\d{1,10}$/.test(wanted)) return { status: 400 };
    const seconds = Math.min(Number(wanted), MAX_SECONDS);
    if (seconds === 0) {
      // Only the one who holds the number gives it back: a predecessor's late farewell changes nothing.
      if (this.#contacts.get(number)?.uri === contact.uri) this.#contacts.delete(number);
      return { status: 200, headers: this.#binding(number) };
    }
    if (this.#contacts.size >= MAX_NUMBERS && !this.#contacts.has(number)) return { status: 503 };
    // One look at the clock, in whole milliseconds: who registers is told exactly the time that was asked for.
    const now = Math.floor(this.#now());
    this.#contacts.set(number, { uri: contact.uri, target, untilMs: now + seconds * 1000 });
    return { status: 200, headers: this.#binding(number, now) };
  }

  #binding(number: string, now = this.#now()): Header[] {
    const contact = this.#contacts.get(number);
    if (!contact) return [];
    const left = Math.max(0, Math.ceil((contact.untilMs - now) / 1000));
    return [["Contact", `<${contact.uri}>;expires=${left}`]];
  }
}

export function digitsOf(number: string): string {
  return number.replace(/\D/g, "");
}

function targetOf(uri: string): Target | undefined {
  const parsed = parseUri(uri);
  if (parsed?.scheme !== "sip") return undefined;
  const transport = parsed.params.transport?.toLowerCase() === "tcp" ? "tcp" : "udp";
  return { transport, host: parsed.host, port: parsed.port ?? 5060 };
}
