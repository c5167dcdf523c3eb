// A mail read from its source (RFC 5322, RFC 2045, 2046, 2047, 2231): header fields as they stand and as they read, and its
// parts with their octets. For looking at mails, so it never refuses one: what cannot be read is kept as it came.

export interface MailField {
  name: string;
  /** Unfolded, encoded words read. */
  value: string;
}

export interface MailPart {
  /** Lower case, `text/html`. */
  mediaType: string;
  charset: string;
  /** File name; empty when it has none. */
  name: string;
  isAttachment: boolean;
  /** Without its brackets; pictures in HTML name it as `cid:`. */
  contentId: string;
  content: Uint8Array;
}

export interface MailSource {
  fields: MailField[];
  /** Leaves of the tree in order. */
  parts: MailPart[];
}

/** Characters of a structured field that are read: one may be made to take for ever. */
const MOST_STRUCTURED = 10_000;
/** A mail of nothing but boundaries ends somewhere. */
const MOST_DEEP = 16;
const MOST_PARTS = 400;

/** Octets as characters of the same number, and back: header lines and boundaries are ASCII. */
function latin1(octets: Uint8Array): string {
  return new TextDecoder("latin1").decode(octets);
}

export function readMailSource(octets: Uint8Array): MailSource {
  const { fields, body } = splitHead(octets);
  const parts: MailPart[] = [];
  collect(fields, body, parts, 0);
  return { fields: fields.map(({ name, value }) => ({ name, value: readable(value) })), parts };
}

/** Text of a part by its charset; one that nobody knows is read as UTF-8. */
export function textOf({ content, charset }: Pick<MailPart, "content" | "charset">): string {
  try {
    return new TextDecoder(charset || "utf-8").decode(content);
  } catch {
    return new TextDecoder().decode(content);
  }
}

/** Fields (RFC 5322 §2.2, unfolded) and what follows the first empty line. */
function splitHead(octets: Uint8Array): { fields: MailField[]; body: Uint8Array } {
  // No field at all: the empty line comes first.
  const blank = octets[0] === 10 ? 1 : octets[0] === 13 && octets[1] === 10 ? 2 : 0;
  if (blank > 0) return { fields: [], body: octets.subarray(blank) };
  let end = octets.length;
  let bodyAt = octets.length;
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] !== 10) continue;
    const next = octets[i + 1] === 13 ? i + 2 : i + 1;
    if (octets[next] !== 10) continue;
    end = i;
    bodyAt = next + 1;
    break;
  }
  const lines = textOf({ content: octets.subarray(0, end), charset: "utf-8" }).split(/\r?\n(?![ \t])/);
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    if (colon <= 0) return [];
    return [
      {
        name: line.slice(0, colon).trim(),
        value: line
          .slice(colon + 1)
          .replace(/\r?\n/g, "")
          .trim(),
      },
    ];
  });
  return { fields, body: octets.subarray(bodyAt) };
}

function fieldOf(fields: readonly MailField[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.value ?? "";
}

/** Value and parameters of a structured field, RFC 2231's `name*=utf-8''...` and its pieces `name*0=` joined. */
export function readParameters(value: string): { value: string; parameters: Record<string, string> } {
  const [head = "", ...rest] = value.slice(0, MOST_STRUCTURED).match(/(?:"(?:\\.|[^"\\])*"|[^;"]+|")+/g) ?? [];
  const pieces = new Map<string, string[]>();
  const encoded = new Set<string>();
  for (const one of rest) {
    const equals = one.indexOf("=");
    if (equals < 0) continue;
    const [, name = "", place, star] =
      /^([^*]+)(?:\*(\d{1,2}))?(\*)?$/.exec(one.slice(0, equals).trim().toLowerCase()) ?? [];
    const text = one
      .slice(equals + 1)
      .trim()
      .replace(/^"([\s\S]*)"$/, "$1")
      .replace(/\\(.)/g, "$1");
    if (name === "") continue;
    if (star) encoded.add(name);
    const known = pieces.get(name) ?? [];
    known[Number(place ?? 0)] = text;
    pieces.set(name, known);
  }
  const parameters = [...pieces].map(([name, texts]) => {
    const joined = texts.join("");
    return [name, encoded.has(name) ? readExtended(joined) : readable(joined)];
  });
  return { value: head.trim().toLowerCase(), parameters: Object.fromEntries(parameters) };
}

/** `utf-8'de'Gr%C3%BC%C3%9Fe` (RFC 2231 §4). */
function readExtended(text: string): string {
  const [, charset = "", rest = text] = /^([^']*)'[^']*'([\s\S]*)$/.exec(text) ?? [];
  return textOf({ content: fromEscapes(rest, "%"), charset });
}

function fromEscapes(text: string, sign: "%" | "="): Uint8Array {
  const octets = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const hex = text[i] === sign ? text.slice(i + 1, i + 3) : "";
    if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      octets[length++] = Number.parseInt(hex, 16);
      i += 2;
    } else octets[length++] = text.charCodeAt(i);
  }
  return octets.subarray(0, length);
}

function fromBase64(text: string): Uint8Array {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, "");
  // What a cut transfer leaves over is no whole octet.
  const binary = atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
  const octets = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) octets[i] = binary.charCodeAt(i);
  return octets;
}

/** Encoded words (RFC 2047) read, blanks between two of them left out. */
export function readable(value: string): string {
  return value
    .replace(/(=\?[^?\s]+\?[bq]\?[^?]*\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, "$1")
    .replace(/=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=/gi, (_, charset: string, kind: string, text: string) => {
      const content = kind.toLowerCase() === "b" ? fromBase64(text) : fromEscapes(text.replaceAll("_", " "), "=");
      return textOf({ content, charset });
    });
}

function decoded(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === "base64") return fromBase64(latin1(body));
  if (encoding === "quoted-printable") return fromEscapes(latin1(body).replace(/=[ \t]*\r?\n/g, ""), "=");
  return body;
}

function collect(fields: readonly MailField[], body: Uint8Array, parts: MailPart[], depth: number): void {
  const type = readParameters(fieldOf(fields, "content-type") || "text/plain");
  const { boundary, charset = "", name = "" } = type.parameters;
  if (type.value.startsWith("multipart/") && boundary && depth < MOST_DEEP) {
    for (const piece of pieces(body, boundary)) {
      if (parts.length >= MOST_PARTS) return;
      const part = splitHead(piece);
      collect(part.fields, part.body, parts, depth + 1);
    }
    return;
  }
  const disposition = readParameters(fieldOf(fields, "content-disposition"));
  const fileName = disposition.parameters.filename ?? name;
  parts.push({
    mediaType: type.value,
    charset,
    name: fileName,
    isAttachment: disposition.value === "attachment" || (fileName !== "" && disposition.value !== "inline"),
    contentId: fieldOf(fields, "content-id").replace(/^<|>$/g, ""),
    content: decoded(body, fieldOf(fields, "content-transfer-encoding").trim().toLowerCase()),
  });
}

/** What stands between the lines of a boundary (RFC 2046 §5.1.1). */
function pieces(body: Uint8Array, boundary: string): Uint8Array[] {
  // Characters stand for octets here, so that places are the same in both.
  const text = latin1(body);
  const mark = `--${boundary}`;
  const found: Uint8Array[] = [];
  let from = -1;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    if (at > 0 && text[at - 1] !== "\n") continue;
    const lineEnd = text.indexOf("\n", at);
    if (from >= 0) found.push(body.subarray(from, Math.max(from, at - (text[at - 2] === "\r" ? 2 : 1))));
    if (text.startsWith("--", at + mark.length) || lineEnd < 0) return found;
    from = lineEnd + 1;
  }
  // The last one of a mail that was cut.
  if (from >= 0) found.push(body.subarray(from));
  return found;
}
