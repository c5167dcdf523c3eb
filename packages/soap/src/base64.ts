// Base64 (RFC 4648 section 4, as xsd:base64Binary) a chunk at a time, both ways.

/** Why a part is not base64; `at` counts the characters of the part before the fault, blanks included. */
export interface Base64Problem {
  problem: "base64-character" | "base64-after-padding" | "base64-length";
  at: number;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BLANK = 64;
const PAD = 65;
const FOREIGN = 66;
const VALUES = new Uint8Array(256).fill(FOREIGN);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;
for (const blank of [0x20, 0x09, 0x0a, 0x0d]) VALUES[blank] = BLANK;
VALUES[0x3d] = PAD;

export interface Base64Decoder {
  /**
   * Decodes ASCII bytes from `from` on and hands the result to the sink. Returns where it stopped: at the end, or at the
   * first byte that is neither base64 nor blank, which is left to the caller. After a problem everything is swallowed.
   */
  push(bytes: Uint8Array, from: number): number;
  /** Names the byte at which `push` stopped as a fault of the part. */
  reject(): void;
  /** Ends the part: hands out the rest and returns the first problem, if any. Missing padding is forgiven. */
  end(): Base64Problem | undefined;
  /** Bytes handed out so far. */
  readonly bytes: number;
}

/** A decoder that calls `sink` with fresh arrays the sink may keep. */
export function createBase64Decoder(sink: (bytes: Uint8Array) => void): Base64Decoder {
  let group = 0;
  let held = 0;
  let pads = 0;
  let seen = 0;
  let bytes = 0;
  let problem: Base64Problem | undefined;

  function emit(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    bytes += chunk.length;
    sink(chunk);
  }

  function push(input: Uint8Array, from: number): number {
    if (problem) return skipText(input, from);
    const out = new Uint8Array(((input.length - from + held) * 3) >> 2);
    let to = 0;
    let at = from;
    for (; at < input.length; at++) {
      const value = VALUES[input[at]!]!;
      if (value < 64) {
        if (pads > 0) {
          problem = { problem: "base64-after-padding", at: seen + at - from };
          break;
        }
        group = (group << 6) | value;
        if (++held === 4) {
          out[to++] = group >> 16;
          out[to++] = group >> 8;
          out[to++] = group;
          group = 0;
          held = 0;
        }
      } else if (value === PAD) {
        if (held + ++pads > 4 || held < 2) {
          problem = { problem: "base64-length", at: seen + at - from };
          break;
        }
      } else if (value === FOREIGN) {
        break;
      }
    }
    seen += at - from;
    emit(out.subarray(0, to));
    return problem ? skipText(input, at) : at;
  }

  return {
    push,
    reject() {
      problem ??= { problem: "base64-character", at: seen };
    },
    end() {
      if (problem === undefined && held === 1) problem = { problem: "base64-length", at: seen };
      if (problem === undefined && held === 2) emit(Uint8Array.of(group >> 4));
      if (problem === undefined && held === 3) emit(Uint8Array.of(group >> 10, group >> 2));
      held = 0;
      return problem;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Past everything that is neither markup nor a reference: nothing more of a broken part is wanted. */
function skipText(bytes: Uint8Array, from: number): number {
  const tag = bytes.indexOf(0x3c, from);
  const reference = bytes.indexOf(0x26, from);
  if (tag < 0 && reference < 0) return bytes.length;
  return tag < 0 || reference < 0 ? Math.max(tag, reference) : Math.min(tag, reference);
}

export interface Base64Encoder {
  push(bytes: Uint8Array): string;
  end(): string;
}

/** An encoder whose results, put together, are the base64 of all bytes pushed. */
export function createBase64Encoder(): Base64Encoder {
  let rest = new Uint8Array(0);
  return {
    push(bytes) {
      const whole = new Uint8Array(rest.length + bytes.length);
      whole.set(rest);
      whole.set(bytes, rest.length);
      const usable = whole.length - (whole.length % 3);
      rest = whole.slice(usable);
      return encode(whole.subarray(0, usable));
    },
    end() {
      const text = encode(rest);
      rest = new Uint8Array(0);
      return text;
    },
  };
}

/** Characters written at a time; keeps the intermediate arrays small. */
const STEP = 24_576;
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const asciiDecoder = new TextDecoder("utf-8");

function encode(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += STEP) text += encodeStep(bytes.subarray(from, from + STEP));
  return text;
}

function encodeStep(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out[to++] = CODES[group >> 18]!;
    out[to++] = CODES[(group >> 12) & 63]!;
    out[to++] = CODES[(group >> 6) & 63]!;
    out[to++] = CODES[group & 63]!;
  }
  if (bytes.length % 3 > 0) out[to - 1] = 0x3d;
  if (bytes.length % 3 === 1) out[to - 2] = 0x3d;
  return asciiDecoder.decode(out);
}
