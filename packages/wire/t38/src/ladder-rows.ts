/** A call's record in words: one row for each thing that happened on the line. */

import { decodeFrame, describeFrame, FCF, fcfOf, isProblem } from "@depesche/t30";
import { decodeIfp, type Field, type Ifp } from "@depesche/t38";
import { decodeLadder, type Ladder, type LadderEntry } from "./ladder.ts";

export interface LadderField {
  name: string;
  value: string;
  clause?: string;
  /** First bit and number of bits within the frame's information field. */
  bit?: number;
  bits?: number;
}

export interface LadderRow {
  /** Microseconds since connect; negative while it rings. */
  lineUs: number;
  from: "caller" | "answerer";
  kind: "sip" | "tone" | "indicator" | "training" | "frame" | "page" | "timer";
  /** "INVITE", "486 Busy Here", "CED", "TCF", "DIS", "PPS-EOP", "page data", "T4". */
  name: string;
  meaning: string;
  clause?: string;
  fields: LadderField[];
  /** A frame with a wrong FCS, or page data that holds such frames. */
  damaged?: boolean;
  /** The same frame as this side sent before. */
  repeated?: boolean;
}

const latin1 = new TextDecoder("latin1");
const SHOWN_HEADERS = /^(from|to|call-id|cseq|contact|reason|warning|expires|x-depesche-ring)$/i;

/** The rows of a record, in order of line time; undefined when the blob is none or damaged. */
export function renderLadder(blob: Uint8Array): LadderRow[] | undefined {
  const ladder = decodeLadder(blob);
  if (!ladder) return undefined;
  const rows: LadderRow[] = [];
  for (const entry of ladder.entries) {
    if (entry.kind === "sip") rows.push(sipRow(entry));
    else if (entry.kind === "timer") rows.push(timerRow(entry));
  }
  for (const fromCaller of [true, false]) rows.push(...lineRows(ladder, fromCaller));
  return rows.sort((a, b) => a.lineUs - b.lineUs);
}

function sideOf(entry: LadderEntry): LadderRow["from"] {
  return entry.fromCaller ? "caller" : "answerer";
}

function sipRow(entry: LadderEntry): LadderRow {
  const [head = "", body = ""] = latin1.decode(entry.bytes).split(/\r?\n\r?\n/, 2);
  const [start = "", ...lines] = head.split(/\r?\n/);
  const response = /^SIP\/2\.0 (\d{3} ?.*)$/.exec(start);
  const fields: LadderField[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    if (SHOWN_HEADERS.test(name)) fields.push({ name, value: line.slice(colon + 1).trim() });
  }
  for (const line of body.split(/\r?\n/)) if (/^[ma]=/.test(line)) fields.push({ name: "SDP", value: line });
  const name = response ? response[1]!.trim() : (start.split(" ", 1)[0] ?? "");
  return { lineUs: entry.lineUs, from: sideOf(entry), kind: "sip", name, meaning: start, clause: "RFC 3261", fields };
}

function timerRow(entry: LadderEntry): LadderRow {
  const name = latin1.decode(entry.bytes);
  const meaning = `${name} ran out`;
  return {
    lineUs: entry.lineUs,
    from: sideOf(entry),
    kind: "timer",
    name,
    meaning,
    clause: "T.30 §5.4.3.1",
    fields: [],
  };
}

/** What one side put on the line. */
function lineRows(ladder: Ladder, fromCaller: boolean): LadderRow[] {
  const rows: LadderRow[] = [];
  let page: LadderRow | undefined;
  let octets = 0;
  let frames = 0;
  let bad = 0;
  let lastFrame = "";
  const closePage = () => {
    if (!page) return;
    page.fields.push({ name: "octets", value: String(octets) });
    if (frames > 0) page.fields.push({ name: "frames", value: String(frames) });
    if (bad > 0) page.fields.push({ name: "damaged frames", value: String(bad) });
    if (bad > 0) page.damaged = true;
    page = undefined;
  };
  for (const entry of ladder.entries) {
    if (entry.kind !== "ifp" || entry.fromCaller !== fromCaller) continue;
    const base = { lineUs: entry.lineUs, from: sideOf(entry) };
    const decoded = decodeIfp(entry.bytes);
    if (!decoded.ok) {
      rows.push({
        ...base,
        kind: "indicator",
        name: "malformed IFP",
        meaning: decoded.problem,
        fields: [],
        damaged: true,
      });
    } else if (decoded.ifp.kind === "indicator") {
      closePage();
      addIndicator(rows, decoded.ifp.indicator, base);
    } else if (decoded.ifp.modulation === "v21") {
      for (const row of frameRows(decoded.ifp.fields, base)) {
        const key = `${row.name} ${JSON.stringify(row.fields)}`;
        if (key === lastFrame && row.damaged !== true) row.repeated = true;
        lastFrame = key;
        rows.push(row);
      }
    } else {
      if (!page) {
        page = {
          ...base,
          kind: "page",
          name: "page data",
          meaning: modulationName(decoded.ifp),
          clause: "T.4",
          fields: [],
        };
        [octets, frames, bad] = [0, 0, 0];
        rows.push(page);
      }
      const counted = countPage(decoded.ifp.fields);
      octets += counted.octets;
      frames += counted.frames;
      bad += counted.bad;
      page.lineUs = entry.lineUs;
    }
  }
  closePage();
  return rows;
}

function addIndicator(rows: LadderRow[], name: string, base: { lineUs: number; from: LadderRow["from"] }): void {
  if (name === "ced" || name === "cng") {
    const meaning = name === "ced" ? "a fax machine answers (2100 Hz)" : "a fax machine calls (1100 Hz)";
    rows.push({ ...base, kind: "tone", name: name.toUpperCase(), meaning, clause: "T.30 §4.1.2", fields: [] });
  } else if (name === "v21-preamble") {
    rows.push({ ...base, kind: "indicator", name, meaning: "flags before frames", clause: "T.30 §5.3.1", fields: [] });
  } else if (name === "no-signal") {
    // Training that ends in silence carried no page: it was the training check.
    const last = rows.at(-1);
    if (last?.kind !== "training") return;
    last.name = "TCF";
    last.meaning = `training check, ${last.meaning}`;
    last.clause = "T.30 §5.3.6.1.3";
  } else {
    const words = name
      .replace(/^v(\d+)-(\d+)/, "V.$1 $2")
      .replaceAll("-", " ")
      .replace("V.27 ", "V.27ter ");
    rows.push({ ...base, kind: "training", name: "training", meaning: words, clause: "T.30 §5.3.2", fields: [] });
  }
}

function frameRows(fields: readonly Field[], base: { lineUs: number; from: LadderRow["from"] }): LadderRow[] {
  const rows: LadderRow[] = [];
  let pieces: Uint8Array[] = [];
  for (const { type, data } of fields) {
    if (type === "hdlc-data" && data) pieces.push(data);
    if (!type.startsWith("hdlc-fcs")) continue;
    const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    pieces = [];
    const damaged = type.startsWith("hdlc-fcs-bad");
    const frame = decodeFrame(bytes);
    if (isProblem(frame)) {
      rows.push({ ...base, kind: "frame", name: "unreadable", meaning: frame.problem, fields: [], damaged: true });
      continue;
    }
    const { name, meaning, clause, fields: parts } = describeFrame(frame);
    rows.push({ ...base, kind: "frame", name, meaning, clause, fields: parts, ...(damaged ? { damaged } : {}) });
  }
  return rows;
}

/** Octets of page data; with error correction those within FCD frames, and how many frames came damaged. */
function countPage(fields: readonly Field[]): { octets: number; frames: number; bad: number } {
  let octets = 0;
  let frames = 0;
  let bad = 0;
  let isFcd = false;
  for (const { type, data } of fields) {
    if (type === "t4-non-ecm-data" && data) octets += data.length;
    else if (type === "hdlc-data" && data) {
      isFcd = fcfOf(data[2] ?? 0) === FCF.FCD;
      if (isFcd) octets += Math.max(0, data.length - 4);
    } else if (type.startsWith("hdlc-fcs") && isFcd) {
      frames++;
      if (type.startsWith("hdlc-fcs-bad")) bad++;
    }
  }
  return { octets, frames, bad };
}

function modulationName(ifp: Ifp & { kind: "data" }): string {
  const [family = "", rate = ""] = ifp.modulation.split("-");
  return `${family === "v27" ? "V.27ter" : family.replace("v", "V.")} ${rate} bit/s`;
}
