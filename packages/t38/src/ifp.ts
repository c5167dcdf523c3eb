/** IFP packets, ITU-T T.38 Annex A (version 0) in aligned PER: one fax event or piece of data on its way between two fax ends. */

import {
  FIELD_TYPES,
  type Field,
  type FieldType,
  type Ifp,
  type IfpProblem,
  type IfpSyntax,
  INDICATORS,
  type Indicator,
  MODULATIONS,
  type Modulation,
} from "./packet.ts";
import { BitReader, BitWriter } from "./per.ts";

const INDICATOR_CODE = new Map<Indicator, number>(INDICATORS.map((name, code) => [name, code]));
const MODULATION_CODE = new Map<Modulation, number>(MODULATIONS.map((name, code) => [name, code]));
const FIELD_CODE = new Map<FieldType, number>(FIELD_TYPES.map((name, code) => [name, code]));

// The first octet: data-field present, choice (0 indicator, 1 data), extension mark, four bits of value, one of padding.
const DATA_FIELD_PRESENT = 0x80;
const CHOICE_DATA = 0x40;
const EXTENDED = 0x20;

/**
 * An IFP packet as octets. A data packet without fields leaves the data field out; a field with empty data counts as one
 * without data, because field-data is at least one octet. Throws RangeError for more than 65535 octets in a field or 16383
 * fields: our own mistake, no peer can cause it.
 */
export function encodeIfp(ifp: Ifp, syntax: IfpSyntax = "pre-corrigendum"): Uint8Array {
  if (ifp.kind === "indicator") return Uint8Array.of(INDICATOR_CODE.get(ifp.indicator)! << 1);
  const first = CHOICE_DATA | (MODULATION_CODE.get(ifp.modulation)! << 1);
  if (ifp.fields.length === 0) return Uint8Array.of(first);

  let capacity = 3;
  for (const field of ifp.fields) capacity += 4 + (field.data?.length ?? 0);
  const writer = new BitWriter(capacity);
  writer.bits(first | DATA_FIELD_PRESENT, 8);
  writer.length(ifp.fields.length);
  for (const { type, data } of ifp.fields) {
    const hasData = data !== undefined && data.length > 0;
    writer.bits(hasData ? 1 : 0, 1);
    writer.bits(FIELD_CODE.get(type)!, syntax === "corrigendum" ? 4 : 3);
    if (!hasData) continue;
    if (data.length > 0xffff) throw new RangeError(`field of ${data.length} octets, at most 65535 fit`);
    writer.uint16(data.length - 1); // SIZE (1..65535) is written as its distance from 1
    writer.octets(data);
  }
  return writer.finish();
}

/**
 * The packet in `bytes`, or what is wrong with it and at which octet. Field data are views into `bytes`. Zero octets behind
 * the end are accepted: a packet rebuilt by UDPTL error correction carries them (T.38 §9.1.4.2).
 */
export function decodeIfp(
  bytes: Uint8Array,
  syntax: IfpSyntax = "pre-corrigendum",
): { ok: true; ifp: Ifp } | { ok: false; problem: IfpProblem; at: number } {
  const first = bytes[0];
  if (first === undefined) return refuse("ifp-truncated", 0);
  const code = (first >> 1) & 0x0f;
  if ((first & CHOICE_DATA) === 0) {
    const indicator = first & EXTENDED ? undefined : INDICATORS[code];
    if (indicator === undefined) return refuse("ifp-indicator-unknown", 0);
    if (first & DATA_FIELD_PRESENT) return refuse("ifp-indicator-with-data", 0);
    return onlyZerosFrom(bytes, 1)
      ? { ok: true, ifp: { kind: "indicator", indicator } }
      : refuse("ifp-trailing-octets", 1);
  }
  const modulation = first & EXTENDED ? undefined : MODULATIONS[code];
  if (modulation === undefined) return refuse("ifp-modulation-unknown", 0);
  if ((first & DATA_FIELD_PRESENT) === 0) {
    return onlyZerosFrom(bytes, 1)
      ? { ok: true, ifp: { kind: "data", modulation, fields: [] } }
      : refuse("ifp-trailing-octets", 1);
  }
  return decodeFields(bytes, modulation, syntax);
}

function decodeFields(bytes: Uint8Array, modulation: Modulation, syntax: IfpSyntax): ReturnType<typeof decodeIfp> {
  const reader = new BitReader(bytes);
  reader.bits(8);
  const count = reader.length();
  if (count === undefined) return refuse("ifp-length-unsupported", 1);
  const fields: Field[] = [];
  for (let i = 0; i < count; i++) {
    const at = reader.at;
    const hasData = reader.bits(1) === 1;
    const type = FIELD_TYPES[reader.bits(syntax === "corrigendum" ? 4 : 3)];
    if (type === undefined) return refuse("ifp-field-type-unknown", at);
    const data = hasData ? reader.octets(reader.uint16() + 1) : undefined;
    if (reader.overrun) return refuse("ifp-truncated", bytes.length);
    fields.push(data === undefined ? { type } : { type, data });
  }
  reader.align();
  if (reader.overrun) return refuse("ifp-truncated", bytes.length);
  if (!onlyZerosFrom(bytes, reader.at)) return refuse("ifp-trailing-octets", reader.at);
  return { ok: true, ifp: { kind: "data", modulation, fields } };
}

function onlyZerosFrom(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function refuse(problem: IfpProblem, at: number): { ok: false; problem: IfpProblem; at: number } {
  return { ok: false, problem, at };
}
