// Which encoding an XML body is in: byte order mark, HTTP charset, XML declaration, else UTF-8 (RFC 7303, XML 1.0 appendix F).
import { SoapRefusal } from "./problem.ts";

/** Encodings understood, by the label TextDecoder knows. */
export type Charset = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "iso-8859-1" | "iso-8859-15";

const LABELS: Readonly<Record<string, Charset | "utf-16">> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  // Much that calls itself ASCII is UTF-8 by accident, and ASCII is a part of it.
  "us-ascii": "utf-8",
  ascii: "utf-8",
  "utf-16": "utf-16",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
  "iso-8859-1": "iso-8859-1",
  latin1: "iso-8859-1",
  "iso-8859-15": "iso-8859-15",
  latin9: "iso-8859-15",
};

/** A declaration longer than this is none. */
const DECLARATION_BYTES = 1024;

/**
 * The charset of a body from its first bytes and the HTTP charset parameter; undefined when more bytes are needed
 * (never with `complete`). Throws SoapRefusal "unknown-charset" for a label outside the list.
 */
export function detectCharset(
  head: Uint8Array,
  httpCharset: string | undefined,
  complete: boolean,
): Charset | undefined {
  if (head.length < 4 && !complete) return undefined;
  const marked = byteOrderMark(head);
  if (marked) return marked;
  if (httpCharset) return fromLabel(httpCharset, head);
  const sixteen = sixteenBits(head);
  if (sixteen) return sixteen;
  const start = ascii(head.subarray(0, DECLARATION_BYTES));
  if (!"<?xml".startsWith(start.slice(0, 5))) return "utf-8";
  const end = start.indexOf("?>");
  if (end < 0) return complete || head.length >= DECLARATION_BYTES ? "utf-8" : undefined;
  const label = /encoding\s*=\s*["']([^"']*)["']/.exec(start.slice(0, end))?.[1];
  if (label === undefined) return "utf-8";
  const declared = fromLabel(label, head);
  // We have just read the declaration byte by byte, so it cannot be in two-byte units: a body that was re-encoded on its way.
  return declared.startsWith("utf-16") ? "utf-8" : declared;
}

function byteOrderMark(head: Uint8Array): Charset | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : undefined;
}

/** "<" followed or preceded by a zero byte: UTF-16 without a mark. */
function sixteenBits(head: Uint8Array): Charset | undefined {
  if (head[0] === 0x3c && head[1] === 0) return "utf-16le";
  return head[0] === 0 && head[1] === 0x3c ? "utf-16be" : undefined;
}

function fromLabel(label: string, head: Uint8Array): Charset {
  const known = LABELS[label.trim().toLowerCase()];
  if (known === undefined) {
    throw new SoapRefusal("unknown-charset", `The charset "${label.slice(0, 40)}" is not understood; send UTF-8.`);
  }
  // RFC 2781: big-endian when nothing says otherwise.
  return known === "utf-16" ? (sixteenBits(head) ?? "utf-16be") : known;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
