import { describe, expect, it } from "vitest";
import { checkLetter, type LetterInspection } from "./check.ts";
import { A4, type TextRun } from "./geometry.ts";

const PT = 25.4 / 72;

/** Runs of one block, line below line from `yMm`, at `size` points. */
function block(yMm: number, texts: string[], more: { xMm?: number; size?: number; pitch?: number } = {}): TextRun[] {
  const { xMm = 20, size = 10, pitch = 1.25 } = more;
  return texts.map((text, i) => ({
    text,
    xMm,
    yMm: yMm + i * size * pitch * PT,
    widthMm: text.length * size * 0.5 * PT,
    heightMm: size * 1.1 * PT,
    fontSize: size,
  }));
}

function letter(firstPageText: TextRun[], more: Partial<LetterInspection> = {}): LetterInspection {
  return { pageCount: 1, pages: [A4], firstPageText, ...more };
}

const RETURN_LINE = block(45.9, ["Depesche Muster GmbH · Hafenweg 3 · 20457 Hamburg"], { size: 7 });
const LINES = ["Beispiel GmbH & Co. KG", "Frau Änne Müßig-Öztürk", "Große Straße 12a", "64283 Darmstadt"];
const BODY = block(109, ["Hamburg, den 12. März 2027", "Rechnung Nr. 4711", "Sehr geehrte Frau Müßig-Öztürk,"], {
  xMm: 25,
  size: 11,
  pitch: 2,
});
const codes = (inspection: LetterInspection, options = {}) =>
  checkLetter(inspection, options).findings.map((f) => f.code);

describe("a letter by the newer zones", () => {
  const check = checkLetter(
    letter([...RETURN_LINE, ...block(69.3, LINES), ...BODY], { pageCount: 3, pages: [A4, A4, A4] }),
    {
      dvFranking: true,
    },
  );

  it("is in order, its address read line by line", () => {
    expect(check).toMatchObject({
      ok: true,
      address: LINES,
      international: false,
      country: "DE",
      postcode: "64283",
      sheets: 2,
      envelope: "DINLANG",
      postageClass: "Standardbrief",
      findings: [],
    });
  });
});

describe("the address", () => {
  it("may stand by the older rule from 51 mm, unless DV franking is asked for", () => {
    const older = letter([...RETURN_LINE, ...block(51.5, [...LINES])]);
    expect(checkLetter(older)).toMatchObject({ ok: true, address: LINES });
    expect(codes(older, { dvFranking: true })).toEqual(["dv-zone-not-free"]);
  });

  it("is told from a return line in small print just above it", () => {
    const dinForm = [...block(58.5, ["Muster GmbH Hafenweg 3 Hamburg"], { size: 7 }), ...block(63, LINES, { size: 9 })];
    expect(checkLetter(letter(dinForm))).toMatchObject({ ok: true, address: LINES });
  });

  it("is told from a return line of the same size by its separators", () => {
    const same = block(55, ["Muster GmbH · Hafenweg 3 · 20457 Hamburg", ...LINES]);
    expect(checkLetter(letter(same))).toMatchObject({ ok: true, address: LINES });
  });

  it.each(["Einschreiben Einwurf", "Einwurf-Einschreiben", "Persönlich/Vertraulich", "Wenn unzustellbar, zurück!"])(
    "is told from %j above it",
    (endorsement) => {
      expect(checkLetter(letter(block(55, [endorsement, ...LINES])))).toMatchObject({ ok: true, address: LINES });
    },
  );

  it.each(["Deutsche Post AG", "Priority Reisen GmbH", "Vertraulich & Partner"])("may begin with %j", (name) => {
    const lines = [name, ...LINES.slice(1)];
    expect(checkLetter(letter(block(55, lines))).address).toEqual(lines);
  });

  it("is read with its runs in any order and joined when a line comes in pieces", () => {
    const [a, b, c] = block(69.3, ["Frau Muster", "Große Straße", "64283 Darmstadt"]) as [TextRun, TextRun, TextRun];
    const piece = { ...b, text: "12a", xMm: b.xMm + b.widthMm + 2, yMm: b.yMm + 0.3, widthMm: 6 };
    expect(checkLetter(letter([c, piece, ...BODY, a, b])).address).toEqual([
      "Frau Muster",
      "Große Straße 12a",
      "64283 Darmstadt",
    ]);
  });

  it("leaves an information block at the right of the window alone", () => {
    const info = block(69.3, ["Ihr Zeichen: abc", "Datum: 1.2.2027"], { xMm: 125 });
    expect(checkLetter(letter([...block(69.3, LINES), ...info])).address).toEqual(LINES);
  });

  it("goes abroad with its country in capitals", () => {
    const abroad = ["Herr Urs Muster", "Bahnhofstrasse 1", "8001 Zürich", "SCHWEIZ"];
    expect(checkLetter(letter(block(69.3, abroad)))).toMatchObject({ ok: true, international: true, country: "CH" });
  });

  it("has no empty lines", () => {
    const torn = [...block(69.3, LINES.slice(0, 2), { size: 8 }), ...block(80, LINES.slice(2), { size: 8 })];
    const check = checkLetter(letter(torn));
    expect(check.findings.map((f) => f.text)).toEqual([
      'There is an empty line in the address after "Frau Änne Müßig-Öztürk".',
    ]);
    expect(check).toMatchObject({ ok: false, address: LINES });
  });

  it("may be set with one and a half lines' pitch", () => {
    expect(codes(letter(block(69.3, LINES.slice(1), { pitch: 1.8 })))).toEqual([]);
  });

  it("of mixed sizes is a warning only", () => {
    const mixed = [...block(69.3, LINES.slice(0, 2), { size: 10 }), ...block(78.2, LINES.slice(2), { size: 8 })];
    expect(checkLetter(letter(mixed))).toMatchObject({
      ok: true,
      findings: [{ code: "address-mixed-size", severity: "warning" }],
    });
  });
});

describe("an address that misses the window", () => {
  it("too low is found whole, with the move that cures it", () => {
    const check = checkLetter(letter([...RETURN_LINE, ...block(84, LINES)]));
    expect(check.address).toEqual(LINES);
    const [fault] = check.findings;
    expect(fault).toMatchObject({ code: "address-off-window", page: 1 });
    expect(fault?.cure?.offsetX).toBe(0);
    expect(fault?.cure?.offsetY).toBeCloseTo(90 - (84 + 3 * 12.5 * PT + 11 * PT), 1);
    const cured = block(84 + (fault?.cure?.offsetY ?? 0), LINES);
    expect(checkLetter(letter([...RETURN_LINE, ...cured])).ok).toBe(true);
  });

  it("too high is found whole though its first line stands where the sender's should", () => {
    const check = checkLetter(letter(block(46, LINES)));
    expect(check.address).toEqual(LINES);
    expect(check.findings).toMatchObject([{ code: "address-off-window", cure: { offsetX: 0, offsetY: 5 } }]);
  });

  it("quite elsewhere is found by its words", () => {
    const check = checkLetter(letter([...block(20, LINES, { xMm: 12 }), ...BODY]));
    expect(check.address).toEqual(LINES);
    expect(check.findings).toMatchObject([{ code: "address-off-window", cure: { offsetX: 8, offsetY: 31 } }]);
  });

  it("to the left is told how far", () => {
    expect(checkLetter(letter(block(69.3, LINES, { xMm: 16 }))).findings).toMatchObject([
      { code: "address-off-window", cure: { offsetX: 4, offsetY: 0 } },
    ]);
  });

  it("or is not there at all is said plainly", () => {
    expect(codes(letter(BODY))).toEqual(["address-not-found"]);
    expect(codes(letter([]))).toEqual(["address-not-found"]);
    expect(codes(letter([], { unicodeErrors: 485 }))).toEqual(["text-not-readable"]);
  });
});

describe("pages and paper", () => {
  const text = block(69.3, LINES);

  it("are A4 portrait within two millimetres", () => {
    const pages = [
      { widthMm: 212, heightMm: 295 },
      { widthMm: 210.0, heightMm: 299.1 },
      { widthMm: 297, heightMm: 210 },
    ];
    expect(checkLetter(letter(text, { pageCount: 3, pages })).findings).toMatchObject([
      { code: "page-not-a4", page: 2, text: "Page 2 measures 210 x 299.1 mm; only A4 (210 x 297 mm) is printed." },
      { code: "page-landscape", page: 3 },
    ]);
  });

  it("number 1 to 384, and 192 sheets at most", () => {
    const of = (pageCount: number, duplex = true) => codes(letter(text, { pageCount }), { duplex });
    expect([of(0), of(1), of(384), of(385)]).toEqual([["page-count"], [], [], ["page-count"]]);
    expect([of(192, false), of(193, false)]).toEqual([[], ["sheet-count"]]);
  });

  it("go into C4 from ten sheets", () => {
    expect(checkLetter(letter(text, { pageCount: 18 })).envelope).toBe("DINLANG");
    expect(checkLetter(letter(text, { pageCount: 19 })).envelope).toBe("C4");
    expect(checkLetter(letter(text), { envelope: "C4" })).toMatchObject({ envelope: "C4", postageClass: "Grossbrief" });
  });

  it("keep the strip at the left edge free, else it is covered", () => {
    const mark = block(240, ["x"], { xMm: 4 });
    expect(checkLetter(letter([...text, ...mark]))).toMatchObject({
      ok: true,
      findings: [{ code: "strip-not-free", severity: "note" }],
    });
  });
});

it("a check of hostile text ends with findings, not with a fault", () => {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e9];
  const runs = odd.flatMap((n) =>
    odd.map((m) => ({ text: "64283 \u0000", xMm: n, yMm: m, widthMm: n, heightMm: m, fontSize: n })),
  );
  expect(checkLetter(letter([...runs, ...runs])).ok).toBe(false);
});
