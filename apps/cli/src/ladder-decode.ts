// A ladder frame by frame: every field with its clause and bits, and what was on the wire in hex.

import type { LadderLine } from "@depesche/client";
import { type Io, paint, plain } from "./io.ts";
import { ladderRow, ladderWidth } from "./ladder-picture.ts";
import { columns, wrap } from "./table.ts";

const INDENT = " ".repeat(6);
const OCTETS_A_LINE = 16;

/** All rows with their numbers (from 1), each with its fields below; `only`: that row alone. */
export function ladderDecoded(lines: readonly LadderLine[], io: Io, only?: number): string[] {
  return lines.flatMap((line, i) => (only === undefined || only === i + 1 ? decoded(line, i + 1, io) : []));
}

function decoded(line: LadderLine, number: number, io: Io): string[] {
  const head = `${paint(io, "dim", String(number).padStart(4))}  ${ladderRow(line, io)}`;
  const facts = [
    line.clause ?? "",
    line.airUs === undefined ? "" : io.say("ladder.air", { ms: Math.round(line.airUs / 1000) }),
  ].filter((fact) => fact !== "");
  return [
    head,
    ...(facts.length > 0 ? [paint(io, "dim", INDENT + facts.join(", "))] : []),
    ...(line.octets === undefined ? [] : octetsText(line.octets, line.fifAt).map((t) => paint(io, "dim", INDENT + t))),
    ...ecmText(line, io),
    ...fieldsText(line, io),
  ];
}

function fieldsText({ fields }: LadderLine, io: Io): string[] {
  const rows = fields.map(({ name, value, clause, bit, bits }) => [
    bit === undefined ? "" : bitsText(bit, bits ?? 1, io),
    plain(name),
    plain(value),
    paint(io, "dim", clause ?? ""),
  ]);
  // A header of SIP may be longer than any terminal is wide: then the table would be nothing but gaps.
  if (rows.some((row) => [...(row[2] as string)].length > 60))
    return rows.flatMap(([, name, value]) => wrap(`${name}: ${value}`, ladderWidth(io) - 8).map((t) => INDENT + t));
  return columns(rows).map((text) => INDENT + text);
}

/** `bit 27`, `bits 11-14`. */
function bitsText(bit: number, bits: number, io: Io): string {
  return bits === 1 ? io.say("ladder.bit", { bit }) : io.say("ladder.bits", { first: bit, last: bit + bits - 1 });
}

/** Sixteen octets a line, each line with its offset; a bar stands before the information field. */
function octetsText(hex: string, fifAt: number | undefined): string[] {
  const octets = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += OCTETS_A_LINE) {
    const shown = octets.slice(at, at + OCTETS_A_LINE).map((octet, i) => (at + i === fifAt ? `| ${octet}` : octet));
    lines.push(`${at.toString(16).padStart(4, "0")}  ${shown.join(" ")}`);
  }
  return lines;
}

function ecmText({ ecm }: LadderLine, io: Io): string[] {
  if (!ecm) return [];
  const { block, frames, damaged, repeated } = ecm;
  const parts = [io.say("ladder.ecm", { block, frames })];
  if (damaged.length > 0) parts.push(paint(io, "red", io.say("ladder.ecm-damaged", { list: ranges(damaged) })));
  if (repeated.length > 0) parts.push(io.say("ladder.ecm-repeated", { list: ranges(repeated) }));
  return [INDENT + parts.join(", ")];
}

/** `3, 7-9`. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && n <= last[1] + 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
