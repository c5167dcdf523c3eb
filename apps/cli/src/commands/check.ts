// `depesche check`: what the print shop would say of a letter, without sending it and without a gateway.

import { basename } from "node:path";
import { createDocuments } from "@depesche/documents";
import {
  type Box,
  checkLetter,
  type Finding,
  findAddress,
  type LetterCheck,
  postingOf,
  sheetsOf,
} from "@depesche/letter";
import { type Command, usage } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import { readDocument } from "../files.ts";
import { type Io, json, line, paint, plain } from "../io.ts";
import { columns, wrap } from "../table.ts";
import { decimal } from "../times.ts";
import { germanFindings } from "../words/de-findings.ts";
import { choice } from "./jobs.ts";

export const check: Command = {
  name: "check",
  usage: ["FILE [--simplex] [--envelope C4] [--dv-franking]"],
  summary: "check.summary",
  flags: {
    simplex: { meaning: "check.flag.simplex" },
    envelope: { value: "C4", meaning: "check.flag.envelope" },
    "dv-franking": { meaning: "check.flag.dv-franking" },
    json: { meaning: "flag.json" },
  },
  notes: ["check.note"],
  examples: ["depesche check letter.pdf", "depesche check letter.pdf --simplex --json"],
  async run(asked, io) {
    const [file, more] = asked.positionals;
    if (file === undefined || more !== undefined) throw usage("check.fail.file");
    const envelope = choice(asked, "envelope", ["DINLANG", "C4"] as const);
    const duplex = !asked.yes("simplex");
    const bytes = new Uint8Array(await readDocument(file));
    const looked = await look(file, bytes);
    const found = checkLetter(looked, { duplex, envelope, dvFranking: asked.yes("dv-franking") });
    const zone = findAddress(looked.firstPageText)?.zone;
    const posting = postingOf(sheetsOf(looked.pageCount, duplex), envelope);
    const cent = posting && (found.international ? posting.class.abroadCent : posting.class.inlandCent);
    if (asked.yes("json")) json(io, { file, pages: looked.pageCount, duplex, ...found, zone, postageCent: cent });
    else {
      const facts = { file, pages: looked.pageCount, duplex, zone, cent };
      for (const text of sheet(found, facts, io)) line(io, text);
    }
    return found.ok ? EXIT.ok : EXIT.failed;
  },
};

/** The letter as it would be sent: what is no PDF is made into one first, as the gateway does. */
async function look(file: string, bytes: Uint8Array) {
  const documents = createDocuments({ threads: 1 });
  try {
    const made = await documents.pdfFromParts([{ name: basename(file), bytes }]);
    const read = made.ok ? await documents.inspectPdf(made.pdf) : made;
    if (!read.ok) throw new Failure(EXIT.failed, "check.fail.document", { file, what: read.detail });
    return read;
  } finally {
    await documents.close();
  }
}

interface Facts {
  file: string;
  pages: number;
  duplex: boolean;
  zone: "dv" | "classic" | "off-window" | undefined;
  cent: number | undefined;
}

function sheet(found: LetterCheck, facts: Facts, io: Io): string[] {
  const { say, language } = io;
  const verdict = say(found.ok ? "check.good" : "check.bad", { file: plain(facts.file) });
  const rows: [string, string][] = [[say("check.pages"), String(facts.pages)]];
  for (const [i, text] of (found.address ?? []).entries())
    rows.push([i === 0 ? say("check.address") : "", plain(text)]);
  if (found.addressBox) {
    rows.push([say("check.place"), boxText(found.addressBox, io)]);
    if (facts.zone) rows.push([say("check.zone"), say(`check.zone.${facts.zone}`)]);
  }
  if (found.address) rows.push([say("check.country"), found.country ?? say("check.country-unknown")]);
  rows.push([
    say("check.sheets"),
    say(facts.duplex ? "check.sheets-duplex" : "check.sheets-simplex", { n: found.sheets }),
  ]);
  rows.push([say("check.envelope"), say(`check.envelope.${found.envelope}`)]);
  if (found.gram !== undefined) rows.push([say("check.weight"), `${decimal(found.gram, 2, language)} g`]);
  if (found.postageClass !== undefined && facts.cent !== undefined)
    rows.push([say("check.postage"), `${found.postageClass}, ${decimal(facts.cent / 100, 2, language)} EUR`]);
  const findings = found.findings.flatMap((f) => findingText(f, io));
  return [
    paint(io, found.ok ? "green" : "red", `${found.ok ? "✓" : "✗"} ${verdict}`),
    ...columns(rows).map((text) => `  ${text}`),
    ...(findings.length > 0 ? ["", paint(io, "bold", say("check.findings")), ...findings] : []),
  ];
}

const STYLES = { error: "red", warning: "yellow", note: "dim" } as const;
const SIGNS = { error: "✗", warning: "!", note: "i" } as const;

function findingText(f: Finding, io: Io): string[] {
  const { say } = io;
  const mark = paint(io, STYLES[f.severity], `${SIGNS[f.severity]} ${say(`check.severity.${f.severity}`)} ${f.number}`);
  const page = f.page === undefined ? "" : `, ${say("check.page", { page: f.page })}`;
  const place = f.box ? `, ${boxText(f.box, io)}` : "";
  const words = wrap(plain(io.language === "de" ? german(f) : f.text), Math.max(60, (io.out.columns || 100) - 6));
  return [`  ${mark}${page}${place}`, ...words.map((text) => `    ${text}`)];
}

function german(f: Finding): string {
  const values = new Map(f.parameters.map(({ name, value }) => [name, value]));
  return germanFindings[f.code].replace(/%(\w+)%/g, (hole, name: string) => values.get(name) ?? hole);
}

/** Millimetres from the left and the top of the page. */
function boxText({ xMm, yMm, widthMm, heightMm }: Box, io: Io): string {
  const mm = (value: number) => decimal(value, 1, io.language);
  const [left, right, top, bottom] = [mm(xMm), mm(xMm + widthMm), mm(yMm), mm(yMm + heightMm)];
  return io.say("check.box", { left, right, top, bottom });
}
