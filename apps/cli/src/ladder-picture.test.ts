import type { LadderLine } from "@depesche/client";
import { expect, it } from "vitest";
import { ioDouble } from "./io.double.ts";
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
  expect(ladderPicture(lines, ioDouble(), false)).toEqual([
    "            caller            answerer",
    "  -3.000 s  -------- INVITE --------->  call",
    "   4.904 s  <---------- DIS ----------  what I can do",
    "   5.000 s  ---------- DCS ---------->  what we use\ufffd[2J [damaged]",
  ]);
});

it("decoded fields stand below their frame, and German counts with a comma", () => {
  const picture = ladderPicture(lines, ioDouble({ LANG: "de" }), true);
  expect(picture[2]).toBe("   4,904 s  <---------- DIS ----------  what I can do");
  expect(picture[3]).toBe("              ECM: yes (T.30 table 2, bit 27)");
  expect(picture[4]).toContain("[beschädigt]");
});
