/**
 * How our own ends agree on a fax stream: T.38 over one TCP connection a call, which the caller opens (RFC 4145) to a port
 * that all calls of the called side share; the media token names the call, the line-time version the rule of time.
 */

import { buildSdp, type FaxMedia, parseSdp } from "@depesche/sip";

/** RFC 4145 §4.1: who opens the connection names the discard port. */
const DISCARD_PORT = 9;
const LINE_TIME_VERSION = 1;
let sessionIds = 0;

const STREAM = {
  transport: "tcp",
  version: 0,
  maxBitRate: 14_400,
  rateManagement: "localTCF",
  lineTime: LINE_TIME_VERSION,
} as const satisfies Partial<FaxMedia>;

/** The caller's session description. */
export function offerFax(address: string): Uint8Array {
  sessionIds++;
  return buildSdp({ address, sessionId: sessionIds, fax: { ...STREAM, port: DISCARD_PORT, setup: "active" } });
}

/** The called side's: where the caller shall connect to, and what it shall say there. */
export function answerFax(media: { address: string; port: number; token: string }): Uint8Array {
  sessionIds++;
  const fax: FaxMedia = { ...STREAM, port: media.port, setup: "passive", mediaToken: media.token };
  return buildSdp({ address: media.address, sessionId: sessionIds, fax });
}

/**
 * What a session description offers: a stream of our own kind (`own`), T.38 of another kind (`foreign`), or no fax at all
 * (`none`; also when the description is malformed or refuses the stream with port 0).
 */
export function readFax(
  body: Uint8Array,
): { kind: "own"; host: string; port: number; token: string } | { kind: "foreign" } | { kind: "none" } {
  const parsed = parseSdp(body);
  const fax = parsed.ok ? parsed.sdp.fax : undefined;
  if (!parsed.ok || !fax || fax.port === 0) return { kind: "none" };
  if (fax.transport !== "tcp" || fax.lineTime !== LINE_TIME_VERSION) return { kind: "foreign" };
  return { kind: "own", host: parsed.sdp.address, port: fax.port, token: fax.mediaToken ?? "" };
}
