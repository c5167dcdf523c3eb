import { describe, expect, it } from "vitest";
import { decodeGsm } from "./alphabet.ts";
import { CAPACITY, MAX_PARTS, type Part, type SegmentOptions, segment } from "./segment.ts";
import { unpackSeptets } from "./septets.ts";

const EURO = "€";
const EMOJI = "😀";
const CYRILLIC = "ж";
const FAMILY = "👨‍👩‍👧‍👦";

describe("the number of parts", () => {
  const vectors: [name: string, text: string, encoding: "gsm" | "ucs2", parts: number, units: number][] = [
    ["empty text", "", "gsm", 1, 0],
    ["160 a", "a".repeat(160), "gsm", 1, 160],
    ["161 a", "a".repeat(161), "gsm", 2, 161],
    ["306 a", "a".repeat(306), "gsm", 2, 306],
    ["307 a", "a".repeat(307), "gsm", 3, 307],
    ["459 a", "a".repeat(459), "gsm", 3, 459],
    ["460 a", "a".repeat(460), "gsm", 4, 460],
    ["80 euro", EURO.repeat(80), "gsm", 1, 160],
    ["81 euro", EURO.repeat(81), "gsm", 2, 162],
    ["152 euro", EURO.repeat(152), "gsm", 2, 304],
    ["153 euro", EURO.repeat(153), "gsm", 3, 306],
    ["159 a and a euro", `${"a".repeat(159)}${EURO}`, "gsm", 2, 161],
    ["152 a, a euro, 153 a", `${"a".repeat(152)}${EURO}${"a".repeat(153)}`, "gsm", 3, 307],
    ["80 CRLF", "\r\n".repeat(80), "gsm", 1, 160],
    ["81 CRLF", "\r\n".repeat(81), "gsm", 2, 162],
    ["70 Cyrillic", CYRILLIC.repeat(70), "ucs2", 1, 70],
    ["71 Cyrillic", CYRILLIC.repeat(71), "ucs2", 2, 71],
    ["134 Cyrillic", CYRILLIC.repeat(134), "ucs2", 2, 134],
    ["135 Cyrillic", CYRILLIC.repeat(135), "ucs2", 3, 135],
    ["201 Cyrillic", CYRILLIC.repeat(201), "ucs2", 3, 201],
    ["202 Cyrillic", CYRILLIC.repeat(202), "ucs2", 4, 202],
    ["35 emoji", EMOJI.repeat(35), "ucs2", 1, 70],
    ["36 emoji", EMOJI.repeat(36), "ucs2", 2, 72],
    ["66 emoji", EMOJI.repeat(66), "ucs2", 2, 132],
    ["67 emoji", EMOJI.repeat(67), "ucs2", 3, 134],
    ["66 Cyrillic, emoji, 66 Cyrillic", `${CYRILLIC.repeat(66)}${EMOJI}${CYRILLIC.repeat(66)}`, "ucs2", 3, 134],
    ["9 families", FAMILY.repeat(9), "ucs2", 2, 99],
  ];
  it.each(vectors)("%s", (_name, text, encoding, parts, units) => {
    const cut = segment(text);
    expect({ encoding: cut.encoding, parts: cut.parts.length, units: cut.units }).toEqual({ encoding, parts, units });
  });

  it("153 euro signs fill the parts with 152, 152 and 2 septets", () => {
    expect(segment(EURO.repeat(153)).parts.map((p) => p.units)).toEqual([152, 152, 2]);
  });

  it("an emoji that would straddle moves to the next part", () => {
    const parts = segment(`${CYRILLIC.repeat(66)}${EMOJI}${CYRILLIC.repeat(66)}`).parts;
    expect(parts.map((p) => p.units)).toEqual([66, 67, 1]);
    expect(parts[1]?.text.startsWith(EMOJI)).toBe(true);
  });

  it("a 16 bit reference leaves 152 septets or 66 units", () => {
    const parts = (text: string) => segment(text, { reference: "16bit" }).parts.map((p) => p.units);
    expect(parts("a".repeat(305))).toEqual([152, 152, 1]);
    expect(parts(CYRILLIC.repeat(133))).toEqual([66, 66, 1]);
  });
});

describe("the alphabet", () => {
  it.each(["ç", "\u0391", "`", "\t", "á", "™", "“"])("%j forces UCS-2", (char) => {
    expect(segment(`ab${char}`)).toMatchObject({ encoding: "ucs2", forcedBy: { char, index: 2 } });
  });

  it.each([..."äöüÄÖÜß§Ç€^{}\\[~]|\f"])("%j does not", (char) => {
    expect(segment(char)).not.toHaveProperty("forcedBy");
    expect(segment(char).encoding).toBe("gsm");
  });

  it("names the first character that forces UCS-2 by its UTF-16 index", () => {
    expect(segment("ä😀ç").forcedBy).toEqual({ char: "😀", index: 1 });
    expect(segment("😀ç").forcedBy?.index).toBe(0);
  });

  it("forced GSM puts a question mark for what the alphabet lacks and says which", () => {
    expect(segment("aç😀b", { encoding: "gsm" })).toMatchObject({
      encoding: "gsm",
      units: 4,
      forcedBy: { char: "ç", index: 1 },
      parts: [{ text: "a??b" }],
    });
  });

  it("forced UCS-2 counts UTF-16 units", () => {
    expect(segment("€a", { encoding: "ucs2" })).toMatchObject({ encoding: "ucs2", units: 2 });
  });

  it("smart encoding brings typographic text into GSM", () => {
    const cut = segment("„Gänse“ – 5\u00a0Stück…\u200b", { smart: true });
    expect(cut.encoding).toBe("gsm");
    expect(cut.parts[0]?.text).toBe('"Gänse" - 5  Stück...');
    expect(segment("á™", { smart: true }).encoding).toBe("ucs2");
  });
});

describe("the octets of a part", () => {
  it("a single message has no header: hellohello packs to the known nine octets", () => {
    const [part] = segment("hellohello").parts;
    expect(part?.udh).toBeUndefined();
    expect(Buffer.from(part!.octets).toString("hex")).toBe("e8329bfd4697d9ec37");
  });

  it("headers carry reference, total and place", () => {
    const udh = (options: SegmentOptions) =>
      segment("a".repeat(161), options).parts.map((p) => Buffer.from(p.udh!).toString("hex"));
    expect(udh({ referenceNumber: 0xab })).toEqual(["050003ab0201", "050003ab0202"]);
    expect(udh({ reference: "16bit", referenceNumber: 0xabcd })).toEqual(["060804abcd0201", "060804abcd0202"]);
  });

  it("no part is longer than 140 octets and a full one has all of them", () => {
    for (const text of ["a".repeat(400), CYRILLIC.repeat(200)]) {
      const [first, ...rest] = segment(text).parts;
      expect(first?.octets.length).toBe(140);
      for (const part of rest) expect(part.octets.length).toBeLessThanOrEqual(140);
    }
  });

  it("a text of more than 255 parts is said to be too long", () => {
    expect(segment("a".repeat(153 * 255))).not.toHaveProperty("problem");
    const cut = segment("a".repeat(153 * 255 + 1));
    expect(cut.problem).toBe("too-many-parts");
    expect(cut.parts.length).toBe(MAX_PARTS);
  });
});

describe("any text", () => {
  it("gives the parts that an independent count gives, and reads back whole", () => {
    for (let seed = 1; seed <= 3000; seed++) {
      const text = randomText(seed);
      const reference = seed % 3 === 0 ? "16bit" : "8bit";
      const cut = segment(text, { reference });
      expect({ seed, sizes: cut.parts.map((p) => p.units) }).toEqual({ seed, sizes: naiveSizes(text, reference) });
      const read = cut.parts.map((part) => received(part, cut.encoding)).join("");
      expect({ seed, read }).toEqual({ seed, read: text });
    }
  });

  it("lone surrogates are carried as they are", () => {
    const text = `\ud83d${"ж".repeat(70)}\ude00`;
    const cut = segment(text);
    expect(cut.parts.map((p) => received(p, "ucs2")).join("")).toBe(text);
  });
});

/** What a telephone makes of one part. */
function received(part: Part, encoding: "gsm" | "ucs2"): string {
  const head = part.udh?.length ?? 0;
  if (encoding === "ucs2") return String.fromCharCode(...utf16Units(part.octets.subarray(head)));
  const headSeptets = Math.ceil((head * 8) / 7);
  return decodeGsm(unpackSeptets(part.octets, headSeptets + part.units).subarray(headSeptets));
}

function utf16Units(octets: Uint8Array): number[] {
  return Array.from({ length: octets.length / 2 }, (_, i) => octets[2 * i]! * 256 + octets[2 * i + 1]!);
}

/** A second count, written from the rule and not from the code: one character after the other as a string of its own. */
function naiveSizes(text: string, reference: "8bit" | "16bit"): number[] {
  const oneSeptet =
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
  const twoSeptets = "\f^{}\\[~]|€";
  const chars = Array.from(text);
  const isGsm = chars.every((c) => oneSeptet.includes(c) || twoSeptets.includes(c));
  const sizeOf = (c: string) => (isGsm ? (twoSeptets.includes(c) ? 2 : 1) : c.length);
  const total = chars.map(sizeOf).reduce((a, b) => a + b, 0);
  const bits = isGsm ? 7 : 16;
  if (total * bits <= 1120) return [total];
  const headerBits = (reference === "8bit" ? 6 : 7) * 8;
  const room = Math.floor((1120 - headerBits) / bits);
  const sizes: number[] = [];
  let rest = chars.map(sizeOf);
  while (rest.length > 0) {
    let take = rest.length;
    while (rest.slice(0, take).reduce((a, b) => a + b, 0) > room) take--;
    sizes.push(rest.slice(0, take).reduce((a, b) => a + b, 0));
    rest = rest.slice(take);
  }
  return sizes;
}

/** Texts around the edges of the parts, with more of what can be torn than letters have. */
function randomText(seed: number): string {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const gsm = ["a", "ä", EURO, "[", "\r\n", "Σ", "\f", "z"];
  const wide = [CYRILLIC, EMOJI, "a", EURO, FAMILY, "ç"];
  const pool = next(2) === 0 ? gsm : wide;
  const around = pool === gsm ? CAPACITY.gsm : CAPACITY.ucs2;
  const length = Math.max(0, next(3) * around["8bit"] + next(14) - 7);
  return Array.from({ length }, () => (next(4) === 0 ? pool[next(pool.length)] : pool[0])).join("");
}
