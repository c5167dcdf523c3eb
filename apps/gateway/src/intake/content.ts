// What a job sends: files taken over as blobs, converted once for all recipients, counted.

import { createHash } from "node:crypto";
import type { JobContent, StoredDocument } from "@depesche/core";
import { type Documents, detect, type Part, type PartProblem } from "@depesche/documents";
import { checkLetter } from "@depesche/letter";
import type { BlobStore, IntakeProblem, SpoolFile, SubmitRequest } from "@depesche/ports";
import { segment } from "@depesche/sms";
import type { PreparedPages, rememberPages } from "./prepared-pages.ts";

export interface ContentDeps {
  documents: Documents;
  blobs: BlobStore;
  /** Pages prepared lately, by what they were made of. */
  prepared: ReturnType<typeof rememberPages<PartProblem>>;
}

export type ContentResult =
  | { ok: true; content: JobContent; pageCount: number; notices: string[]; address?: string }
  | { ok: false; problem: IntakeProblem; detail: string; at?: number; findings?: unknown[] };

const PROBLEM_OF: Record<PartProblem["problem"], IntakeProblem> = {
  "empty-file": "file-empty",
  "unknown-type": "format-not-supported",
  "format-not-supported": "format-not-supported",
  "not-what-its-name-says": "not-what-its-name-says",
  broken: "document-broken",
  encrypted: "document-encrypted",
  "too-large": "document-too-large",
  "too-many-pages": "document-too-large",
  timeout: "conversion-failed",
  "converter-failed": "conversion-failed",
};

type NamedFile = { name: string; file: SpoolFile };

/** Checks and converts. Nothing is kept in the blob store before everything is known to be right. */
export async function prepareContent(deps: ContentDeps, request: SubmitRequest): Promise<ContentResult> {
  const missing = request.files.findIndex((f) => f.file === undefined);
  if (missing >= 0)
    return {
      ok: false,
      problem: "file-missing",
      detail: `The file "${request.files[missing]?.name}" has a name but no content.`,
      at: missing,
    };
  const files = request.files as NamedFile[];
  const empty = files.findIndex((f) => f.file.bytes === 0);
  if (empty >= 0)
    return { ok: false, problem: "file-empty", detail: `The file "${files[empty]?.name}" is empty.`, at: empty };
  const text = request.text?.trim() ? request.text : undefined;
  switch (request.channel) {
    case "fax":
      return faxContent(deps, text, files);
    case "sms":
      return smsContent(text);
    case "mail":
      return mailContent(deps, text, files);
    case "letter":
      return letterContent(deps, files);
    case "null":
      return { ok: true, content: { documents: [], ...(text ? { text } : {}) }, pageCount: 1, notices: [] };
  }
}

const NOTHING: ContentResult = { ok: false, problem: "nothing-to-send", detail: "Neither a text nor a file is given." };

async function faxContent(deps: ContentDeps, text: string | undefined, files: NamedFile[]): Promise<ContentResult> {
  if (text === undefined && files.length === 0) return NOTHING;
  const pages = await deps.prepared(madeOf(text, files), async (): Promise<PreparedPages | PartProblem> => {
    const parts: Part[] = [...(text === undefined ? [] : [{ text }]), ...(await readParts(files))];
    const made = await deps.documents.toFaxPages(parts, { resolution: "fine" });
    return made.ok ? { hash: await deps.blobs.put(made.pages.tiff), count: made.pages.pageCount } : made;
  });
  if (!("hash" in pages)) return partProblem(pages, text === undefined ? 0 : 1, files);
  const documents = await keep(deps.blobs, files);
  const content: JobContent = { documents, pages, ...(text ? { text } : {}) };
  return { ok: true, content, pageCount: pages.count, notices: [] };
}

/** Names all that decides how pages look: text, files, and their names, which may tell their type. */
function madeOf(text: string | undefined, files: NamedFile[]): string {
  const parts = [text ?? null, ...files.map(({ name, file }) => [name, file.sha256])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

function smsContent(text: string | undefined): ContentResult {
  if (text === undefined) return NOTHING;
  const cut = segment(text);
  if (cut.problem) return { ok: false, problem: "text-too-long", detail: "The text needs more than 255 parts." };
  return { ok: true, content: { text, documents: [] }, pageCount: cut.parts.length, notices: [] };
}

async function mailContent(deps: ContentDeps, text: string | undefined, files: NamedFile[]): Promise<ContentResult> {
  if (text === undefined && files.length === 0) return NOTHING;
  return {
    ok: true,
    content: { documents: await keep(deps.blobs, files), ...(text ? { text } : {}) },
    pageCount: 1,
    notices: [],
  };
}

async function letterContent(deps: ContentDeps, files: NamedFile[]): Promise<ContentResult> {
  if (files.length === 0)
    return {
      ok: false,
      problem: "file-missing",
      detail: "A letter needs a document; its address is read from page 1.",
      at: 0,
    };
  const joined = await deps.documents.pdfFromParts(await readParts(files));
  if (!joined.ok) return partProblem(joined, 0, files);
  const inspection = await deps.documents.inspectPdf(joined.pdf);
  if (!inspection.ok) return { ok: false, problem: PROBLEM_OF[inspection.problem], detail: inspection.detail };
  const check = checkLetter(inspection, {});
  const { address } = check;
  if (!check.ok || !address)
    return {
      ok: false,
      problem: "letter-faulty",
      detail: check.findings.flatMap((f) => (f.severity === "error" ? [f.text] : [])).join(" "),
      findings: check.findings,
    };
  const hash = await deps.blobs.put(joined.pdf);
  const content: JobContent = {
    documents: await keep(deps.blobs, files),
    pages: { hash, count: joined.pageCount },
    letter: { address, international: check.international, sheets: check.sheets },
  };
  const notices = check.findings.map((f) => f.text);
  return { ok: true, content, pageCount: joined.pageCount, notices, address: address.join(", ") };
}

async function readParts(files: NamedFile[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const { name, file } of files) parts.push({ name, bytes: await file.read() });
  return parts;
}

/** Takes the spool files over as blobs; they are durable when this resolves. */
async function keep(blobs: BlobStore, files: NamedFile[]): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = [];
  for (const { name, file } of files) {
    await blobs.putFile(file.path, file.sha256);
    documents.push({ hash: file.sha256, name, bytes: file.bytes, mediaType: mediaTypeOf(name, file) });
  }
  return documents;
}

const MEDIA_TYPES: Record<string, string> = {
  pdf: "application/pdf",
  tiff: "image/tiff",
  png: "image/png",
  jpg: "image/jpeg",
  gif: "image/gif",
  bmp: "image/bmp",
  txt: "text/plain; charset=utf-8",
};

function mediaTypeOf(name: string, file: SpoolFile): string {
  const found = detect(file.head, name);
  return (found.ok && MEDIA_TYPES[found.type]) || "application/octet-stream";
}

function partProblem(problem: PartProblem, textParts: number, files: NamedFile[]): ContentResult {
  const at = problem.part - textParts;
  const name = files[at]?.name;
  return {
    ok: false,
    problem: PROBLEM_OF[problem.problem],
    detail: `${name === undefined ? "" : `"${name}": `}${problem.detail}`,
    ...(at >= 0 ? { at } : {}),
  };
}
