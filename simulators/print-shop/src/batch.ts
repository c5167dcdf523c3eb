// A batch as it lies in the hot folder, read and verified: sums, manifest, PDFs.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { looksLikePdf, pageCounts } from "./pdf-pages.ts";

export interface ManifestLetter {
  id: string;
  file: string;
  pages: number;
  sheets: number;
  duplex: boolean;
  colour: boolean;
  envelope: "DINLANG" | "C4";
  address: string[];
}

export type CheckedLetter = ManifestLetter & { sha256: string; bytes: number };

export interface Reject {
  /** "*": the whole batch. */
  id: string;
  code: string;
  detail: string;
}

export interface CheckedBatch {
  good: CheckedLetter[];
  rejects: Reject[];
}

const COLUMNS = ["id", "file", "pages", "sheets", "duplex", "colour", "envelope"];
const SUM_LINE = /^([0-9a-f]{64}) [ *]([A-Za-z0-9-]{1,64}\.pdf|manifest\.csv)$/;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Reads a batch that says it is ready. Sums come first: what does not match them is rejected and never looked into.
 * Letters for which `isKnown` answers are not opened again.
 */
export async function readBatch(folder: string, known: (id: string) => string | undefined): Promise<CheckedBatch> {
  const [ready, sumsFile, manifest] = await Promise.all(
    ["READY", "SHA256SUMS", "manifest.csv"].map((name) => readFile(join(folder, name)).catch(() => undefined)),
  );
  if (!ready || !sumsFile || !manifest) return broken("file-missing", "The batch has no sums or no manifest.");
  if (ready.toString("latin1").trim() !== sha256(sumsFile))
    return broken("checksum-wrong", "SHA256SUMS is not what READY says.");
  const sums = parseSums(sumsFile.toString("utf8"));
  if (sums?.get("manifest.csv") !== sha256(manifest))
    return broken("checksum-wrong", "The manifest does not match its sum.");
  const letters = parseManifest(manifest.toString("utf8"));
  if (!letters) return broken("manifest-broken", "The manifest cannot be read.");
  const batch: CheckedBatch = { good: [], rejects: [] };
  for (const letter of letters) {
    const reject = (code: string, detail: string) => batch.rejects.push({ id: letter.id, code, detail });
    const sum = sums.get(letter.file);
    const before = known(letter.id);
    if (sum === undefined) reject("file-missing", "The PDF is not in SHA256SUMS.");
    else if (before !== undefined && before !== sum)
      reject("letter-id-reused", "Another PDF was printed under this id.");
    else if (before !== undefined) batch.good.push({ ...letter, sha256: sum, bytes: 0 });
    else {
      const pdf = await readFile(join(folder, letter.file)).catch(() => undefined);
      const fault = pdf ? pdfFault(pdf, sum, letter.pages) : { code: "file-missing", detail: "The PDF is missing." };
      if (fault) reject(fault.code, fault.detail);
      else batch.good.push({ ...letter, sha256: sum, bytes: pdf?.length ?? 0 });
    }
  }
  return batch;
}

function broken(code: string, detail: string): CheckedBatch {
  return { good: [], rejects: [{ id: "*", code, detail }] };
}

function pdfFault(pdf: Buffer, sum: string, pages: number): { code: string; detail: string } | undefined {
  if (sha256(pdf) !== sum) return { code: "checksum-wrong", detail: "The PDF does not match its sum." };
  if (!looksLikePdf(pdf)) return { code: "pdf-unreadable", detail: "The file is not a whole PDF." };
  const counts = pageCounts(pdf);
  if (counts.size > 0 && !counts.has(pages)) {
    return {
      code: "page-count-wrong",
      detail: `The PDF has ${[...counts].join(" or ")} pages, the manifest says ${pages}.`,
    };
  }
  return undefined;
}

function parseSums(text: string): Map<string, string> | undefined {
  const sums = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const m = SUM_LINE.exec(line);
    if (!m) return undefined;
    sums.set(m[2] as string, m[1] as string);
  }
  return sums;
}

function parseManifest(text: string): ManifestLetter[] | undefined {
  const [head, ...rows] = parseCsv(text) ?? [];
  if (!head || COLUMNS.some((name, i) => head[i] !== name)) return undefined;
  const letters: ManifestLetter[] = [];
  for (const row of rows) {
    const [id = "", file = "", pages = "", sheets = "", duplex, colour, envelope, ...address] = row;
    const sound =
      row.length === head.length &&
      /^[A-Za-z0-9-]{1,64}$/.test(id) &&
      !letters.some((l) => l.id === id) &&
      file === `${id}.pdf` &&
      /^[1-9]\d{0,5}$/.test(pages) &&
      /^[1-9]\d{0,5}$/.test(sheets) &&
      (envelope === "DINLANG" || envelope === "C4");
    if (!sound) return undefined;
    letters.push({
      id,
      file,
      pages: Number(pages),
      sheets: Number(sheets),
      duplex: duplex === "1",
      colour: colour === "1",
      envelope,
      address: address.filter((line) => line !== ""),
    });
  }
  return letters;
}

/** RFC 4180 with every field quoted; undefined for anything else. */
function parseCsv(text: string): string[][] | undefined {
  const rows: string[][] = [];
  for (const line of text.split("\r\n").slice(0, -1)) {
    const fields = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)];
    if (fields.map((m) => m[0]).join("") !== line || line.endsWith(",")) return undefined;
    rows.push(fields.map((m) => (m[1] as string).replaceAll('""', '"')));
  }
  return text.endsWith("\r\n") ? rows : undefined;
}
