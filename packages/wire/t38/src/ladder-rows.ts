/** A call's record in words: one row for each thing that happened on the line. */

import { decodeFrame, describeFrame, FCF, fcfOf, isProblem } from "@depesche/t30";
import { decodeIfp, type Field, type Ifp, type Indicator } from "@depesche/t38";
import { decodeLadder, type LadderEntry } from "./ladder.ts";

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
  /** The same frame as before, and the peer said nothing between. */
  repeated?: boolean;
}

const latin1 = new TextDecoder("latin1");
const SHOWN_HEADERS = /^(from|to|call-id|cseq|contact|reason|warning|expires|x-depesche-ring)$/i;

/** The rows of a record, in order of line time; undefined when the blob is none or damaged. */
export function renderLadder(blob: Uint8Array): LadderRow[] | undefined {
  const ladder = decodeLadder(blob);
  if (!ladder) return undefined;
  const line = { caller: new LineReader(), answerer: new LineReader() };
  const rows: LadderRow[] = [];
  for (const entry of ladder.entries) {
    if (entry.kind === "sip") rows.push(sipRow(entry));
    else if (entry.kind === "timer") rows.push(timerRow(entry));
    else {
      rows.push(...line[sideOf(entry)].read(entry));
      line[entry.fromCaller ? "answerer" : "caller"].hearPeer();
    }
  }
  for (const reader of [line.caller, line.answerer]) reader.closePage();
  // A page stands at its end; what happened at the same time keeps its order.
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

/** Reads what one side put on the line, IFP by IFP. */
class LineReader {
  #page: LadderRow | undefined;
  #octets = 0;
  #frames = 0;
  #bad = 0;
  /** Frames sent since the peer was last heard: the same again is a repetition. */
  readonly #unanswered = new Set<string>();
  #training: LadderRow | undefined;

  /** The rows that begin with this IFP. */
  read(entry: LadderEntry): LadderRow[] {
    const base = { lineUs: entry.lineUs, from: sideOf(entry) };
    const decoded = decodeIfp(entry.bytes);
    if (!decoded.ok) {
      const { problem } = decoded;
      return [{ ...base, kind: "indicator", name: "malformed IFP", meaning: problem, fields: [], damaged: true }];
    }
    if (decoded.ifp.kind === "indicator") {
      this.closePage();
      return this.#indicator(decoded.ifp.indicator, base);
    }
    if (decoded.ifp.modulation === "v21") return this.#frameRows(decoded.ifp.fields, base);
    return this.#pageRows(decoded.ifp, base);
  }

  hearPeer(): void {
    this.#unanswered.clear();
  }

  closePage(): void {
    const page = this.#page;
    if (!page) return;
    page.fields.push({ name: "octets", value: String(this.#octets) });
    if (this.#frames > 0) page.fields.push({ name: "frames", value: String(this.#frames) });
    if (this.#bad > 0) page.fields.push({ name: "damaged frames", value: String(this.#bad) });
    if (this.#bad > 0) page.damaged = true;
    this.#page = undefined;
  }

  #indicator(name: Indicator, base: Base): LadderRow[] {
    const training = this.#training;
    this.#training = undefined;
    switch (name) {
      case "ced":
        return [{ ...base, ...TONE, name: "CED", meaning: "a fax machine answers (2100 Hz)", fields: [] }];
      case "cng":
        return [{ ...base, ...TONE, name: "CNG", meaning: "a fax machine calls (1100 Hz)", fields: [] }];
      case "v21-preamble":
        return [
          { ...base, kind: "indicator", name, meaning: "flags before frames", clause: "T.30 §5.3.1", fields: [] },
        ];
      case "no-signal":
        // Training that ends in silence carried no page: it was the training check.
        if (!training) return [{ ...base, kind: "indicator", name, meaning: "silence", fields: [] }];
        training.name = "TCF";
        training.meaning = `training check, ${training.meaning}`;
        training.clause = "T.30 §5.3.6.1.3";
        return [];
      default: {
        const meaning = name
          .replace(/^v(\d+)-(\d+)/, "V.$1 $2")
          .replaceAll("-", " ")
          .replace("V.27 ", "V.27ter ");
        this.#training = { ...base, kind: "training", name: "training", meaning, clause: "T.30 §5.3.2", fields: [] };
        return [this.#training];
      }
    }
  }

  #frameRows(fields: readonly Field[], base: Base): LadderRow[] {
    const rows = frameRows(fields, base);
    for (const row of rows) {
      const key = `${row.name} ${JSON.stringify(row.fields)}`;
      if (this.#unanswered.has(key)) row.repeated = true;
      this.#unanswered.add(key);
    }
    return rows;
  }

  #pageRows(ifp: Ifp & { kind: "data" }, base: Base): LadderRow[] {
    this.#unanswered.clear();
    const begun = this.#page === undefined;
    if (begun) [this.#octets, this.#frames, this.#bad] = [0, 0, 0];
    const meaning = modulationName(ifp);
    this.#page ??= { ...base, kind: "page", name: "page data", meaning, clause: "T.4", fields: [] };
    const counted = countPage(ifp.fields);
    this.#octets += counted.octets;
    this.#frames += counted.frames;
    this.#bad += counted.bad;
    this.#page.lineUs = base.lineUs;
    return begun ? [this.#page] : [];
  }
}

type Base = Pick<LadderRow, "lineUs" | "from">;
const TONE = { kind: "tone", clause: "T.30 §4.1.2" } as const;

function frameRows(fields: readonly Field[], base: Base): LadderRow[] {
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
