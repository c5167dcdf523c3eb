/** Digest authentication (RFC 7616, RFC 2617, RFC 8760), the side that asks: challenges, their nonces, and the answers to them. */

import {
  algorithmOf,
  type Credentials,
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestHash,
  digestParams,
  digestResponse,
  quoted,
} from "./digest.ts";
import { type Header, headerList, type SipRequest } from "./message.ts";

export interface GatekeeperOptions {
  realm: string;
  users: readonly Credentials[];
  hash: DigestHash;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Unguessable and never the same; hex or letters. */
  random: () => string;
  /** Offered in this order (RFC 8760 §2.3); MD5 and SHA-256 unless told. */
  algorithms?: readonly DigestAlgorithm[];
  /** How long a nonce may be used, ms; default five minutes. */
  nonceMs?: number;
}

/** Who sends the request, or the status and challenges to refuse it with. */
export type Verdict = { ok: true; user: string } | { ok: false; status: 401 | 407; headers: Header[] };

/** MD5 first: older ends read the first challenge only, or give up at a name they do not know. Others take the stronger. */
const CHALLENGES = ["MD5", "SHA-256"] as const;
const NONCE_MS = 300_000;
/** Nonces whose uses are counted; when there are more the oldest become stale. */
const MAX_COUNTED = 10_000;
const toUtf8 = new TextEncoder();

/**
 * Asks for credentials. A nonce proves by itself that it came from here and when, so that unanswered challenges hold no memory;
 * only those that were used are kept, for their counts.
 */
export class Gatekeeper {
  readonly #options: GatekeeperOptions;
  readonly #passwords: ReadonlyMap<string, string>;
  readonly #secret: string;
  /** Nonce -> highest count seen. */
  readonly #counts = new Map<string, number>();
  /** Nonces born before this are stale, whatever their age. */
  #floorMs = Number.NEGATIVE_INFINITY;

  constructor(options: GatekeeperOptions) {
    this.#options = options;
    this.#passwords = new Map(options.users.map(({ user, password }) => [user, password]));
    this.#secret = options.random();
  }

  /** Judges a request: `status` is 401 for who answers it itself, 407 for who would pass it on. */
  judge(request: SipRequest, status: 401 | 407): Verdict {
    const name = status === 401 ? "Authorization" : "Proxy-Authorization";
    let stale = false;
    for (const value of headerList(request, name)) {
      const params = digestParams(value);
      if (params?.realm !== this.#options.realm) continue;
      const judged = this.#verify(params, request);
      if (typeof judged === "object") return { ok: true, user: judged.user };
      stale ||= judged === "stale";
    }
    return { ok: false, status, headers: this.#challenges(status, stale) };
  }

  #verify(params: Partial<Record<string, string>>, request: SipRequest): { user: string } | "wrong" | "stale" {
    const { username: user = "", nonce = "", uri = "", response = "", cnonce = "", nc = "", qop, algorithm } = params;
    const { hash, realm, algorithms = DIGEST_ALGORITHMS } = this.#options;
    const password = this.#passwords.get(user);
    const known = algorithmOf(algorithm);
    const bornMs = this.#bornMs(nonce);
    if (password === undefined || bornMs === undefined || !known || !algorithms.includes(known.name)) return "wrong";
    if (qop !== undefined && (!/^auth(-int)?$/.test(qop) || !/^[0-9a-f]{8}$/i.test(nc) || cnonce === ""))
      return "wrong";
    const { method, body } = request;
    const expected = digestResponse(
      { user, password, realm, nonce, cnonce, nc, qop, algorithm },
      { method, uri, body },
      hash,
    );
    if (expected !== response.toLowerCase()) return "wrong";
    const { now, nonceMs = NONCE_MS } = this.#options;
    if (now() - bornMs > nonceMs || bornMs < this.#floorMs) return "stale";
    // Without qop there is no count (RFC 2617 §3.2.2): then the nonce's age is all the protection there is.
    return qop === undefined || this.#count(nonce, Number.parseInt(nc, 16)) ? { user } : "stale";
  }

  /** Takes a use of the nonce; false for one that was seen already. */
  #count(nonce: string, count: number): boolean {
    if (count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#counts.set(nonce, count);
    if (this.#counts.size > MAX_COUNTED) {
      const oldest = this.#counts.keys().next().value as string;
      this.#counts.delete(oldest);
      // What is no longer counted must not be used again.
      this.#floorMs = Math.max(this.#floorMs, (this.#bornMs(oldest) ?? 0) + 1);
    }
    return true;
  }

  #challenges(status: 401 | 407, stale: boolean): Header[] {
    const { realm, algorithms = CHALLENGES, now, random } = this.#options;
    const born = `${Math.floor(now()).toString(36)}.${random()}`;
    const nonce = `${born}.${this.#proof(born)}`;
    return algorithms.map((algorithm): Header => {
      const params = [`realm=${quoted(realm)}`, `nonce="${nonce}"`, 'qop="auth"', `algorithm=${algorithm}`];
      if (stale) params.push("stale=true");
      return [status === 401 ? "WWW-Authenticate" : "Proxy-Authenticate", `Digest ${params.join(", ")}`];
    });
  }

  /** When one of our own nonces was made; undefined for anybody else's. */
  #bornMs(nonce: string): number | undefined {
    const parts = /^(([0-9a-z]{1,12})\.[0-9A-Za-z]+)\.([0-9a-f]+)$/.exec(nonce);
    return parts && parts[3] === this.#proof(parts[1]!) ? Number.parseInt(parts[2]!, 36) : undefined;
  }

  #proof(born: string): string {
    return this.#options.hash("SHA-256", toUtf8.encode(`${this.#secret}:${born}:${this.#secret}`));
  }
}
