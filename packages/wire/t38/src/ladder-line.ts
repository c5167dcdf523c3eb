/** What one side put on the line, in words: rows of a call's ladder from its IFPs or, in real time, its signals. */

import {
  decodeDcs,
  decodeFrame,
  describeFrame,
  FCF,
  fcfOf,
  isProblem,
  LINE_TIME,
  trainingUs,
  v21FrameUs,
} from "@depesche/t30";
import { decodeIfp, type Field, type Ifp, type Indicator } from "@depesche/t38";
import type { LadderEntry } from "./ladder.ts";
import { ImageReader } from "./ladder-image.ts";
import type { LadderField, LadderRow } from "./ladder-rows.ts";
import type { Signal } from "./ladder-stream.ts";
import { trainedModulation } from "./signals.ts";

/** Reads what one side put on the line, IFP by IFP. */
export class LineReader {
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
  /** What DCS has said last of the pages that follow. */
  #agreed: LadderField[] = [];

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
        return [
          {
            ...base,
            ...LOST,
            meaning: lostText(signal.count),
            fields: [{ name: "IFPs", value: String(signal.count) }],
          },
        ];
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
      if (this.checkDue) this.#agreed = agreedIn(frame.fif);
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
        fields: [...this.#agreed],
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

/** How the pages are coded that follow a DCS with this FIF. */
function agreedIn(fif: Uint8Array): LadderField[] {
  const dcs = decodeDcs(fif);
  if (isProblem(dcs)) return [];
  const coding = dcs.coding.toUpperCase();
  return [
    { name: "coding", value: coding, clause: coding === "MMR" ? "T.6" : "T.4" },
    { name: "pels per line", value: String(dcs.width), clause: "T.30 table 2" },
  ];
}

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

/** Lower-case hex. */
export function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Who an entry comes from. */
export function sideOf(entry: LadderEntry): LadderRow["from"] {
  return entry.fromCaller ? "caller" : "answerer";
}
