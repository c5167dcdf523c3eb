// An event as one line.

import type { EventView } from "@depesche/client";
import { type Io, paint, plain } from "../io.ts";
import { outcomeMark } from "../outcome-mark.ts";
import { cut } from "../table.ts";

/** `23:11:09.839     4  attempt.ended      100001.0.1    fax     ✓ OK  final`. */
export function eventLine(event: EventView, io: Pick<Io, "colour" | "say" | "language">): string {
  const { job, recipient, attempt, channel, outcome, delivery } = event;
  const place = [job, recipient, attempt].filter((part) => part !== undefined).join(".");
  const said = [
    outcome === undefined ? "" : outcomeMark(outcome, io),
    delivery === undefined ? "" : io.say(`delivery.${delivery}`),
    event.final === true ? io.say("listen.final") : "",
    paint(io, "dim", dataText(event.data)),
  ];
  const fixed = [
    timeOf(event.at),
    String(event.seq).padStart(7),
    event.type.padEnd(17),
    place.padEnd(13),
    (channel === undefined ? "" : io.say(`channel.${channel}`)).padEnd(6),
  ];
  return [...fixed, ...said.filter((text) => text !== "")].join("  ").trimEnd();
}

const BERLIN = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", timeStyle: "medium" });

/** Time of day in Berlin, with milliseconds. */
function timeOf(iso: string): string {
  return `${BERLIN.format(new Date(iso))}.${iso.slice(20, 23)}`;
}

const MOST_LETTERS = 100;

/** What is particular to the type: `recipients=3 pages=1`; a cause in its words, with its code behind. */
function dataText(data: EventView["data"]): string {
  const { text, cause, ...rest } = data ?? {};
  const why = typeof text === "string" ? [typeof cause === "string" ? `${text} (${cause})` : text] : [];
  const facts = Object.entries(rest).flatMap(([name, value]) => {
    if (typeof value === "object" || value === undefined) return [];
    return [`${name}=${typeof value === "string" ? inBerlin(value) : String(value)}`];
  });
  return plain(cut([...why, ...facts].join(" "), MOST_LETTERS));
}

/** A point in time as its time of day; all else as it is. */
function inBerlin(value: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) ? BERLIN.format(new Date(value)) : value;
}
