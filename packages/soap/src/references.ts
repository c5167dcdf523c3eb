// From elements to the call's parts: multiref hrefs (SOAP 1.1 section 5.4.1) followed to the element that holds the value.
import { type Base64Problem, createBase64Decoder } from "./base64.ts";
import { NOT_XML } from "./escape.ts";
import type { SoapLimits } from "./limits.ts";
import { type SoapProblem, SoapRefusal } from "./problem.ts";
import { decodeSingleByte, WINDOWS_1252_UPPER } from "./single-byte.ts";

/** An element that holds, or refers to, a simple value: a part of the call or a multiref element beside it. */
export interface Leaf {
  name: string;
  id: string | undefined;
  href: string | undefined;
  nil: boolean;
  /** Its xsi:type says base64, whatever the part is meant to be. */
  base64: boolean;
  /** It had elements inside, so it holds no simple value. */
  complex: boolean;
  text: string;
  /** Set when the content went to the sink of binary parts. */
  binary?: { id: number; bytes: number; problem?: Base64Problem };
}

/** A part of the call. Two parts may name the same `binary` when the caller sent the value once. */
export type SoapPart =
  | { kind: "text"; text: string }
  | { kind: "binary"; binary: number; bytes: number; problem?: Base64Problem }
  | { kind: "nil" };

export interface SoapCall {
  ok: true;
  /** Local name of the element in the Body. */
  operation: string;
  /** The caller's namespace of that element, to answer in. */
  namespace: string;
  /** The envelope names an encodingStyle, as rpc/encoded callers do (not all of them). */
  encoded: boolean;
  /** By local name; parts the caller left out are missing. */
  parts: ReadonlyMap<string, SoapPart>;
}

export type SoapResult = SoapCall | SoapProblem;

export interface BinarySink {
  next(): number;
  chunk(binary: number, bytes: Uint8Array): void;
}

/** The parts by name with every reference resolved. Throws SoapRefusal. */
export function resolveParts(
  parts: readonly Leaf[],
  referable: ReadonlyMap<string, Leaf>,
  binaryParts: ReadonlySet<string>,
  limits: SoapLimits,
  sink: BinarySink,
): Map<string, SoapPart> {
  const resolved = new Map<string, SoapPart>();
  for (const part of parts) {
    const value = follow(part, referable, limits.hrefSteps);
    resolved.set(part.name, toPart(part.name, value, binaryParts.has(part.name), sink));
  }
  return resolved;
}

function follow(part: Leaf, referable: ReadonlyMap<string, Leaf>, steps: number): Leaf {
  let leaf = part;
  for (let step = 0; leaf.href !== undefined; step++) {
    if (step === steps) {
      throw new SoapRefusal(
        "href-cycle",
        `The references of ${part.name} run in a circle or over more than ${steps} steps.`,
      );
    }
    const target = leaf.href.startsWith("#") ? referable.get(leaf.href.slice(1)) : undefined;
    if (target === undefined) {
      throw new SoapRefusal(
        "href-unresolved",
        `${part.name} refers to "${leaf.href.slice(0, 60)}", which is not in the envelope.`,
      );
    }
    leaf = target;
  }
  return leaf;
}

function toPart(name: string, leaf: Leaf, wantsBinary: boolean, sink: BinarySink): SoapPart {
  if (leaf.complex)
    throw new SoapRefusal("part-not-simple", `${name} has elements inside; only simple values are understood.`);
  if (leaf.nil) return { kind: "nil" };
  if (leaf.binary) {
    if (!wantsBinary) throw new SoapRefusal("part-not-simple", `${name} refers to the content of a binary part.`);
    return { kind: "binary", binary: leaf.binary.id, bytes: leaf.binary.bytes, problem: leaf.binary.problem };
  }
  if (wantsBinary) return { kind: "binary", ...decodeLate(leaf, sink) };
  const text = (leaf.base64 ? encodedText(leaf.text) : undefined) ?? leaf.text;
  if (NOT_XML.test(text)) throw new SoapRefusal("bad-character", `${name} holds a character that XML does not allow.`);
  return { kind: "text", text };
}

/** Perl's SOAP::Lite sends every text with an umlaut as base64. Undefined for what is none and was only typed so. */
function encodedText(content: string): string | undefined {
  const pieces: Uint8Array[] = [];
  const decoder = createBase64Decoder((bytes) => pieces.push(bytes));
  const encoded = asciiBytes(content);
  if (decoder.push(encoded, 0) < encoded.length) decoder.reject();
  if (decoder.end()) return undefined;
  const bytes = new Uint8Array(pieces.flatMap((piece) => [...piece]));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeSingleByte(bytes, WINDOWS_1252_UPPER);
  }
}

/** A value that stood in the envelope before anything said that it is binary. */
function decodeLate(leaf: Leaf, sink: BinarySink): { binary: number; bytes: number; problem?: Base64Problem } {
  const id = sink.next();
  const decoder = createBase64Decoder((bytes) => sink.chunk(id, bytes));
  const bytes = asciiBytes(leaf.text);
  if (decoder.push(bytes, 0) < bytes.length) decoder.reject();
  const problem = decoder.end();
  leaf.text = "";
  leaf.binary = { id, bytes: decoder.bytes, problem };
  return { binary: id, bytes: decoder.bytes, problem };
}

/** One byte a character; anything outside ASCII becomes a byte that is not base64. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code < 0x80 ? code : 0xff;
  }
  return bytes;
}
