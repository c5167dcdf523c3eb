import { expect, test } from "vitest";
import { german } from "./german.ts";
import { causeWords, ENGLISH, meaningWords } from "./glossary.ts";

const cause = (code: string) => ({ code, text: "As the gateway said it." });

test("a cause is told in German where it is known, else as the gateway said it", () => {
  expect(causeWords(german, cause("busy"))).toBe("Der Anschluss ist besetzt.");
  expect(causeWords(german, cause("carrier-unreachable"))).toBe("Der Träger war nicht zu erreichen.");
  expect(causeWords(german, cause("smtp-550"))).toBe("As the gateway said it.");
  expect(causeWords(ENGLISH, cause("busy"))).toBe("As the gateway said it.");
});

test("a SIP answer has words of its own, or is told by its number", () => {
  expect(causeWords(german, cause("sip-486"))).toBe("Der Anschluss ist besetzt.");
  expect(causeWords(german, cause("sip-599"))).toBe("Das Telefonnetz meldet einen Fehler (SIP 599).");
  expect(causeWords(ENGLISH, cause("sip-599"))).toBe("As the gateway said it.");
});

test("a row of a ladder is told by its frame, whatever follows a hyphen, and a timer by its name", () => {
  const row = { kind: "frame", meaning: "end of block" } as const;
  expect(meaningWords(german, { ...row, name: "PPS-EOP" })).toBe("Ende eines Blocks");
  expect(meaningWords(german, { ...row, name: "XYZ" })).toBe("end of block");
  expect(meaningWords(german, { kind: "timer", name: "T1", meaning: "T1 ran out" })).toBe("T1 ist abgelaufen");
});
