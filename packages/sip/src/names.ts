/** Header names of SIP (RFC 3261 §20 and the compact forms of §7.3.3), methods, and the reason phrases of its answers. */

/** Compact form -> full name. */
const COMPACT: Readonly<Record<string, string>> = {
  a: "Accept-Contact",
  b: "Referred-By",
  c: "Content-Type",
  d: "Request-Disposition",
  e: "Content-Encoding",
  f: "From",
  i: "Call-ID",
  j: "Reject-Contact",
  k: "Supported",
  l: "Content-Length",
  m: "Contact",
  o: "Event",
  r: "Refer-To",
  s: "Subject",
  t: "To",
  u: "Allow-Events",
  v: "Via",
  x: "Session-Expires",
};

/** Names whose capitals do not follow from their words. */
const IRREGULAR: Readonly<Record<string, string>> = {
  "call-id": "Call-ID",
  cseq: "CSeq",
  "www-authenticate": "WWW-Authenticate",
  "mime-version": "MIME-Version",
  rack: "RAck",
  rseq: "RSeq",
  "sip-etag": "SIP-ETag",
  "sip-if-match": "SIP-If-Match",
};

const WELL_KNOWN = new Set([
  ...Object.values(COMPACT),
  ...Object.values(IRREGULAR),
  ...["Max-Forwards", "Allow", "Expires", "Route", "Record-Route", "User-Agent", "Server", "Reason", "Warning"],
]);

/** The one spelling under which a header is kept and looked up: full name, each word with a capital. */
export function canonicalName(name: string): string {
  if (WELL_KNOWN.has(name)) return name;
  const lower = name.toLowerCase();
  return (
    (lower.length === 1 ? COMPACT[lower] : undefined) ??
    IRREGULAR[lower] ??
    lower.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
  );
}

/** Headers that may carry several values in one line, separated by commas. */
export const LIST_HEADERS: ReadonlySet<string> = new Set([
  "Via",
  "Contact",
  "Route",
  "Record-Route",
  "Allow",
  "Supported",
  "Require",
]);

/** Methods our ends answer; any other gets 405 (RFC 3261 §8.2.1). */
export const METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER"] as const;

const REASONS: Readonly<Record<number, string>> = {
  100: "Trying",
  180: "Ringing",
  181: "Call Is Being Forwarded",
  182: "Queued",
  183: "Session Progress",
  200: "OK",
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Moved Temporarily",
  305: "Use Proxy",
  380: "Alternative Service",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  410: "Gone",
  413: "Request Entity Too Large",
  414: "Request-URI Too Long",
  415: "Unsupported Media Type",
  416: "Unsupported URI Scheme",
  420: "Bad Extension",
  421: "Extension Required",
  423: "Interval Too Brief",
  480: "Temporarily Unavailable",
  481: "Call/Transaction Does Not Exist",
  482: "Loop Detected",
  483: "Too Many Hops",
  484: "Address Incomplete",
  485: "Ambiguous",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  491: "Request Pending",
  493: "Undecipherable",
  500: "Server Internal Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Server Time-out",
  505: "Version Not Supported",
  513: "Message Too Large",
  600: "Busy Everywhere",
  603: "Decline",
  604: "Does Not Exist Anywhere",
  606: "Not Acceptable",
};

/** The standard's phrase for a status, or a neutral word for one it does not name. */
export function reasonPhrase(status: number): string {
  return REASONS[status] ?? "Unknown";
}
