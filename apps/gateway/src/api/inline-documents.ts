// Documents of a job on their way to the intake: inline base64, or blobs named by hash, each into a spool file.

import type { DocumentInput } from "@depesche/client";
import type { BlobStore, FaceLedger, Spool, SpoolFile } from "@depesche/ports";
import { ApiProblem } from "./problems.ts";

/** Characters decoded at a time; a multiple of four. */
const SLICE = 1024 * 1024;

/** Writes base64 (RFC 4648 §4, padding optional) to a spool file. Undefined when it is none. */
export async function spoolBase64(spool: Spool, base64: string): Promise<SpoolFile | undefined> {
  const writer = await spool.create();
  try {
    const end = base64.replace(/={1,2}$/, "").length;
    for (let at = 0; at < end; at += SLICE) {
      const slice = base64.slice(at, Math.min(end, at + SLICE));
      if (!/^[A-Za-z0-9+/]*$/.test(slice) || slice.length % 4 === 1) {
        await writer.abort();
        return undefined;
      }
      await writer.write(Buffer.from(slice, "base64"));
    }
    return await writer.close();
  } catch (fault) {
    await writer.abort().catch(() => {});
    throw fault;
  }
}

/** Copies bytes into a spool file of their own, since the intake takes over what it is given. */
export async function spoolBytes(spool: Spool, bytes: Uint8Array): Promise<SpoolFile> {
  const writer = await spool.create();
  try {
    await writer.write(bytes);
    return await writer.close();
  } catch (fault) {
    await writer.abort().catch(() => {});
    throw fault;
  }
}

export interface DocumentSources {
  ledger: FaceLedger;
  blobs: BlobStore;
  spool: Spool;
}

/** All documents of a job as spool files, in order. On a problem none is left behind. */
export async function spoolDocuments(
  sources: DocumentSources,
  accountId: number,
  documents: readonly DocumentInput[],
): Promise<{ name: string; file: SpoolFile }[]> {
  const files: { name: string; file: SpoolFile }[] = [];
  try {
    for (const [at, document] of documents.entries()) {
      files.push({ name: document.name, file: await spoolDocument(sources, accountId, document, at) });
    }
    return files;
  } catch (fault) {
    await Promise.all(files.map(({ file }) => file.discard()));
    throw fault;
  }
}

async function spoolDocument(
  { ledger, blobs, spool }: DocumentSources,
  accountId: number,
  document: DocumentInput,
  at: number,
): Promise<SpoolFile> {
  if ("base64" in document) {
    const file = await spoolBase64(spool, document.base64);
    if (file) return file;
    throw new ApiProblem("invalid", `The content of ${document.name} is not base64.`, {
      at,
      errors: [{ at: `documents[${at}].base64`, message: "not base64" }],
    });
  }
  const bytes = (await ledger.blobOwner(accountId, document.hash)) ? await blobs.get(document.hash) : undefined;
  if (bytes) return spoolBytes(spool, bytes);
  throw new ApiProblem("document-unknown", `${document.name}: no document with this hash was uploaded.`, { at });
}
