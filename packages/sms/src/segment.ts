// Cuts a text into the parts of a concatenated short message (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8).
// A character is never torn: neither an escape from its septet nor a surrogate from its pair.

import { encodeGsm, gsmUnits } from "./alphabet.ts";
import { packSeptets } from "./septets.ts";
import { smartReplacement } from "./smart.ts";

export type SmsEncoding = "gsm" | "ucs2";

export interface SegmentOptions {
  /** "auto" takes the GSM alphabet when it has every character; "gsm" puts "?" for what it lacks. Default "auto". */
  encoding?: "auto" | SmsEncoding;
  /** Width of the reference in the header of a part; 16 bit costs a septet more. Default "8bit". */
  reference?: "8bit" | "16bit";
  /** The reference itself, the same for all parts of a message. Default 0. */
  referenceNumber?: number;
  /** Replaces typographic characters by plain ones before anything is counted. Default false. */
  smart?: boolean;
}

export interface Part {
  text: string;
  /** Septets or UTF-16 units of the text, header not included. */
  units: number;
  /** User data header with its length octet; undefined in a message of one part. */
  udh: Uint8Array | undefined;
  /** TP-User-Data: header, fill bits and packed septets, or header and UTF-16 in network order. At most 140. */
  octets: Uint8Array;
}

export interface Segments {
  encoding: SmsEncoding;
  /** At least one; at most 255. */
  parts: Part[];
  /** Septets or UTF-16 units of the whole text. */
  units: number;
  /** First character the GSM alphabet lacks, and its UTF-16 index in the text as given. */
  forcedBy?: { char: string; index: number };
  /** The text needs more than 255 parts; `parts` holds the first 255. */
  problem?: "too-many-parts";
}

/** A header can count no further. */
export const MAX_PARTS = 255;

/** Payload of one message (1120 bits), and what the header of 6 or 7 octets leaves of it. */
export const CAPACITY = {
  gsm: { single: 160, "8bit": 153, "16bit": 152 },
  ucs2: { single: 70, "8bit": 67, "16bit": 66 },
} as const;

/** A text cut into parts, without the octets they are sent as. */
export interface Pieces extends Omit<Segments, "parts"> {
  parts: { text: string; units: number }[];
}

export interface PieceOptions extends Pick<SegmentOptions, "encoding" | "reference"> {
  /** What is sent for a character of the text. */
  replace?: (char: string) => string;
}

/** Cuts `text` into parts, for looking at them. The empty text is one part without units. */
export function pieces(text: string, options: PieceOptions = {}): Pieces {
  const { encoding, chars, units, forcedBy } = measure(text, options);
  const found = { encoding, units, ...(forcedBy && { forcedBy }) };
  const capacity = CAPACITY[encoding];
  if (units <= capacity.single) return { ...found, parts: [{ text: chars.join(""), units }] };
  const parts = cut(chars, encoding, capacity[options.reference ?? "8bit"]);
  if (parts.length <= MAX_PARTS) return { ...found, parts };
  return { ...found, parts: parts.slice(0, MAX_PARTS), problem: "too-many-parts" };
}

/** Cuts `text` into parts as they are sent. The empty text is one part without units. */
export function segment(text: string, options: SegmentOptions = {}): Segments {
  const { encoding, reference = "8bit", referenceNumber = 0, smart } = options;
  const found = pieces(text, { encoding, reference, ...(smart && { replace: smartReplacement }) });
  const total = found.parts.length;
  const parts = found.parts.map((part, i) => {
    const udh = total === 1 ? undefined : header(reference, referenceNumber, total, i + 1);
    return { ...part, udh, octets: userData(part.text, found.encoding, udh) };
  });
  return { ...found, parts };
}

interface Measured {
  encoding: SmsEncoding;
  /** What will be sent, a character each. */
  chars: string[];
  units: number;
  forcedBy: Segments["forcedBy"];
}

function measure(text: string, options: PieceOptions): Measured {
  const chars: string[] = [];
  let septets = 0;
  let forcedBy: Segments["forcedBy"];
  let index = 0;
  for (const given of text) {
    for (const char of options.replace?.(given) ?? given) {
      const units = gsmUnits(char);
      if (units === 0) forcedBy ??= { char: given, index };
      septets += units || 1;
      chars.push(char);
    }
    index += given.length;
  }
  const wanted = options.encoding ?? "auto";
  if (wanted === "gsm" || (wanted === "auto" && forcedBy === undefined)) {
    return { encoding: "gsm", chars: chars.map((c) => (gsmUnits(c) ? c : "?")), units: septets, forcedBy };
  }
  return { encoding: "ucs2", chars, units: chars.reduce((sum, c) => sum + c.length, 0), forcedBy };
}

/** Fills part after part; one more than can be sent is enough to know that there are too many. */
function cut(chars: string[], encoding: SmsEncoding, room: number): { text: string; units: number }[] {
  const full: { text: string; units: number }[] = [];
  let piece = { text: "", units: 0 };
  for (const char of chars) {
    const units = encoding === "gsm" ? gsmUnits(char) : char.length;
    if (piece.units + units > room) {
      full.push(piece);
      if (full.length > MAX_PARTS) return full;
      piece = { text: "", units: 0 };
    }
    piece.text += char;
    piece.units += units;
  }
  full.push(piece);
  return full;
}

/** Concatenation element: IEI 0x00 with an 8 bit reference, 0x08 with a 16 bit one. */
function header(reference: "8bit" | "16bit", number: number, total: number, part: number): Uint8Array {
  return reference === "8bit"
    ? Uint8Array.of(5, 0x00, 3, number & 0xff, total, part)
    : Uint8Array.of(6, 0x08, 4, (number >> 8) & 0xff, number & 0xff, total, part);
}

function userData(text: string, encoding: SmsEncoding, udh: Uint8Array | undefined): Uint8Array {
  const head = udh ?? new Uint8Array(0);
  // The text starts on a septet boundary behind the header.
  const fillBits = (7 - ((head.length * 8) % 7)) % 7;
  const body = encoding === "gsm" ? packSeptets(encodeGsm(text), fillBits) : utf16(text);
  const octets = new Uint8Array(head.length + body.length);
  octets.set(head);
  octets.set(body, head.length);
  return octets;
}

function utf16(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    octets[2 * i] = unit >> 8;
    octets[2 * i + 1] = unit & 0xff;
  }
  return octets;
}
