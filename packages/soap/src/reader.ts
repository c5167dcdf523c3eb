// The streaming SOAP 1.1 reader: bytes in as they arrive, base64 parts out to a sink at once, the call at the end.
import { type Charset, detectCharset } from "./charset.ts";
import { createEnvelope } from "./envelope.ts";
import { DEFAULT_LIMITS, type SoapLimits } from "./limits.ts";
import { createMarkup } from "./markup.ts";
import { type SoapProblem, SoapRefusal } from "./problem.ts";
import type { SoapResult } from "./references.ts";
import { decodeSingleByte, ISO_8859_15_UPPER, WINDOWS_1252_UPPER } from "./single-byte.ts";

export interface SoapReaderOptions {
  /** The charset parameter of the HTTP Content-Type, when there is one. */
  charset?: string;
  /** Local names of the parts whose base64 content goes to the sink instead of into memory. */
  binaryParts: ReadonlySet<string>;
  /** Decoded bytes of binary number `binary` (from 0, in order of appearance). The sink may keep the array. */
  onBinaryChunk(binary: number, chunk: Uint8Array): void;
  limits?: Partial<SoapLimits>;
}

export interface SoapReader {
  /** Takes the next bytes. Gives the problem as soon as one is known; after that nothing more is read. */
  write(chunk: Uint8Array): SoapProblem | undefined;
  /** The call with its parts, or the problem. Never throws. */
  end(): SoapResult;
}

/** Bytes decoded at a time: bounds the strings that the XML parser holds. */
const PIECE = 64 * 1024;
const LESS_THAN = 0x3c;
const GREATER_THAN = 0x3e;

/** Makes a reader for one HTTP body. */
export function createSoapReader(options: SoapReaderOptions): SoapReader {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let binaries = 0;
  const envelope = createEnvelope(limits, options.binaryParts, {
    next: () => binaries++,
    chunk: (binary, bytes) => options.onBinaryChunk(binary, bytes),
  });
  let binaryStart = -1;
  const markup = createMarkup(limits, {
    ...envelope,
    open(element) {
      const before = envelope.inBinary;
      envelope.open(element);
      if (envelope.inBinary && !before) binaryStart = markup.position;
    },
  });

  let problem: SoapProblem | undefined;
  let head: Uint8Array = new Uint8Array(0);
  let charset: Charset | undefined;
  let decoder: Decoder | undefined;
  /** In UTF-16 an octet means nothing by itself, so everything passes the XML parser. */
  let twoByte = false;
  let rawMode = false;
  let inTag = false;
  let markupLength = 0;

  function feed(bytes: Uint8Array): void {
    if (decoder) pump(bytes);
    else {
      head = concat(head, bytes);
      begin(false);
    }
  }

  function begin(complete: boolean): void {
    charset = detectCharset(head, options.charset, complete);
    if (charset === undefined) return;
    decoder = createDecoder(charset);
    twoByte = charset.startsWith("utf-16");
    pump(head);
  }

  /** Splits the bytes behind tags, since the content of a binary part starts there and need not pass the XML parser. */
  function pump(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (rawMode) {
        at = envelope.raw(bytes, at);
        rawMode = at === bytes.length;
        continue;
      }
      const stop = endOfTag(bytes, at);
      for (; at < stop; at += PIECE) toMarkup(bytes.subarray(at, Math.min(at + PIECE, stop)), true);
      at = stop;
      // Only when nothing followed the tag into the parser; else the content goes on through it, more slowly.
      rawMode = !twoByte && envelope.inBinary && binaryStart === markup.position;
    }
  }

  /** One past the ">" that ends the tag at or after `at`; the end of the bytes when it is not there yet. */
  function endOfTag(bytes: Uint8Array, at: number): number {
    if (twoByte) return bytes.length;
    let from = at;
    if (!inTag) {
      from = bytes.indexOf(LESS_THAN, at);
      if (from < 0) return bytes.length;
      inTag = true;
    }
    const end = bytes.indexOf(GREATER_THAN, from);
    if (end < 0) return bytes.length;
    inTag = false;
    return end + 1;
  }

  function toMarkup(bytes: Uint8Array, more: boolean): void {
    const text = decode(bytes, more);
    markupLength += text.length;
    if (text !== "") markup.write(text);
    if (markupLength - envelope.binaryText > limits.markup + 2 * PIECE) {
      throw new SoapRefusal(
        "markup-too-long",
        `The envelope has more than ${limits.markup} characters besides its files.`,
      );
    }
  }

  function decode(bytes: Uint8Array, more: boolean): string {
    try {
      return decoder!(bytes, more);
    } catch {
      throw new SoapRefusal("bad-encoding", `The body is not valid ${charset}, which it claims to be.`);
    }
  }

  function guarded(step: () => void): SoapProblem | undefined {
    if (problem) return problem;
    try {
      step();
    } catch (thrown) {
      if (!(thrown instanceof SoapRefusal)) throw thrown;
      problem = thrown.problem;
    }
    return problem;
  }

  return {
    write: (chunk) => guarded(() => feed(chunk)),
    end() {
      let call: SoapResult | undefined;
      const refused = guarded(() => {
        if (!decoder) begin(true);
        toMarkup(new Uint8Array(0), false);
        markup.end();
        call = envelope.finish();
      });
      return refused ?? call!;
    },
  };
}

type Decoder = (bytes: Uint8Array, more: boolean) => string;

/** Throws on bytes that the charset does not have. */
function createDecoder(charset: Charset): Decoder {
  if (charset === "iso-8859-15") return (bytes) => decodeSingleByte(bytes, ISO_8859_15_UPPER);
  // The C1 controls of ISO-8859-1 are never meant; callers who say Latin-1 send windows-1252.
  if (charset === "windows-1252" || charset === "iso-8859-1")
    return (bytes) => decodeSingleByte(bytes, WINDOWS_1252_UPPER);
  const decoder = new TextDecoder(charset, { fatal: true });
  return (bytes, more) => decoder.decode(bytes, { stream: more });
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
