// A call as two parties see it: the caller on the left, the answerer on the right, time running down.

import type { LadderLine } from "@depesche/client";
import { meaningText } from "./gateway-words.ts";
import { type Io, paint, plain } from "./io.ts";
import { cut } from "./table.ts";
import { decimal } from "./times.ts";

const ARROW_WIDTH = 26;
const TIME_WIDTH = 10;

/** Above the arrows: who is on which side. */
export function ladderHeading(io: Io): string {
  const [left, right] = [io.say("ladder.caller"), io.say("ladder.answerer")];
  return paint(io, "dim", " ".repeat(TIME_WIDTH + 2) + left.padEnd(ARROW_WIDTH - right.length) + right);
}

/** One line of text for each thing on the line. */
export function ladderPicture(lines: readonly LadderLine[], io: Io): string[] {
  return [ladderHeading(io), ...lines.map((l) => ladderRow(l, io))];
}

/** `4.579 s  <---------- CSI ----------  who I am (called station)`. */
export function ladderRow(l: LadderLine, io: Io): string {
  const width = ladderWidth(io);
  const time = `${decimal(l.lineUs / 1e6, 3, io.language)} s`.padStart(TIME_WIDTH);
  const marks = [l.damaged ? io.say("ladder.damaged") : "", l.repeated ? io.say("ladder.repeated") : ""];
  const said = [meaningText(l, io.language), ...marks.filter((m) => m !== "")].join(" ");
  const text = cut(said, width - TIME_WIDTH - ARROW_WIDTH - 6);
  const arrow = l.kind === "timer" ? `(${plain(l.name)})`.padEnd(ARROW_WIDTH) : arrowOf(l);
  return `${time}  ${paint(io, l.damaged ? "red" : "bold", arrow)}  ${text}`;
}

export function ladderWidth(io: Io): number {
  return Math.max(60, io.out.columns || 100);
}

function arrowOf({ name, from }: LadderLine): string {
  const label = ` ${cut(plain(name), ARROW_WIDTH - 6)} `;
  const dashes = ARROW_WIDTH - 1 - label.length;
  const left = "-".repeat(Math.floor(dashes / 2));
  const right = "-".repeat(Math.ceil(dashes / 2));
  return from === "caller" ? `${left}${label}${right}>` : `<${left}${label}${right}`;
}
