// `depesche inbox`: faxes that came in; fetched as files, or deleted.

import { join } from "node:path";
import type { Client, InboundView } from "@depesche/client";
import { type Asked, type Command, GATEWAY_FLAGS, nearest, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { makeFolder, writeWhole } from "../files.ts";
import { type Io, json, line, paint, plain } from "../io.ts";
import { columns } from "../table.ts";
import { clockTime } from "../times.ts";
import { choice, countOf } from "./jobs.ts";

const MOST = 100_000;

export const inbox: Command = {
  name: "inbox",
  usage: ["[--deleted] [--limit N]", "fetch ID... --out DIR [--format tif|pdf]", "delete ID..."],
  summary: "inbox.summary",
  flags: {
    out: { value: "DIR", meaning: "inbox.flag.out" },
    format: { value: "tif|pdf", meaning: "inbox.flag.format" },
    deleted: { meaning: "inbox.flag.deleted" },
    limit: { value: "N", meaning: "inbox.flag.limit" },
    ...GATEWAY_FLAGS,
  },
  notes: ["inbox.note"],
  examples: ["depesche inbox", "depesche inbox fetch 3 --out .", "depesche inbox delete 3 4"],
  async run(asked, io) {
    const [word, ...rest] = asked.positionals;
    if (word === undefined) return list(await gateway(asked, io), asked, io);
    if (word !== "fetch" && word !== "delete") {
      const meant = nearest(word, ["fetch", "delete"]);
      throw meant ? usage("inbox.fail.word-meant", { given: word, meant }) : usage("inbox.fail.word", { given: word });
    }
    const ids = idsOf(word, rest);
    return word === "fetch" ? fetchFiles(ids, asked, io) : remove(ids, asked, io);
  },
};

function idsOf(word: string, given: readonly string[]): number[] {
  if (given.length === 0) throw usage("inbox.fail.id-missing", { word });
  return given.map((id) => {
    if (!/^[1-9]\d{0,14}$/.test(id)) throw usage("inbox.fail.id", { given: id });
    return Number(id);
  });
}

async function list(client: Client, asked: Asked, io: Io): Promise<ExitCode> {
  const most = countOf(asked, "limit", 50, MOST);
  const deleted = asked.yes("deleted") || undefined;
  const found: InboundView[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.inbounds({ limit: Math.min(1000, most - found.length), cursor, deleted });
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && found.length < most);
  if (asked.yes("json")) json(io, found);
  else if (found.length === 0) line(io, io.say("inbox.none"));
  else {
    for (const text of table(found, io)) line(io, text);
    if (cursor !== undefined) line(io, paint(io, "dim", io.say("jobs.more")));
  }
  return EXIT.ok;
}

function table(found: InboundView[], io: Io): string[] {
  const { say, language } = io;
  const heading = ["id", "state", "received", "from", "to", "pages", "station"] as const;
  const rows = found.map((fax) => [
    String(fax.id),
    paint(io, fax.state === "new" ? "green" : "dim", say(`inbox.state.${fax.state}`)),
    clockTime(fax.receivedAt, language),
    plain(fax.originator) || say("inbox.unknown"),
    plain(fax.called),
    fax.complete ? String(fax.pages) : paint(io, "red", say("inbox.broken-off", { n: fax.pages })),
    plain(fax.remoteId.trim()),
  ]);
  return columns([heading.map((h) => paint(io, "bold", say(`inbox.column.${h}`))), ...rows], [0]);
}

async function fetchFiles(ids: number[], asked: Asked, io: Io): Promise<ExitCode> {
  const folder = asked.text("out");
  if (folder === undefined) throw usage("inbox.fail.out", { id: ids[0] as number });
  const format = choice(asked, "format", ["tif", "pdf"] as const) ?? "tif";
  const client = await gateway(asked, io);
  // Before the folder is made: a number that is not there leaves nothing behind.
  const faxes: InboundView[] = [];
  for (const id of ids) faxes.push(await client.inbound(id));
  await makeFolder(folder);
  const written: (InboundView & { file: string })[] = [];
  for (const fax of faxes) {
    const content = new Uint8Array(await (await client.inboundFile(fax.id, format)).arrayBuffer());
    const file = join(folder, `inbox-${fax.id}.${format}`);
    await writeWhole(file, content);
    written.push({ ...fax, file });
    if (!asked.yes("json")) line(io, io.say("inbox.fetched", { file, n: fax.pages }));
  }
  if (asked.yes("json")) json(io, written);
  return EXIT.ok;
}

async function remove(ids: number[], asked: Asked, io: Io): Promise<ExitCode> {
  const client = await gateway(asked, io);
  for (const id of ids) {
    await client.deleteInbound(id);
    if (!asked.yes("json")) line(io, io.say("inbox.removed", { id }));
  }
  if (asked.yes("json")) json(io, { deleted: ids });
  return EXIT.ok;
}
