/** The page data of one side in a call's record: pages as rows, and with error correction (T.30 annex A) each block's frames by number. */

import { decodePpr, decodePps, FCF, type Frame, fcfOf, isProblem, reverseBits } from "@depesche/t30";
import type { Field } from "@depesche/t38";
import type { LadderRow } from "./ladder-rows.ts";

/** A block as its sender has sent it so far, over all repetitions. */
interface Block {
  row: LadderRow;
  /** Frame numbers of this transmission. */
  sent: Set<number>;
  /** Those whose FCS was wrong in the record itself. */
  bad: Set<number>;
}

const FIELD_CLAUSE = "T.30 annex A.4.3";

/** Gathers the page data that one side sends. */
export class ImageReader {
  #row: LadderRow | undefined;
  #octets = 0;
  #block: Block | undefined;
  /** The block last sent, until PPS names it. */
  #latest: Block | undefined;
  /** The block that PPS has named last: PPR speaks of it. */
  #named: Block | undefined;
  /** Page and block of the last PPS, and the frames that were sent under it. */
  #key = "";
  #seen = new Set<number>();
  #asked = false;
  #refused = false;

  /** Page data that came at `lineUs`; `begin` makes the row when a page or block begins, and the row is returned then. */
  take(fields: readonly Field[], lineUs: number, begin: () => LadderRow): LadderRow | undefined {
    const begun = this.#row === undefined;
    if (begun) [this.#octets, this.#block] = [0, undefined];
    const row = this.#row ?? begin();
    this.#row = row;
    if (begun && this.#refused) row.repeated = true;
    if (begun) this.#refused = false;
    const startUs = row.lineUs - (row.airUs ?? 0);
    if (row.airUs !== undefined) row.airUs = lineUs - startUs;
    row.lineUs = lineUs;
    this.#count(fields, row);
    return begun ? row : undefined;
  }

  /** Something of the page that is being sent was lost. */
  hole(): void {
    if (this.#row) this.#row.damaged = true;
  }

  /** The carrier is gone: the page or block stands as it is. */
  close(): void {
    const row = this.#row;
    this.#row = undefined;
    if (!row) return;
    row.fields.push({ name: "octets", value: String(this.#octets) });
    const block = this.#block;
    if (!block) return;
    this.#latest = block;
    row.fields.push({ name: "frames", value: String(block.sent.size) });
    this.#place(block, this.#asked ? this.#key : undefined, 0, 0);
  }

  /** PPS names the page and the block that was just sent, and how many frames it has. */
  told(frame: Frame): void {
    const block = this.#latest;
    const pps = decodePps(frame.fif);
    if (!block || isProblem(pps)) return;
    const { fields } = block.row;
    if (!fields.some(({ name }) => name === "block"))
      fields.push(
        { name: "page", value: String(pps.page), clause: FIELD_CLAUSE },
        { name: "block", value: String(pps.block), clause: FIELD_CLAUSE },
      );
    this.#place(block, `${pps.page}.${pps.block}`, pps.block, pps.frames);
    this.#key = `${pps.page}.${pps.block}`;
    for (const number of block.sent) this.#seen.add(number);
    this.#latest = undefined;
    this.#asked = false;
    this.#named = block;
  }

  /** The receiver has answered: PPR names the frames that did not arrive well, RTN refuses the page. */
  answered(frame: Frame): void {
    const fcf = fcfOf(frame.fcf);
    if (fcf === FCF.RTN) this.#refused = true;
    if (fcf !== FCF.PPR) return;
    this.#asked = true;
    const block = this.#named;
    if (!block) return;
    const missing = decodePpr(frame.fif, block.row.ecm?.frames ?? 0);
    if (isProblem(missing)) return;
    // Of a frame whose begin was lost on the way to a receiver its own record does not even know the number.
    for (const number of missing) {
      block.bad.add(number);
      this.#seen.add(number);
    }
    markDamaged(block);
  }

  /** Which block this is. One that PPS has named before is a repetition: its frames are those of the block sent first. */
  #place(block: Block, key: string | undefined, number: number, frames: number): void {
    if (key === undefined || key !== this.#key) this.#seen = new Set();
    const repeated = [...block.sent].filter((one) => this.#seen.has(one)).sort(ascending);
    const known = Math.max(frames, 1 + Math.max(-1, ...block.sent, ...this.#seen));
    block.row.ecm = { block: number, frames: known, damaged: [], repeated };
    if (repeated.length > 0) block.row.repeated = true;
    markDamaged(block);
  }

  /** Octets of page data; with error correction those within FCD frames. A frame may come in pieces over several fields. */
  #count(fields: readonly Field[], row: LadderRow): void {
    let head: number[] = [];
    let size = 0;
    for (const { type, data } of fields) {
      if (type.startsWith("t4-non-ecm") && data) this.#octets += data.length;
      else if (type === "hdlc-data" && data) {
        if (head.length < 4) head.push(...data.subarray(0, 4 - head.length));
        size += data.length;
      } else if (type.startsWith("hdlc-fcs")) {
        if (head.length === 4 && fcfOf(head[2]!) === FCF.FCD) {
          this.#octets += size - 4;
          this.#block ??= { row, sent: new Set(), bad: new Set() };
          const number = reverseBits(head[3]!);
          this.#block.sent.add(number);
          if (type.startsWith("hdlc-fcs-bad")) this.#block.bad.add(number);
        }
        [head, size] = [[], 0];
      }
    }
  }
}

function markDamaged({ row, bad }: Block): void {
  if (!row.ecm || bad.size === 0) return;
  row.ecm.damaged = [...bad].sort(ascending);
  row.damaged = true;
  const field = row.fields.find(({ name }) => name === "damaged frames");
  if (field) field.value = String(bad.size);
  else row.fields.push({ name: "damaged frames", value: String(bad.size) });
}

function ascending(a: number, b: number): number {
  return a - b;
}
