// `depesche lines`: what each fax line is doing, once or until Ctrl-C.

import type { LineView } from "@depesche/client";
import { type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { canRedraw, type Io, json, line, paint, plain } from "../io.ts";
import { patiently } from "../patience.ts";
import { columns, cut } from "../table.ts";

const TERMINAL_EVERY_MS = 250;
const LINE_EVERY_MS = 1_000;

export const lines: Command = {
  name: "lines",
  usage: ["[--watch]"],
  summary: "lines.summary",
  flags: { watch: { short: "w", meaning: "lines.flag.watch" }, ...GATEWAY_FLAGS },
  notes: ["lines.note"],
  examples: ["depesche lines", "depesche lines --watch", "depesche lines --json"],
  async run(asked, io) {
    if (asked.positionals.length > 0) throw usage("fail.no-words", { command: "lines" });
    const client = await gateway(asked, io);
    const isJson = asked.yes("json");
    if (!asked.yes("watch")) {
      const { items } = await client.lines();
      if (isJson) json(io, items);
      else for (const text of picture(items, io)) line(io, text);
      return EXIT.ok;
    }
    // Who asks for the first time wants to know at once that nobody is there; later it may be a restart.
    await client.lines();
    let isStopped = false;
    const off = io.onInterrupt(() => {
      isStopped = true;
    });
    const isDrawn = canRedraw(io.out, io.env) && !isJson;
    let drawn = 0;
    try {
      while (!isStopped) {
        const { items } = await patiently(io, async () => (isStopped ? { items: [] } : client.lines()));
        if (isStopped) break;
        if (isJson) io.out.write(`${JSON.stringify(items)}\n`);
        else if (isDrawn) drawn = redraw(picture(items, io), drawn, io);
        else line(io, countsText(items, io));
        await io.pause(isDrawn ? TERMINAL_EVERY_MS : LINE_EVERY_MS);
      }
    } finally {
      off();
    }
    return EXIT.ok;
  },
};

/** Over what was drawn before; rows beyond the terminal's height would scroll and smear, so they are left out. */
function redraw(texts: string[], drawn: number, io: Io): number {
  const most = Math.max(3, (io.out.rows || 50) - 2);
  const shown =
    texts.length <= most ? texts : [...texts.slice(0, most - 1), io.say("lines.more", { n: texts.length - most + 1 })];
  const up = drawn > 0 ? `\x1b[${drawn}A` : "";
  const rest = drawn > shown.length ? "\x1b[J" : "";
  // A row that the terminal breaks in two would not be drawn over whole.
  const width = (io.out.columns || 80) - 1;
  io.out.write(`${up}${shown.map((text) => `${cut(text, width)}\x1b[K\n`).join("")}${rest}`);
  return shown.length;
}

function picture(items: readonly LineView[], io: Io): string[] {
  const { say } = io;
  const heading = ["line", "state", "attempt", "address", "page", "rate"] as const;
  const several = new Set(items.map((l) => l.worker)).size > 1;
  const width = Math.max(20, (io.out.columns || 100) - 62);
  // What an idle line has done last is over.
  const rows = items
    .map(({ worker, line, state, ...busy }) =>
      state === "idle" ? { worker, line, state } : { worker, line, state, ...busy },
    )
    .map((l: LineView) => [
      several ? `${l.worker}:${l.line}` : String(l.line),
      stateText(l, io),
      l.attempt ?? "",
      plain(cut(l.address ?? "", width)),
      l.page === undefined ? "" : `${l.page}/${l.pages ?? "?"}`,
      l.rateBps === undefined ? "" : `${l.rateBps} bit/s`,
    ]);
  return [
    paint(io, "bold", countsText(items, io)),
    ...columns([heading.map((h) => paint(io, "dim", say(`lines.column.${h}`))), ...rows], [0, 4, 5]),
  ];
}

const SIGNS = { idle: "·", dialling: "☏", training: "~", sending: "→", receiving: "←", ending: "■" } as const;

function stateText({ state }: LineView, io: Io): string {
  const text = `${SIGNS[state]} ${io.say(`line.${state}`)}`;
  return state === "idle" ? paint(io, "dim", text) : paint(io, state === "dialling" ? "yellow" : "green", text);
}

/** `3 of 24 lines busy: 2 sending, 1 dialling`. */
function countsText(items: readonly LineView[], io: Io): string {
  const counts = new Map<LineView["state"], number>();
  for (const { state } of items) if (state !== "idle") counts.set(state, (counts.get(state) ?? 0) + 1);
  const busy = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const parts = [...counts].map(([state, n]) => `${n} ${io.say(`line.${state}`)}`);
  const text = io.say("lines.busy", { busy, all: items.length });
  return parts.length === 0 ? text : `${text}: ${parts.join(", ")}`;
}
