import { describe, expect, it } from "vitest";
import { decodeIfp, encodeIfp } from "./ifp.ts";
import { FIELD_TYPES, type Field, type Ifp, INDICATORS, MODULATIONS } from "./packet.ts";

const hex = (text: string) =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("IFP on the wire (octets as tshark 4 dissects them)", () => {
  const cases: [name: string, wire: string, ifp: Ifp][] = [
    ["no-signal", "00", { kind: "indicator", indicator: "no-signal" }],
    ["cng", "02", { kind: "indicator", indicator: "cng" }],
    ["v21 preamble", "06", { kind: "indicator", indicator: "v21-preamble" }],
    ["v17 14400 long training", "1e", { kind: "indicator", indicator: "v17-14400-long-training" }],
    ["data without fields", "50", { kind: "data", modulation: "v17-14400", fields: [] }],
    [
      "a CFR frame: data, then FCS in the half octet left over",
      "c0 02 80 0002 ffc821 40",
      {
        kind: "data",
        modulation: "v21",
        fields: [{ type: "hdlc-data", data: hex("ffc821") }, { type: "hdlc-fcs-ok-sig-end" }],
      },
    ],
    [
      "two fields without data share one octet",
      "c0 02 21",
      { kind: "data", modulation: "v21", fields: [{ type: "hdlc-fcs-ok" }, { type: "hdlc-sig-end" }] },
    ],
    [
      "data after a half octet starts on the next octet",
      "d0 02 2e 0001 abcd",
      {
        kind: "data",
        modulation: "v17-14400",
        fields: [{ type: "hdlc-fcs-ok" }, { type: "t4-non-ecm-data", data: hex("abcd") }],
      },
    ],
  ];
  for (const [name, wire, ifp] of cases) {
    it(`${name} is ${wire}`, () => {
      expect(encodeIfp(ifp)).toEqual(hex(wire));
      expect(decodeIfp(hex(wire))).toEqual({ ok: true, ifp });
    });
  }

  it("the corrigendum's field header has five bits", () => {
    const ifp: Ifp = {
      kind: "data",
      modulation: "v21",
      fields: [{ type: "hdlc-fcs-ok" }, { type: "hdlc-data", data: hex("aa") }],
    };
    // 0 0 0010 -> present 0, extension 0, value 010; then 1 0 000, padding
    expect(encodeIfp(ifp, "corrigendum")).toEqual(hex("c0 02 14 00 0000 aa"));
    expect(decodeIfp(hex("c0 02 14 00 0000 aa"), "corrigendum")).toEqual({ ok: true, ifp });
  });

  it("counts above 127 take a two-octet length", () => {
    const fields: Field[] = Array.from({ length: 130 }, () => ({ type: "hdlc-fcs-bad" }));
    const wire = encodeIfp({ kind: "data", modulation: "v29-9600", fields });
    expect(wire.subarray(0, 4)).toEqual(hex("c8 8082 33"));
    expect(decodeIfp(wire)).toEqual({ ok: true, ifp: { kind: "data", modulation: "v29-9600", fields } });
  });
});

it("every indicator, modulation and field type survives the round trip in both syntaxes", () => {
  for (const syntax of ["pre-corrigendum", "corrigendum"] as const) {
    for (const indicator of INDICATORS) {
      expect(decodeIfp(encodeIfp({ kind: "indicator", indicator }, syntax), syntax)).toEqual({
        ok: true,
        ifp: { kind: "indicator", indicator },
      });
    }
    for (const modulation of MODULATIONS) {
      const fields: Field[] = FIELD_TYPES.map((type, i) =>
        i % 2 ? { type } : { type, data: new Uint8Array(i + 1).fill(i) },
      );
      const ifp: Ifp = { kind: "data", modulation, fields };
      expect(decodeIfp(encodeIfp(ifp, syntax), syntax)).toEqual({ ok: true, ifp });
    }
  }
});

describe("a peer's bad packet is named with the octet", () => {
  const cases: [name: string, wire: string, problem: string, at: number][] = [
    ["nothing at all", "", "ifp-truncated", 0],
    ["an indicator of a later version", "22", "ifp-indicator-unknown", 0],
    ["a modulation beyond V.17", "52", "ifp-modulation-unknown", 0],
    ["a modulation of a later version", "60", "ifp-modulation-unknown", 0],
    ["an indicator that claims data", "82 00", "ifp-indicator-with-data", 0],
    ["more behind an indicator", "02 01", "ifp-trailing-octets", 1],
    ["a missing field count", "c0", "ifp-truncated", 1],
    ["fewer octets than the field says", "c0 01 80 0004 ffc8", "ifp-truncated", 7],
    ["fewer fields than counted", "c0 05 21", "ifp-truncated", 3],
    ["a fragmented count", "c0 c1 00", "ifp-length-unsupported", 1],
    ["more behind the last field", "c0 01 80 0000 ff 17", "ifp-trailing-octets", 6],
  ];
  for (const [name, wire, problem, at] of cases) {
    it(name, () => expect(decodeIfp(hex(wire))).toEqual({ ok: false, problem, at }));
  }
  it("a field type the corrigendum leaves to later versions", () =>
    expect(decodeIfp(hex("c0 01 40"), "corrigendum")).toEqual({ ok: false, problem: "ifp-field-type-unknown", at: 2 }));
});

it("zero octets behind the end, as error correction leaves them, are accepted", () => {
  expect(decodeIfp(hex("02 00 00"))).toEqual({ ok: true, ifp: { kind: "indicator", indicator: "cng" } });
});

it("refuses to encode a field longer than the standard's SIZE", () => {
  const data = new Uint8Array(65536);
  expect(() => encodeIfp({ kind: "data", modulation: "v21", fields: [{ type: "hdlc-data", data }] })).toThrow(
    RangeError,
  );
  const fits: Ifp = { kind: "data", modulation: "v21", fields: [{ type: "hdlc-data", data: data.subarray(1) }] };
  expect(decodeIfp(encodeIfp(fits))).toEqual({ ok: true, ifp: fits });
});
