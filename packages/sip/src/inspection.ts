/** What a user agent must refuse in a request before anybody looks at what it wants (RFC 3261 §8.2). */

import { parseUri } from "./address.ts";
import { type Header, header, headerList, type SipRequest } from "./message.ts";
import { METHODS } from "./names.ts";
import { SDP_TYPE } from "./sdp.ts";

export interface RequestRefusal {
  status: 400 | 405 | 415 | 416 | 420;
  headers: readonly Header[];
}

const ALLOW: Header = ["Allow", METHODS.join(", ")];

/** The refusal, or undefined for a request that may be looked at. CANCEL and ACK are never refused here. */
export function refusalOf(request: SipRequest): RequestRefusal | undefined {
  const { method, uri } = request;
  if (method === "ACK" || method === "CANCEL") return undefined;
  if (!METHODS.some((known) => known === method)) return { status: 405, headers: [ALLOW] };
  if (!parseUri(uri)) {
    const isOurScheme = /^(sips?|tel):/i.test(uri) || !/^[a-z][a-z0-9+.-]*:/i.test(uri);
    return { status: isOurScheme ? 400 : 416, headers: [] };
  }
  const wanted = headerList(request, "Require");
  // We have no extension that a caller could demand (§8.2.2.3).
  if (wanted.length > 0) return { status: 420, headers: [["Unsupported", wanted.join(", ")]] };
  return method === "INVITE" ? bodyRefusal(request) : undefined;
}

/** Of a session there is nothing but SDP, uncoded (§8.2.3). */
function bodyRefusal(request: SipRequest): RequestRefusal | undefined {
  if (request.body.length === 0) return undefined;
  const coding = header(request, "Content-Encoding");
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    return { status: 415, headers: [["Accept-Encoding", "identity"]] };
  }
  return sessionBody(request) ? undefined : { status: 415, headers: [["Accept", SDP_TYPE]] };
}

const latin1 = new TextDecoder("latin1");
const MAX_PARTS = 16;

/**
 * The session description in a message: its body, or that part of a multipart body (RFC 5621) which is one, as gateways to the
 * telephone network send it beside their ISUP. Undefined when there is a body, but no description; a body without a type is
 * taken for one.
 */
export function sessionBody(message: SipRequest): Uint8Array | undefined {
  const type = header(message, "Content-Type") ?? SDP_TYPE;
  const media = type.split(";", 1)[0]!.trim().toLowerCase();
  if (media === SDP_TYPE) return message.body;
  const boundary = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
  if (!media.startsWith("multipart/") || !boundary) return undefined;
  // Latin-1 keeps one character an octet, so places in the text are places in the body.
  const text = `\r\n${latin1.decode(message.body)}`;
  const mark = `\r\n--${boundary[1] ?? boundary[2]}`;
  let at = text.indexOf(mark);
  for (let part = 0; part < MAX_PARTS && at >= 0; part++) {
    const headEnd = text.indexOf("\r\n\r\n", at + mark.length);
    const next = text.indexOf(mark, at + mark.length);
    if (headEnd < 0 || next < 0) return undefined;
    if (headEnd < next && /\r\ncontent-type\s*:\s*application\/sdp\b/i.test(text.slice(at, headEnd))) {
      return message.body.subarray(headEnd + 4 - 2, next - 2);
    }
    at = next;
  }
  return undefined;
}
