/** A call's record in words: one row for each thing that happened on the line. */

import { decodeFrame, describeFrame, FCF, fcfOf, isProblem, LINE_TIME, trainingUs, v21FrameUs } from "@depesche/t30";
import { decodeIfp, type Field, type Ifp, type Indicator } from "@depesche/t38";
import { decodeLadder, type LadderEntry } from "./ladder.ts";
import { ImageReader } from "./ladder-image.ts";
import { type Signal, SignalStream } from "./ladder-stream.ts";
import { trainedModulation } from "./signals.ts";

export interface LadderField {
  name: string;
  value: string;
  clause?: string;
  /** First bit and number of bits within the frame's information field. */
  bit?: number;
  bits?: number;
}

export interface LadderRow {
  /**
   * Microseconds since connect; negative while it rings. Frames and page data stand at their end, for only then they were heard; tones,
   * flags and training at their begin.
   */
  lineUs: number;
  /** How long it was on the line, microseconds; absent for what takes no time, or when the record ends within it. */
  airUs?: number;
  from: "caller" | "answerer";
  kind: "sip" | "tone" | "indicator" | "training" | "frame" | "page" | "timer";
  /** "INVITE", "486 Busy Here", "CED", "TCF", "DIS", "PPS-EOP", "page data", "T4". */
  name: string;
  meaning: string;
  clause?: string;
  fields: LadderField[];
  /** A frame with a wrong FCS, or page data that holds such frames or frames the receiver asked for again. */
  damaged?: boolean;
  /** The same frame as before, and the peer said nothing between; page data that was sent before. */
  repeated?: boolean;
  /** What was on the wire, lower-case hex: the frame from its address octet to its FIF, the SIP message's first 2,000 octets. */
  octets?: string;
  /** Offset of the FIF within `octets`. */
  fifAt?: number;
  /** Page data in ECM: which frames of the block came damaged, and which repeat earlier ones. */
  ecm?: { block: number; frames: number; damaged: number[]; repeated: number[] };
}

const latin1 = new TextDecoder("latin1");
const SHOWN_HEADERS = /^(from|to|call-id|cseq|contact|reason|warning|expires|x-depesche-ring)$/i;

/** A SIP message shows so much of itself. */
const MOST_SIP_OCTETS = 2000;

/**
 * The rows of a record, in order of line time; undefined when the blob is none or damaged. `untilUs`: only what had happened on the line
 * by then, for a call that is still on it.
 */
export function renderLadder(blob: Uint8Array, untilUs = Number.POSITIVE_INFINITY): LadderRow[] | undefined {
  const ladder = decodeLadder(blob);
  if (!ladder) return undefined;
  const realTime = ladder.realTime ?? false;
  const line = { caller: new LineReader(realTime), answerer: new LineReader(realTime) };
  const streams = { caller: new SignalStream(), answerer: new SignalStream() };
  const readSignals = (entry: LadderEntry, signals: readonly Signal[]) => {
    const [side, peer] = entry.fromCaller ? (["caller", "answerer"] as const) : (["answerer", "caller"] as const);
    for (const signal of signals) {
      rows.push(...line[side].readSignal(signal, entry, line[peer]));
      streams[side].expect(line[side].checkDue ? "training" : "page");
      if (signal.kind === "ifp") line[peer].hearPeer();
    }
  };
  const rows: LadderRow[] = [];
  for (const entry of ladder.entries) {
    if (entry.lineUs > untilUs) continue;
    if (entry.kind === "sip") rows.push(sipRow(entry));
    else if (entry.kind === "timer") rows.push(timerRow(entry));
    else if (realTime) readSignals(entry, streams[sideOf(entry)].read(entry));
    else {
      const peer = line[entry.fromCaller ? "answerer" : "caller"];
      rows.push(...line[sideOf(entry)].read(entry, peer));
      peer.hearPeer();
    }
  }
  const last = ladder.entries.at(-1);
  for (const side of ["caller", "answerer"] as const) {
    if (last && realTime) readSignals({ ...last, fromCaller: side === "caller" }, streams[side].finish());
    line[side].image.close();
  }
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
  const octets = hexOf(entry.bytes.subarray(0, MOST_SIP_OCTETS));
  const base = { lineUs: entry.lineUs, from: sideOf(entry), kind: "sip" } as const;
  return { ...base, name, meaning: start, clause: "RFC 3261", fields, octets };
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
  /** In real time an indicator stands where its signal begins; in a call between own ends where its training is over. */
  readonly #realTime: boolean;
  /** DCS was said last: the next training is the check. */
  checkDue = false;
  readonly image = new ImageReader();
  /** Frames sent since the peer was last heard: the same again is a repetition. */
  readonly #unanswered = new Set<string>();
  /** The carrier that was announced last, as long as nothing has come on it. */
  #training: { row: LadderRow; indicator: Indicator } | undefined;
  #preamble: LadderRow | undefined;
  #ced: LadderRow | undefined;

  constructor(realTime: boolean) {
    this.#realTime = realTime;
  }

  /** The rows that begin with this IFP; `peer` is told of what answers it. */
  read(entry: LadderEntry, peer: LineReader): LadderRow[] {
    const base = { lineUs: entry.lineUs, from: sideOf(entry) };
    const decoded = decodeIfp(entry.bytes);
    if (!decoded.ok) return [malformedRow(decoded.problem, base)];
    return this.#readIfp(decoded.ifp, base, peer);
  }

  /** The rows that begin with this signal of a call in real time. */
  readSignal(signal: Signal, entry: LadderEntry, peer: LineReader): LadderRow[] {
    const base = { lineUs: entry.lineUs, from: sideOf(entry) };
    switch (signal.kind) {
      case "ifp":
        return this.#readIfp(signal.ifp, base, peer);
      case "check":
        this.#endCheck(base.lineUs, signal);
        return [];
      case "end":
        if (this.#ced) this.#ced.airUs = base.lineUs - this.#ced.lineUs;
        this.#ced = undefined;
        this.image.close();
        return [];
      case "lost":
        this.image.hole();
        return [{ ...base, ...LOST, meaning: lostText(signal.count), fields: [] }];
      case "malformed":
        return [malformedRow(signal.problem, base)];
      default:
        return signal satisfies never;
    }
  }

  #readIfp(ifp: Ifp, base: Base, peer: LineReader): LadderRow[] {
    if (this.#ced) {
      // The tone lasts until the silence before what follows it.
      this.#ced.airUs = Math.max(0, base.lineUs - this.#ced.lineUs - LINE_TIME.silenceUs);
      this.#ced = undefined;
    }
    // Whatever is no page data ends the page.
    if (ifp.kind === "indicator" || ifp.modulation === "v21") this.image.close();
    if (ifp.kind === "indicator") return this.#indicator(ifp.indicator, base);
    if (ifp.modulation === "v21") return this.#frameRows(ifp.fields, base, peer);
    return this.#pageRows(ifp, base);
  }

  /** Training that carried no page was the training check. */
  #endCheck(lineUs: number, check?: { octets: number; errors: number }): boolean {
    const training = this.#training?.row;
    this.#training = undefined;
    this.checkDue = false;
    if (!training) return false;
    training.name = "TCF";
    training.meaning = `training check, ${training.meaning}`;
    training.clause = "T.30 §5.3.6.1.3";
    training.airUs = lineUs - training.lineUs;
    if (check && check.octets > 0) training.fields.push({ name: "octets", value: String(check.octets) });
    if (check && check.errors > 0) training.fields.push({ name: "damaged octets", value: String(check.errors) });
    if (check && check.errors > 0) training.damaged = true;
    return true;
  }

  hearPeer(): void {
    this.#unanswered.clear();
  }

  #indicator(name: Indicator, base: Base): LadderRow[] {
    if (name === "no-signal" && this.#endCheck(base.lineUs)) return [];
    this.#training = undefined;
    this.#preamble = undefined;
    switch (name) {
      case "ced":
        this.#ced = { ...base, ...TONE, name: "CED", meaning: "a fax machine answers (2100 Hz)", fields: [] };
        return [this.#ced];
      case "cng":
        return [{ ...base, ...TONE, airUs: CNG_US, name: "CNG", meaning: "a fax machine calls (1100 Hz)", fields: [] }];
      case "v21-preamble":
        this.#preamble = {
          ...base,
          kind: "indicator",
          name,
          meaning: "flags before frames",
          clause: "T.30 §5.3.1",
          fields: [],
        };
        return [this.#preamble];
      case "no-signal":
        return [{ ...base, kind: "indicator", name, meaning: "silence", fields: [] }];
      default: {
        const meaning = name
          .replace(/^v(\d+)-(\d+)/, "V.$1 $2")
          .replaceAll("-", " ")
          .replace("V.27 ", "V.27ter ");
        const row: LadderRow = {
          ...base,
          kind: "training",
          name: "training",
          meaning,
          clause: "T.30 §5.3.2",
          fields: [],
        };
        this.#training = { row, indicator: name };
        return [row];
      }
    }
  }

  #frameRows(fields: readonly Field[], base: Base, peer: LineReader): LadderRow[] {
    const rows: LadderRow[] = [];
    for (const { bytes, damaged } of framesIn(fields)) {
      const frame = decodeFrame(bytes);
      const row = frameRow(bytes, frame, base);
      if (damaged) row.damaged = true;
      if (this.#unanswered.has(row.octets!)) row.repeated = true;
      this.#unanswered.add(row.octets!);
      rows.push(row);
      if (isProblem(frame) || damaged) continue;
      this.checkDue = fcfOf(frame.fcf) === FCF.DCS;
      if (fcfOf(frame.fcf) === FCF.PPS) this.image.told(frame);
      else peer.image.answered(frame);
    }
    if (this.#preamble && rows[0]) {
      this.#preamble.airUs = Math.max(0, rows[0].lineUs - rows[0].airUs! - this.#preamble.lineUs);
      this.#preamble = undefined;
    }
    return rows;
  }

  #pageRows(ifp: Ifp & { kind: "data" }, base: Base): LadderRow[] {
    this.#unanswered.clear();
    const training = this.#training;
    this.#training = undefined;
    const row = this.image.take(ifp.fields, base.lineUs, () => {
      const begun: LadderRow = {
        ...base,
        kind: "page",
        name: "page data",
        meaning: modulationName(ifp),
        clause: "T.4",
        fields: [],
      };
      if (!training) return begun;
      const modulation = trainedModulation(training.indicator);
      const airUs = modulation ? trainingUs(modulation, training.indicator.endsWith("short-training")) : 0;
      // The carrier stands since its training ended.
      const standsUs = this.#realTime ? Math.min(training.row.lineUs + airUs, base.lineUs) : training.row.lineUs;
      Object.assign(begun, { lineUs: standsUs, airUs: 0 });
      if (modulation) Object.assign(training.row, { lineUs: standsUs - airUs, airUs });
      return begun;
    });
    return row ? [row] : [];
  }
}

type Base = Pick<LadderRow, "lineUs" | "from">;
function lostText(count: number): string {
  return count === 1 ? "an IFP that nothing brought back" : `${count} IFPs that nothing brought back`;
}

const LOST = { kind: "indicator", name: "packets lost", clause: "T.38 §9.1", damaged: true } as const;
const TONE = { kind: "tone", clause: "T.30 §4.1.2" } as const;
/** One burst of CNG (T.30 §4.1.2.1: half a second, every 3.5 s). */
const CNG_US = 500_000;

/** The HDLC frames of an IFP; a frame may come in pieces over several fields. */
function* framesIn(fields: readonly Field[]): Generator<{ bytes: Uint8Array; damaged: boolean }> {
  let pieces: Uint8Array[] = [];
  for (const { type, data } of fields) {
    if (type === "hdlc-data" && data) pieces.push(data);
    if (!type.startsWith("hdlc-fcs")) continue;
    const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
    pieces = [];
    yield { bytes, damaged: type.startsWith("hdlc-fcs-bad") };
  }
}

function malformedRow(problem: string, base: Base): LadderRow {
  return { ...base, kind: "indicator", name: "malformed IFP", meaning: problem, fields: [], damaged: true };
}

function frameRow(bytes: Uint8Array, frame: ReturnType<typeof decodeFrame>, base: Base): LadderRow {
  const shared = { ...base, airUs: v21FrameUs(bytes.length), kind: "frame", octets: hexOf(bytes) } as const;
  if (isProblem(frame)) return { ...shared, name: "unreadable", meaning: frame.problem, fields: [], damaged: true };
  const { name, meaning, clause, fields } = describeFrame(frame);
  return { ...shared, fifAt: FIF_AT, name, meaning, clause, fields };
}

/** Behind address, control and facsimile control field. */
const FIF_AT = 3;

function modulationName(ifp: Ifp & { kind: "data" }): string {
  const [family = "", rate = ""] = ifp.modulation.split("-");
  return `${family === "v27" ? "V.27ter" : family.replace("v", "V.")} ${rate} bit/s`;
}

function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
