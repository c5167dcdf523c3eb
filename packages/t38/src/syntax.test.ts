import { describe, expect, it } from "vitest";
import { encodeIfp } from "./ifp.ts";
import type { Field, Ifp, IfpSyntax, Modulation } from "./packet.ts";
import { SyntaxGuess } from "./syntax.ts";

const data = (modulation: Modulation, ...fields: Field[]): Ifp => ({ kind: "data", modulation, fields });
const octet = (value: number): Field => ({ type: "hdlc-data", data: Uint8Array.of(value) });
const CED: Ifp = { kind: "indicator", indicator: "ced" };
const PREAMBLE: Ifp = { kind: "indicator", indicator: "v21-preamble" };

/** A CSI of two octets and a final frame, one octet in each IFP, ends in IFPs of their own: spandsp's manner. */
const PIECEMEAL: Ifp[] = [
  CED,
  PREAMBLE,
  ...[0xff, 0xc0, 0x02].map((value) => data("v21", octet(value))),
  data("v21", { type: "hdlc-fcs-ok" }),
  ...[0xff, 0xc8, 0x01].map((value) => data("v21", octet(value))),
  data("v21", { type: "hdlc-fcs-ok" }),
  data("v21", { type: "hdlc-sig-end" }),
];
/** Whole frames, ends with them. */
const WHOLE: Ifp[] = [
  PREAMBLE,
  data("v21", octet(0xff), { type: "hdlc-fcs-ok" }, octet(0xfe), { type: "hdlc-fcs-ok-sig-end" }),
];
const PAGE: Ifp[] = [
  data("v17-14400", { type: "t4-non-ecm-data", data: new Uint8Array(40) }),
  data("v17-14400", { type: "t4-non-ecm-sig-end" }),
];
const ECM: Ifp[] = [data("v29-9600", octet(1)), data("v29-9600", octet(2), { type: "hdlc-fcs-ok" })];

describe("the syntax of a peer", () => {
  const calls = {
    PIECEMEAL,
    WHOLE,
    "PIECEMEAL and PAGE": [...PIECEMEAL, ...PAGE],
    PAGE,
    ECM: [...WHOLE, ...ECM, ...WHOLE],
  };
  for (const [name, ifps] of Object.entries(calls)) {
    for (const spoken of ["pre-corrigendum", "corrigendum"] as const) {
      for (const promised of ["pre-corrigendum", "corrigendum"] as const) {
        it(`${name} in ${spoken} is understood where the SDP says ${promised}`, () => {
          const guess = new SyntaxGuess(promised);
          const heard = ifps.map((ifp) => guess.decode(encodeIfp(ifp, spoken as IfpSyntax)));
          // A last end that is read as an end without FCS verdict of its own says the same.
          for (const [i, decoded] of heard.entries()) {
            expect(decoded.ok && fcsAndData(decoded.ifp)).toEqual(fcsAndData(ifps[i]!));
          }
        });
      }
    }
  }

  it("an end of signal in the midst of a frame that was lost on the way changes nothing", () => {
    const guess = new SyntaxGuess();
    guess.decode(encodeIfp(data("v21", octet(0xff))));
    guess.gap();
    expect(guess.decode(encodeIfp(data("v21", { type: "hdlc-sig-end" })))).toEqual({
      ok: true,
      ifp: data("v21", { type: "hdlc-sig-end" }),
    });
    expect(guess.syntax).toBe("pre-corrigendum");
  });

  it("stays what it was when packets make no sense in either", () => {
    const guess = new SyntaxGuess();
    for (const bytes of [[0xc0, 0x05, 0x21], [0xff], [0xc0, 0x01, 0x70]]) guess.decode(Uint8Array.from(bytes));
    expect(guess.syntax).toBe("pre-corrigendum");
  });
});

/** What counts for a frame: octets, verdicts, and page data; the end of a signal is also known without its field. */
function fcsAndData(ifp: Ifp) {
  if (ifp.kind === "indicator") return ifp;
  return ifp.fields.map(({ type, data }) => [type.replace("-sig-end", ""), data ? [...data] : []].join(":"));
}
