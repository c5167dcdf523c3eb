// Help texts, written out of the tables of commands and words.

import { type Command, type Flag, flagsOf } from "./command.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import { type Io, paint } from "./io.ts";
import type { WordKey } from "./language.ts";
import { wrap } from "./table.ts";

const WIDEST = 100;

/** From nothing to a call that is understood, in six commands. */
const TOUR: readonly [string, WordKey][] = [
  ["npm start", "help.tour.start"],
  ["npx depesche listen", "help.tour.listen"],
  ["npx depesche send fax +493023125001 --text 'Guten Tag' --watch", "help.tour.send"],
  ["npx depesche received +493023125001 --out .", "help.tour.received"],
  ["npx depesche trigger busy", "help.tour.trigger"],
  ["npx depesche again --where 'outcome=BUSY' --dry", "help.tour.again"],
];

function width(io: Io): number {
  return Math.min(io.out.columns || 80, WIDEST);
}

/** `depesche --help`. */
export function programHelp(io: Io): string {
  const { say } = io;
  const groups = GROUPS.flatMap(({ title, names }) => [
    paint(io, "bold", say(title)),
    ...names.map((name) => row(name, say(COMMANDS[name].summary), 12, io)),
    "",
  ]);
  const codes = say("help.exit-codes").split("\n");
  return [
    `${paint(io, "bold", "depesche")}: ${say("help.what")}`,
    "",
    `${say("help.usage")}: depesche ${say("help.command")} [...]`,
    "",
    ...groups,
    say("help.more"),
    "",
    paint(io, "bold", say("help.tour")),
    ...TOUR.flatMap(([command, why]) => [paint(io, "dim", `  # ${say(why)}`), `  ${command}`]),
    "",
    paint(io, "bold", say("help.exit-codes-title")),
    ...codes.map((code) => `  ${code}`),
    "",
  ].join("\n");
}

/** `depesche send --help`. */
export function commandHelp(command: Command, io: Io): string {
  const { say } = io;
  const written = Object.entries(flagsOf(command, io)).map(([name, flag]) => [flagText(name, flag), flag] as const);
  const first = Math.min(30, Math.max(...written.map(([text]) => text.length)) + 2);
  const head = `${say("help.usage")}:`;
  const bold = (text: string) => paint(io, "bold", text);
  return [
    wrap(say(command.summary), width(io)).join("\n"),
    "",
    ...command.usage.map((u, i) => `${i === 0 ? head : " ".repeat(head.length)} depesche ${command.name} ${u}`),
    "",
    ...written.map(([text, { meaning }]) =>
      row(text, typeof meaning === "string" ? say(meaning) : meaning.text, first, io),
    ),
    ...(command.notes ?? []).flatMap((note) => [
      "",
      ...say(note)
        .split("\n")
        .flatMap((l) => wrap(l, width(io))),
    ]),
    "",
    bold(say("help.examples")),
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

function flagText(name: string, { value, short }: Flag): string {
  return `${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
}

function row(left: string, right: string, first: number, io: Io): string {
  const [top = "", ...below] = wrap(right, width(io) - first - 2);
  const head = left.length >= first ? `  ${left}\n  ${" ".repeat(first)}${top}` : `  ${left.padEnd(first)}${top}`;
  return [head, ...below.map((l) => " ".repeat(first + 2) + l)].join("\n");
}
