// A scenario as a file, and changes to one.

import type { SimScenario } from "@depesche/client";

export type ScenarioNumber = SimScenario["numbers"][string];

/** A file's text as a scenario; what is inside of it the simulators check. `why` is the parser's complaint. */
export function readScenarioFile(
  text: string,
): { ok: true; scenario: SimScenario } | { ok: false; problem: "no-json" | "no-scenario"; why: string } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: "no-json", why: (error as Error).message };
  }
  const numbers = (document as { numbers?: unknown } | null)?.numbers;
  if (typeof numbers !== "object" || numbers === null || Array.isArray(numbers))
    return { ok: false, problem: "no-scenario", why: "" };
  return { ok: true, scenario: document as SimScenario };
}

/** The scenario as people keep it: indented, numbers in order. */
export function scenarioFile({ numbers }: SimScenario): string {
  const inOrder = Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ numbers: Object.fromEntries(inOrder) }, undefined, 2)}\n`;
}

/** With this number doing this; `before`: the number it stood under until now. */
export function withNumber(
  { numbers }: SimScenario,
  number: string,
  entry: ScenarioNumber,
  before = number,
): SimScenario {
  return { numbers: { ...withoutNumber({ numbers }, before).numbers, [plainNumber(number)]: entry } };
}

export function withoutNumber({ numbers }: SimScenario, number: string): SimScenario {
  return { numbers: Object.fromEntries(Object.entries(numbers).filter(([one]) => one !== number)) };
}

/** As the simulators keep it: without what people write between the digits. */
function plainNumber(number: string): string {
  return number.replace(/[\s()./-]/g, "").replace(/^00/, "+");
}
