/** A call's record in words: one row for each thing that happened on the line. */

import { decodeLadder, type LadderEntry } from "./ladder.ts";
import { hexOf, LineReader, sideOf } from "./ladder-line.ts";
import { type Signal, SignalStream } from "./ladder-stream.ts";

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
