/** Digest authentication (RFC 7616, and RFC 2617 where a peer sends no qop) of SIP requests (RFC 3261 §22, RFC 8760), caller's side. */

import { type Header, headerList, type SipResponse } from "./message.ts";

/** Hash of `octets` as lower-case hex; the algorithm without "-sess". */
export type DigestHash = (algorithm: DigestAlgorithm, octets: Uint8Array) => string;

/** Strongest first. */
export const DIGEST_ALGORITHMS = ["SHA-512-256", "SHA-256", "MD5"] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

export interface Credentials {
  user: string;
  password: string;
}

/** What a 401 or 407 asks for, as far as we can answer it. */
export interface Challenge {
  /** Header of the answer to it. */
  answerIn: "Authorization" | "Proxy-Authorization";
  realm: string;
  nonce: string;
  opaque?: string;
  /** As the peer wrote it; undefined when it named none (then MD5 without saying so). */
  algorithm?: string;
  qop?: "auth" | "auth-int";
  /** The credentials were right, only the nonce was too old. */
  stale: boolean;
}

/** What a caller knows of the realms it goes through. */
export interface DigestState {
  readonly credentials: Credentials;
  realms: { challenge: Challenge; cnonce: string; uses: number }[];
}

export interface SignedRequest {
  method: string;
  uri: string;
  body: Uint8Array;
}

const MAX_REALMS = 4;
const toUtf8 = new TextEncoder();

export function newDigest(credentials: Credentials): DigestState {
  return { credentials, realms: [] };
}

/**
 * Notes the challenges of a 401 or 407. True when the request should be sent again: something is asked for that the refused
 * request (`signed`: the realms it had answers for after a challenge to this very request) has not answered yet. A nonce is
 * answered once; a fresh one in the same realm only when it says that the old one was stale.
 */
export function noteChallenges(
  state: DigestState,
  response: SipResponse,
  signed: ReadonlySet<string>,
  newCnonce: () => string,
): boolean {
  let again = false;
  const byRealm = new Map<string, Challenge>();
  for (const challenge of challengesOf(response)) {
    const best = byRealm.get(challenge.realm);
    if (!best || strength(challenge) < strength(best)) byRealm.set(challenge.realm, challenge);
  }
  for (const challenge of byRealm.values()) {
    const known = state.realms.find(({ challenge: { realm } }) => realm === challenge.realm);
    if (known?.challenge.nonce === challenge.nonce && known.uses > 0) continue;
    if (signed.has(challenge.realm) && !challenge.stale) continue;
    const entry = { challenge, cnonce: newCnonce(), uses: 0 };
    if (known) Object.assign(known, entry);
    else if (state.realms.length < MAX_REALMS) state.realms.push(entry);
    else continue;
    again = true;
  }
  return again;
}

/** The headers that prove who sends the request, one for each realm known. Counts the nonces' uses. */
export function authorisation(state: DigestState, request: SignedRequest, hash: DigestHash): Header[] {
  return state.realms.map((realm): Header => {
    realm.uses++;
    return [realm.challenge.answerIn, answerTo(realm.challenge, state.credentials, request, realm, hash)];
  });
}

function challengesOf(response: SipResponse): Challenge[] {
  const found: Challenge[] = [];
  for (const [name, answerIn] of [
    ["WWW-Authenticate", "Authorization"],
    ["Proxy-Authenticate", "Proxy-Authorization"],
  ] as const) {
    for (const value of headerList(response, name)) {
      const params = digestParams(value);
      if (params?.nonce === undefined || params.realm === undefined) continue;
      const { realm, nonce, opaque, algorithm } = params;
      if (algorithmOf(algorithm) === undefined) continue;
      const offered = params.qop?.split(",").map((word) => word.trim().toLowerCase());
      const qop = offered?.includes("auth") ? "auth" : offered?.includes("auth-int") ? "auth-int" : undefined;
      if (offered && !qop) continue;
      found.push({ answerIn, realm, nonce, opaque, algorithm, qop, stale: params.stale?.toLowerCase() === "true" });
    }
  }
  return found;
}

function strength(challenge: Challenge): number {
  return DIGEST_ALGORITHMS.indexOf(algorithmOf(challenge.algorithm)!.name);
}

function answerTo(
  challenge: Challenge,
  { user, password }: Credentials,
  request: SignedRequest,
  { cnonce, uses }: { cnonce: string; uses: number },
  hash: DigestHash,
): string {
  const { realm, nonce, opaque, algorithm, qop } = challenge;
  const nc = uses.toString(16).padStart(8, "0");
  const response = digestResponse({ user, password, realm, nonce, cnonce, nc, qop, algorithm }, request, hash);
  return [
    `Digest username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === undefined && !isSession(algorithm) ? [] : [`cnonce="${cnonce}"`]),
  ].join(", ");
}

export interface DigestInput extends Credentials {
  realm: string;
  nonce: string;
  cnonce: string;
  /** Eight hex digits. */
  nc: string;
  qop: string | undefined;
  algorithm: string | undefined;
}

/** The response value (RFC 7616 §3.4.1 to §3.4.3); `input.algorithm` must be one that `algorithmOf` knows. */
export function digestResponse(input: DigestInput, request: SignedRequest, hash: DigestHash): string {
  const { name, session } = algorithmOf(input.algorithm)!;
  const h = (text: string) => hash(name, toUtf8.encode(text));
  const secret = h(`${input.user}:${input.realm}:${input.password}`);
  const a1 = session ? h(`${secret}:${input.nonce}:${input.cnonce}`) : secret;
  const entity = input.qop === "auth-int" ? `:${hash(name, request.body)}` : "";
  const a2 = h(`${request.method}:${request.uri}${entity}`);
  const middle = input.qop === undefined ? "" : `${input.nc}:${input.cnonce}:${input.qop}:`;
  return h(`${a1}:${input.nonce}:${middle}${a2}`);
}

/** The hash behind an algorithm name, and whether it is the "-sess" form; undefined for one we do not have. */
export function algorithmOf(text: string | undefined): { name: DigestAlgorithm; session: boolean } | undefined {
  const word = (text ?? "MD5").toUpperCase();
  const name = DIGEST_ALGORITHMS.find((known) => word === known || word === `${known}-SESS`);
  return name && { name, session: isSession(text) };
}

function isSession(algorithm: string | undefined): boolean {
  return algorithm?.toLowerCase().endsWith("-sess") ?? false;
}

/** Parameters of "Digest a="b", c=d" by lower-case name; undefined for another scheme. */
export function digestParams(value: string): Partial<Record<string, string>> | undefined {
  const scheme = /^\s*Digest\s+/i.exec(value);
  if (!scheme || value.length > 4096) return undefined;
  const params: Record<string, string> = Object.create(null);
  const PARAM = /([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)\s*/gy;
  PARAM.lastIndex = scheme[0].length;
  for (let match = PARAM.exec(value); match; match = PARAM.exec(value)) {
    params[match[1]!.toLowerCase()] = match[2] === undefined ? match[3]! : match[2].replace(/\\(.)/g, "$1");
    if (PARAM.lastIndex >= value.length) break;
  }
  return params;
}

export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]/g, " ").replace(/["\\]/g, "\\$&")}"`;
}
