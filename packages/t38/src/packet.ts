/** The values of a T.38 version 0 IFP packet, in the order of ITU-T T.38 Annex A: a name's index is its code on the wire. */

export const INDICATORS = [
  "no-signal",
  "cng",
  "ced",
  "v21-preamble",
  "v27-2400-training",
  "v27-4800-training",
  "v29-7200-training",
  "v29-9600-training",
  "v17-7200-short-training",
  "v17-7200-long-training",
  "v17-9600-short-training",
  "v17-9600-long-training",
  "v17-12000-short-training",
  "v17-12000-long-training",
  "v17-14400-short-training",
  "v17-14400-long-training",
] as const;
/** T30_indicator: what is heard on the line. */
export type Indicator = (typeof INDICATORS)[number];

export const MODULATIONS = [
  "v21",
  "v27-2400",
  "v27-4800",
  "v29-7200",
  "v29-9600",
  "v17-7200",
  "v17-9600",
  "v17-12000",
  "v17-14400",
] as const;
/** T30_data: the modulation that carries the data. */
export type Modulation = (typeof MODULATIONS)[number];

export const FIELD_TYPES = [
  "hdlc-data",
  "hdlc-sig-end",
  "hdlc-fcs-ok",
  "hdlc-fcs-bad",
  "hdlc-fcs-ok-sig-end",
  "hdlc-fcs-bad-sig-end",
  "t4-non-ecm-data",
  "t4-non-ecm-sig-end",
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** One element of the data field. Only the two data types carry octets (1 to 65535); the others mark events. */
export type Field = { type: FieldType; data?: Uint8Array };

export type Ifp =
  | { kind: "indicator"; indicator: Indicator }
  | { kind: "data"; modulation: Modulation; fields: Field[] };

/**
 * The two readings of version 0. The text of 1998 forgot the extension mark of field-type (4 bits a field header), which
 * nearly every stack still speaks; the corrigendum put it in (5 bits).
 */
export type IfpSyntax = "pre-corrigendum" | "corrigendum";

/** What is wrong with a peer's packet: it ends too soon, uses a value that version 0 does not have, or goes on behind its end. */
export type IfpProblem =
  | "ifp-truncated"
  | "ifp-indicator-unknown"
  | "ifp-modulation-unknown"
  | "ifp-field-type-unknown"
  | "ifp-indicator-with-data"
  | "ifp-length-unsupported"
  | "ifp-trailing-octets";
