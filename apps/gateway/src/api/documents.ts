// /v1/documents: upload once, use in many jobs; and pages as pictures for people.

import type { SpoolFile } from "@depesche/ports";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { scope } from "./auth.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { BrokenUpload, boundaryOf, readFilePart } from "./multipart.ts";
import { ApiProblem, notFound } from "./problems.ts";
import { binary, ERRORS, json } from "./routes.ts";
import * as s from "./schemas.ts";

/** Answers a page of a document as PNG; pages count from 1 outside. */
export async function pagePng(deps: ApiDeps, document: Uint8Array, page: number): Promise<Response> {
  const png = page >= 1 ? await deps.renderPage(document, page - 1) : "none";
  if (png === "none") throw notFound("such page");
  if (png === "unsupported") {
    throw new ApiProblem("page-not-rendered", "There are pictures of PDF and TIFF documents only.");
  }
  return new Response(png.slice().buffer, {
    headers: { "content-type": "image/png", "cache-control": "private, max-age=86400, immutable" },
  });
}

/** Number of a page in a path that ends in `N.png`. */
export function pageNumber(c: Context): number {
  return Number.parseInt(c.req.param("page") ?? "", 10);
}

/** Ending of paths to pages: Hono takes the dot as part of a parameter, so both stand in one pattern. */
export const PAGE = ":page{[1-9][0-9]{0,5}\\.png}";

export function addDocuments(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  // Both are registered by hand: the body is streamed, never parsed, and `{n}.png` is no parameter of its own to Hono.
  const bytes = z.string().openapi({ format: "binary" });
  const parameters = { security: [{ apiKey: ["jobs:write"] }], tags: ["Documents"] };
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/documents",
    ...parameters,
    summary: "Upload a document",
    description: "The raw bytes, or one file as multipart/form-data. The answer's hash names it in `POST /v1/jobs`.",
    request: {
      body: {
        required: true,
        content: {
          "application/octet-stream": { schema: bytes },
          "application/pdf": { schema: bytes },
          "image/tiff": { schema: bytes },
          "multipart/form-data": { schema: z.object({ file: bytes }) },
        },
      },
    },
    responses: { 201: json(s.documentStored, "Stored"), ...ERRORS },
  });
  app.post("/v1/documents", scope("jobs:write"), async (c) => {
    const file = await receive(deps, c);
    if (file.bytes === 0) {
      await file.discard();
      throw new ApiProblem("file-empty", "The document has no bytes.");
    }
    await deps.blobs.putFile(file.path, file.sha256);
    await deps.ledger.rememberBlob(c.get("caller").account.id, file.sha256, file.bytes);
    return c.json({ hash: file.sha256, bytes: file.bytes }, 201);
  });

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/documents/{hash}/pages/{n}.png",
    tags: ["Documents"],
    security: [{ apiKey: ["jobs:read"] }],
    summary: "A page of a document as a picture",
    request: { params: z.object({ hash: s.hash, n: z.int().min(1) }) },
    responses: { 200: binary("image/png", "The page"), ...ERRORS },
  });
  app.get(`/v1/documents/:hash{[0-9a-f]{64}}/pages/${PAGE}`, scope("jobs:read"), async (c) => {
    const { hash } = c.req.param() as { hash: string };
    const owned = await deps.ledger.blobOwner(c.get("caller").account.id, hash);
    const document = owned ? await deps.blobs.get(hash) : undefined;
    if (!document) throw notFound("such document");
    return pagePng(deps, document, pageNumber(c));
  });

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/jobs/{id}/pages/{n}.png",
    tags: ["Jobs"],
    security: [{ apiKey: ["jobs:read"] }],
    summary: "A prepared page of a fax or letter job as a picture",
    request: { params: z.object({ id: s.id, n: z.int().min(1) }) },
    responses: { 200: binary("image/png", "The page"), ...ERRORS },
  });
  app.get(`/v1/jobs/:id{${s.ID_PATTERN}}/pages/${PAGE}`, scope("jobs:read"), async (c) => {
    const job = await deps.ledger.job(c.get("caller").account.id, Number(c.req.param("id")));
    const document = job?.content.pages ? await deps.blobs.get(job.content.pages.hash) : undefined;
    if (!document) throw notFound("such page");
    return pagePng(deps, document, pageNumber(c));
  });
}

/** The body's chunks; one that breaks off is the caller's fault, not ours. */
async function* whole(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch {
    throw new BrokenUpload("it breaks off");
  }
}

/** Streams the body into a spool file. Nothing is left behind when it fails. */
async function receive(deps: ApiDeps, c: Context<ApiEnv>): Promise<SpoolFile> {
  const stream = c.req.raw.body;
  if (!stream) throw new ApiProblem("file-empty", "The request has no body.");
  const contentType = c.req.header("content-type") ?? "application/octet-stream";
  const boundary = boundaryOf(contentType);
  if (boundary === undefined && /^(multipart\/|application\/x-www-form-urlencoded)/i.test(contentType)) {
    throw new ApiProblem("media-type", "Send the raw bytes, or multipart/form-data with a boundary.");
  }
  const writer = await deps.spool.create();
  try {
    const chunks = whole(stream as unknown as AsyncIterable<Uint8Array>);
    if (boundary === undefined) for await (const chunk of chunks) await writer.write(chunk);
    else await readFilePart(chunks, boundary, (chunk) => writer.write(chunk));
    return await writer.close();
  } catch (fault) {
    await writer.abort().catch(() => {});
    if (fault instanceof BrokenUpload) throw new ApiProblem("broken-upload", `The upload is broken: ${fault.message}.`);
    throw fault;
  }
}
