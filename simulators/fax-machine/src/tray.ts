/** The paper tray of all machines: their last faxes as they came over the line, made into TIFF only when asked for. */

import { createHash } from "node:crypto";
import { type Coding, decode, type TiffPageInput, writeTiff } from "@depesche/t4";

/** A page as it came over the line. */
export interface TrayPage {
  /** SHA-256 of the T.4/T.6 octets, lower-case hex. */
  sha256: string;
  coding: Coding;
  width: number;
  yDpi: number;
  /** Lines that came damaged and were concealed. */
  badLines: number;
}

export interface TrayFax {
  from: string;
  /** TSI of the sending machine. */
  remoteId: string;
  /** Milliseconds since 1970, of the clock the exchange runs by. */
  at: number;
  /** The name that the caller gave its call; "" when it gave none. */
  attempt: string;
  /** False when the call ended before all was confirmed: the last page may then be a part of one. */
  complete: boolean;
  pages: readonly TrayPage[];
}

export interface TrayLimits {
  /** Faxes a machine keeps; default 50. */
  faxes?: number;
  /** Octets of all pages of all machines; the oldest faxes of all go first. Default 128 MB. */
  octets?: number;
}

/** Standard resolution is told from fine by this. */
const X_DPI = 204;

export class Tray {
  readonly #limits: Required<TrayLimits>;
  readonly #machines = new Map<string, TrayFax[]>();
  /** The latest fax of each named call, complete or not. */
  readonly #attempts = new Map<string, TrayFax>();
  /** Page octets by hash, with how often they lie in the tray: one circular to thousands is kept once. */
  readonly #pages = new Map<string, { octets: Uint8Array; uses: number }>();
  /** All faxes, oldest first. */
  readonly #order = new Set<{ number: string; fax: TrayFax }>();
  #octets = 0;

  constructor(limits: TrayLimits = {}) {
    this.#limits = { faxes: limits.faxes ?? 50, octets: limits.octets ?? 128 * 1024 * 1024 };
  }

  /** Complete faxes of a number, oldest first; their index is what `tiff` takes. */
  faxes(number: string): readonly TrayFax[] {
    return (this.#machines.get(number) ?? []).filter((fax) => fax.complete);
  }

  /** What the call of this name left in a tray, broken off or not; undefined when none did or it was thrown away. */
  ofAttempt(attempt: string): TrayFax | undefined {
    return this.#attempts.get(attempt);
  }

  put(number: string, fax: Omit<TrayFax, "pages">, pages: readonly (TrayPage & { octets: Uint8Array })[]): void {
    const kept: TrayFax = { ...fax, pages: pages.map(({ octets: _, ...page }) => page) };
    for (const { sha256, octets } of pages) this.#keep(sha256, octets);
    const tray = this.#machines.get(number) ?? [];
    this.#machines.set(number, tray);
    tray.push(kept);
    if (fax.attempt !== "") this.#attempts.set(fax.attempt, kept);
    this.#order.add({ number, fax: kept });
    if (tray.length > this.#limits.faxes) this.#drop(number, tray[0]!);
    for (const oldest of this.#order) {
      if (this.#octets <= this.#limits.octets || this.#order.size === 1) break;
      this.#drop(oldest.number, oldest.fax);
    }
  }

  /** The fax as a multipage TIFF with fax tags, or undefined when there is none at that index. */
  tiff(number: string, index: number): Uint8Array | undefined {
    const fax = this.faxes(number)[index];
    return fax && this.tiffOf(fax);
  }

  /** A fax that lies in the tray as a multipage TIFF; undefined when no line of it is printable. */
  tiffOf(fax: TrayFax): Uint8Array | undefined {
    const pages = fax.pages.map((page) => tiffPage(page, this.#pages.get(page.sha256)!.octets));
    const printable = pages.filter(({ bitmap }) => bitmap.height > 0);
    return printable.length === 0 ? undefined : writeTiff(printable, { software: "Depesche fax machine" });
  }

  clear(): void {
    this.#machines.clear();
    this.#attempts.clear();
    this.#pages.clear();
    this.#order.clear();
    this.#octets = 0;
  }

  #keep(sha256: string, octets: Uint8Array): void {
    const known = this.#pages.get(sha256);
    if (known) {
      known.uses++;
      return;
    }
    this.#pages.set(sha256, { octets, uses: 1 });
    this.#octets += octets.length;
  }

  #drop(number: string, fax: TrayFax): void {
    const tray = this.#machines.get(number);
    if (tray) tray.splice(tray.indexOf(fax), 1);
    if (this.#attempts.get(fax.attempt) === fax) this.#attempts.delete(fax.attempt);
    for (const entry of this.#order) {
      if (entry.fax !== fax) continue;
      this.#order.delete(entry);
      break;
    }
    for (const { sha256 } of fax.pages) {
      const page = this.#pages.get(sha256)!;
      page.uses--;
      if (page.uses > 0) continue;
      this.#pages.delete(sha256);
      this.#octets -= page.octets.length;
    }
  }
}

export function hashOf(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

/** One hash for a document: that of its page, or of its pages' hashes one after the other; "" without pages. */
export function sumOfHashes(hashes: readonly string[]): string {
  if (hashes.length < 2) return hashes[0] ?? "";
  return createHash("sha256").update(hashes.join("")).digest("hex");
}

function tiffPage(page: TrayPage, octets: Uint8Array): TiffPageInput {
  const { bitmap, badLines, consecutiveBadLines } = decode(octets, { coding: page.coding, width: page.width });
  return { bitmap, xDpi: X_DPI, yDpi: page.yDpi, badLines, consecutiveBadLines };
}
