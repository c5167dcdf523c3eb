// SOAP 1.1 responses and faults by template: the octets that Delphi's server sent, since clients were built against them.
import { createBase64Encoder } from "./base64.ts";
import { escapeText } from "./escape.ts";
import { SOAP_ENCODING, SOAP_ENVELOPE, XSD, XSI } from "./namespaces.ts";
import { type Operation, outParts, type Part, type Style, type XsdType } from "./operation.ts";
import type { FaultCode } from "./problem.ts";

/** Value of an out part: text of the XSD type, a number, or bytes (at once or as they come) for base64Binary. */
export type PartValue = string | number | Uint8Array | AsyncIterable<Uint8Array>;

/** A piece of a response: ready text, or bytes still to come that are sent as base64. */
export type ResponsePiece = string | { base64: AsyncIterable<Uint8Array> };

/**
 * What stands in an out part that has no value. Every part is always written, in order: left-out, empty or nil parts break
 * one client or another. The date is Delphi's zero.
 */
const ZERO: Readonly<Record<XsdType, string>> = {
  string: "",
  int: "0",
  long: "0",
  dateTime: "1899-12-30T00:00:00.000Z",
  base64Binary: "",
};

export interface ResponseOptions {
  style: Style;
  /** Namespace to answer in: the caller's. */
  namespace: string;
}

/** A response to `operation`. Values by part name, `return` among them; parts without value get their type's zero. */
export function writeResponse(
  operation: Operation,
  options: ResponseOptions,
  values: Readonly<Record<string, PartValue | undefined>>,
): ResponsePiece[] {
  const encoded = options.style === "encoded";
  const name = `NS1:${operation.name}Response`;
  const pieces: ResponsePiece[] = [`${envelopeStart(encoded)}<${name} xmlns:NS1="${escapeText(options.namespace)}">`];
  for (const part of outParts(operation, options.style)) {
    const tag = options.style === "doclit" ? `NS1:${part.name}` : part.name;
    const type = encoded ? ` xsi:type="xsd:${part.type}"` : "";
    append(pieces, `<${tag}${type}>`, content(part, values[part.name]), `</${tag}>`);
  }
  append(pieces, `</${name}></SOAP-ENV:Body></SOAP-ENV:Envelope>\n`);
  return pieces;
}

/** A fault (SOAP 1.1 section 4.4); it goes out with HTTP status 500 (section 6.2). */
export function writeFault(code: FaultCode, text: string): string {
  return `${envelopeStart(false)}<SOAP-ENV:Fault><faultcode>SOAP-ENV:${code}</faultcode><faultstring>${escapeText(text)}</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n`;
}

/** The pieces as UTF-8, one after another; bytes still to come are encoded as they arrive. */
export async function* streamPieces(pieces: readonly ResponsePiece[]): AsyncGenerator<Uint8Array> {
  const utf8 = new TextEncoder();
  for (const piece of pieces) {
    if (typeof piece === "string") {
      yield utf8.encode(piece);
      continue;
    }
    const encoder = createBase64Encoder();
    for await (const bytes of piece.base64) yield utf8.encode(encoder.push(bytes));
    yield utf8.encode(encoder.end());
  }
}

function envelopeStart(encoded: boolean): string {
  const encodingStyle = encoded ? ` SOAP-ENV:encodingStyle="${SOAP_ENCODING}"` : "";
  return `<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="${SOAP_ENVELOPE}" xmlns:xsd="${XSD}" xmlns:xsi="${XSI}" xmlns:SOAP-ENC="${SOAP_ENCODING}"><SOAP-ENV:Body${encodingStyle}>`;
}

function content(part: Part, value: PartValue | undefined): ResponsePiece {
  if (value === undefined) return ZERO[part.type];
  if (typeof value === "string") return value === "" ? ZERO[part.type] : escapeText(value);
  if (typeof value === "number") return String(value);
  if (!(value instanceof Uint8Array)) return { base64: value };
  const encoder = createBase64Encoder();
  return encoder.push(value) + encoder.end();
}

/** Puts pieces at the end, joining text to text. */
function append(pieces: ResponsePiece[], ...more: ResponsePiece[]): void {
  for (const piece of more) {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  }
}
