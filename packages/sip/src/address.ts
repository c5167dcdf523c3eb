/** SIP and tel URIs (RFC 3261 §19, RFC 3966), name-addr headers (From, To, Contact) and Via. */

export interface SipUri {
  scheme: "sip" | "sips" | "tel";
  /** User part or telephone number, unescaped. */
  user: string;
  /** Empty for tel. */
  host: string;
  port?: number;
  /** Lower-case names; a parameter without a value is "". */
  params: Readonly<Record<string, string>>;
}

const URI = /^(sips?):(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-_]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i;
const TEL = /^tel:(\+?[0-9A-Fa-f*#().-]+)((?:;.*)?)$/i;

/** The URI in `text`, or undefined when it is none of the three schemes or malformed. */
export function parseUri(text: string): SipUri | undefined {
  if (text.length > 1024) return undefined;
  const tel = TEL.exec(text);
  if (tel) return { scheme: "tel", user: tel[1]!.replace(/[().-]/g, ""), host: "", params: parseParams(tel[2]!) };
  const sip = URI.exec(text);
  if (!sip) return undefined;
  const port = sip[4] === undefined ? undefined : Number(sip[4]);
  if (port !== undefined && (port === 0 || port > 65_535)) return undefined;
  // A password behind the user is never used and never kept (RFC 3261 §19.1.1 advises against it).
  const user = decodeUser(sip[2]?.split(":", 1)[0] ?? "");
  if (user === undefined) return undefined;
  const scheme = sip[1]!.toLowerCase() as "sip" | "sips";
  return { scheme, user, host: sip[3]!.toLowerCase(), port, params: parseParams(sip[5]!) };
}

export function formatUri(uri: SipUri): string {
  const params = formatParams(uri.params);
  if (uri.scheme === "tel") return `tel:${uri.user}${params}`;
  const user = uri.user === "" ? "" : `${encodeURIComponent(uri.user).replaceAll("%2B", "+")}@`;
  return `${uri.scheme}:${user}${uri.host}${uri.port === undefined ? "" : `:${uri.port}`}${params}`;
}

/** The telephone number a URI names (`+` and digits, visual separators removed), or undefined when its user is no number. */
export function numberOf(uri: SipUri): string | undefined {
  const digits = uri.user.split(";", 1)[0]!.replace(/[().\- ]/g, "");
  return /^\+?\d{1,20}$/.test(digits) ? digits : undefined;
}

export interface NameAddress {
  display: string;
  uri: string;
  params: Readonly<Record<string, string>>;
}

/** From, To or Contact: `"Name" <uri>;tag=x` or the bare `uri;tag=x`, whose parameters belong to the header (§20.10). */
export function parseNameAddress(value: string): NameAddress | undefined {
  const bracketed = /^\s*("(?:[^"\\]|\\.)*"|[^"<]*?)\s*<([^>]*)>\s*((?:;.*)?)$/s.exec(value);
  if (bracketed) {
    const display = bracketed[1]!.startsWith('"')
      ? bracketed[1]!.slice(1, -1).replace(/\\(.)/g, "$1")
      : bracketed[1]!.trim();
    return { display, uri: bracketed[2]!.trim(), params: parseParams(bracketed[3]!) };
  }
  const bare = /^\s*([^\s<>";]+)\s*((?:;.*)?)$/s.exec(value);
  return bare ? { display: "", uri: bare[1]!, params: parseParams(bare[2]!) } : undefined;
}

/** The tag of a From or To value. */
export function tagOf(value: string): string | undefined {
  return parseNameAddress(value)?.params.tag || undefined;
}

export interface Via {
  transport: string;
  host: string;
  port?: number;
  params: Readonly<Record<string, string>>;
}

export function parseVia(value: string): Via | undefined {
  const match =
    /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z]+)\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-_]+)\s*(?::\s*(\d{1,5}))?\s*((?:;.*)?)$/is.exec(
      value,
    );
  if (!match) return undefined;
  const port = match[3] === undefined ? undefined : Number(match[3]);
  if (port !== undefined && (port === 0 || port > 65_535)) return undefined;
  return { transport: match[1]!.toUpperCase(), host: match[2]!, port, params: parseParams(match[4]!) };
}

function parseParams(text: string): Record<string, string> {
  const params: Record<string, string> = {};
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name === "" || name === "__proto__") continue;
    const value = equals < 0 ? "" : part.slice(equals + 1).trim();
    params[name] = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value;
  }
  return params;
}

function formatParams(params: Readonly<Record<string, string>>): string {
  let text = "";
  for (const [name, value] of Object.entries(params)) text += value === "" ? `;${name}` : `;${name}=${value}`;
  return text;
}

function decodeUser(user: string): string | undefined {
  try {
    return decodeURIComponent(user);
  } catch {
    return undefined;
  }
}
