import type { LadderLine } from "@depesche/client";
import { expect, it } from "vitest";
import { ioDouble } from "./io.double.ts";
import { ladderDecoded } from "./ladder-decode.ts";
import { ladderPicture } from "./ladder-picture.ts";

const lines: LadderLine[] = [
  { lineUs: -3_000_000, from: "caller", kind: "sip", name: "INVITE", meaning: "call", fields: [] },
  {
    lineUs: 4_904_000,
    from: "answerer",
    kind: "frame",
    name: "DIS",
    meaning: "what I can do",
    fields: [{ name: "ECM", value: "yes", clause: "T.30 table 2, bit 27" }],
  },
  {
    lineUs: 5_000_000,
    from: "caller",
    kind: "frame",
    name: "DCS",
    meaning: "what we use\x1b[2J",
    fields: [],
    damaged: true,
  },
];

it("the caller's arrows point right, the answerer's left, with the time on the line", () => {
  expect(ladderPicture(lines, ioDouble())).toEqual([
    "            caller            answerer",
    "  -3.000 s  -------- INVITE --------->  call",
    "   4.904 s  <---------- DIS ----------  what I can do",
    "   5.000 s  ---------- DCS ---------->  what we use\ufffd[2J [damaged]",
  ]);
});

it("German counts with a comma and has its own words", () => {
  const picture = ladderPicture(lines, ioDouble({ LANG: "de" }));
  expect(picture[2]).toBe("   4,904 s  <---------- DIS ----------  was ich kann");
  expect(picture[3]).toContain("[beschädigt]");
});

it("decoded, every row has its number, and fields their bits, clause and octets", () => {
  const frame: LadderLine = {
    lineUs: 5_000_000,
    airUs: 325_000,
    from: "answerer",
    kind: "frame",
    name: "DIS",
    meaning: "what I can do",
    clause: "T.30 §5.3.6.1.1",
    octets: "ff138000ee",
    fifAt: 3,
    fields: [
      { name: "ECM", value: "yes", bit: 27, bits: 1, clause: "T.30 table 2" },
      { name: "rate", value: "14400", bit: 11, bits: 4 },
    ],
  };
  expect(ladderDecoded([lines[0] as LadderLine, frame], ioDouble(), 2)).toEqual([
    "   2     5.000 s  <---------- DIS ----------  what I can do",
    "      T.30 §5.3.6.1.1, 325 ms on the line",
    "      0000  ff 13 80 | 00 ee",
    "      bit 27      ECM   yes    T.30 table 2",
    "      bits 11-14  rate  14400",
  ]);
});

it("decoded, page data in ECM names its damaged and repeated frames", () => {
  const page: LadderLine = {
    lineUs: 0,
    from: "caller",
    kind: "page",
    name: "page 1",
    meaning: "page data",
    fields: [],
    ecm: { block: 0, frames: 40, damaged: [3, 8, 7, 9], repeated: [] },
  };
  expect(ladderDecoded([page], ioDouble())[1]).toBe("      ECM block 0, 40 frames, damaged: 3, 7-9");
});
