// /v1/inbound: faxes that came in, as TIFF, PDF and pictures.

import type { InboundFax } from "@depesche/ports";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { scope } from "./auth.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { PAGE, pageNumber, pagePng } from "./documents.ts";
import { capture, decoded, type ToldLadder } from "./ladders.ts";
import { notFound } from "./problems.ts";
import { binary, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { inboundView, missedView } from "./views.ts";

const FAX = z.object({ id: s.id });

export function addInbound(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const find = async (account: number, id: number): Promise<InboundFax> => {
    const fax = await deps.ledger.inbound(account, id);
    if (!fax || fax.state === "deleted") throw notFound("such fax");
    return fax;
  };
  const tiffOf = async (account: number, id: number): Promise<Uint8Array> => {
    const tiff = await deps.blobs.get((await find(account, id)).tiffHash);
    if (!tiff) throw notFound("such fax (any more)");
    return tiff;
  };

  // Before /v1/inbound/{id}, whose parameter would take "7.tif" too.
  for (const [format, mediaType] of [
    ["tif", "image/tiff"],
    ["pdf", "application/pdf"],
  ] as const) {
    app.openAPIRegistry.registerPath({
      method: "get",
      path: `/v1/inbound/{id}.${format}`,
      tags: ["Inbound"],
      security: [{ apiKey: ["inbound:read"] }],
      summary: `A received fax as ${format === "tif" ? "multipage TIFF" : "PDF"}`,
      request: { params: FAX },
      responses: { 200: binary(mediaType, "The fax"), ...ERRORS },
    });
    app.get(`/v1/inbound/:file{${s.ID_PATTERN}\\.${format}}`, scope("inbound:read"), async (c) => {
      const id = Number.parseInt(c.req.param("file"), 10);
      const tiff = await tiffOf(c.get("caller").account.id, id);
      const file = format === "tif" ? tiff : deps.tiffToPdf(tiff);
      return new Response(file.slice().buffer, {
        headers: {
          "content-type": mediaType,
          "content-disposition": `attachment; filename="fax-${id}.${format}"`,
        },
      });
    });
  }

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/inbound/{id}/pages/{n}.png",
    tags: ["Inbound"],
    security: [{ apiKey: ["inbound:read"] }],
    summary: "A page of a received fax as a picture",
    request: { params: z.object({ id: s.id, n: z.int().min(1) }) },
    responses: { 200: binary("image/png", "The page"), ...ERRORS },
  });
  app.get(`/v1/inbound/:id{${s.ID_PATTERN}}/pages/${PAGE}`, scope("inbound:read"), async (c) => {
    const tiff = await tiffOf(c.get("caller").account.id, Number(c.req.param("id")));
    return pagePng(deps, tiff, pageNumber(c));
  });

  const ladderOfCall = async (account: number, id: number): Promise<ToldLadder> => {
    const bytes = await deps.ledger.inboundLadder((await find(account, id)).id);
    if (!bytes) throw notFound(`record of the call of fax ${id} (any more)`);
    return { bytes };
  };
  const ladder = guarded("inbound:read", {
    method: "get",
    path: "/v1/inbound/{id}/ladder",
    tags: ["Inbound"],
    summary: "The call of a received fax, decoded",
    request: { params: FAX },
    responses: { 200: json(s.ladder, "What both ends said, in order"), ...ERRORS },
  });
  app.openapi(ladder, async (c) =>
    c.json(decoded(deps, await ladderOfCall(c.get("caller").account.id, c.req.valid("param").id)), 200),
  );

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/inbound/{id}/ladder.pcap",
    tags: ["Inbound"],
    security: [{ apiKey: ["inbound:read"] }],
    summary: "The call of a received fax as a capture file for Wireshark",
    request: { params: FAX },
    responses: { 200: binary("application/vnd.tcpdump.pcap", "The capture"), ...ERRORS },
  });
  app.get(`/v1/inbound/:id{${s.ID_PATTERN}}/ladder.pcap`, scope("inbound:read"), async (c) => {
    const id = Number(c.req.param("id"));
    return capture(deps, await ladderOfCall(c.get("caller").account.id, id), `inbound-${id}`);
  });

  addMissed(app, deps);

  const list = guarded("inbound:read", {
    method: "get",
    path: "/v1/inbound",
    tags: ["Inbound"],
    summary: "Received faxes, newest first",
    request: {
      query: z.object({
        ...s.pageQuery,
        deleted: s.flag.openapi({ description: "List those that were deleted, too; their pages are gone" }),
      }),
    },
    responses: { 200: json(s.listing(s.inbound), "Received faxes"), ...ERRORS },
  });
  app.openapi(list, async (c) => {
    const page = await deps.ledger.inbounds(c.get("caller").account.id, c.req.valid("query"));
    return c.json({ items: page.items.map(inboundView), next: page.next }, 200);
  });

  const read = guarded("inbound:read", {
    method: "get",
    path: "/v1/inbound/{id}",
    tags: ["Inbound"],
    summary: "A received fax",
    request: { params: FAX },
    responses: { 200: json(s.inbound, "The fax"), ...ERRORS },
  });
  app.openapi(read, async (c) => {
    return c.json(inboundView(await find(c.get("caller").account.id, c.req.valid("param").id)), 200);
  });

  const remove = guarded("inbound:write", {
    method: "delete",
    path: "/v1/inbound/{id}",
    tags: ["Inbound"],
    summary: "Delete a received fax",
    request: { params: FAX },
    responses: { 204: { description: "Deleted" }, ...ERRORS },
  });
  app.openapi(remove, async (c) => {
    if (!(await deps.ledger.deleteInbound(c.get("caller").account.id, c.req.valid("param").id))) {
      throw notFound("such fax");
    }
    return c.body(null, 204);
  });
}

/** Before /v1/inbound/{id}, whose parameter would take "missed", too. */
function addMissed(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const list = guarded("inbound:read", {
    method: "get",
    path: "/v1/inbound/missed",
    tags: ["Inbound"],
    summary: "Calls that came in and left no fax, newest first",
    request: { query: z.object(s.pageQuery) },
    responses: { 200: json(s.listing(s.missedCall), "Calls"), ...ERRORS },
  });
  app.openapi(list, async (c) => {
    const page = await deps.ledger.missedCalls(c.get("caller").account.id, c.req.valid("query"));
    return c.json({ items: page.items.map(missedView), next: page.next }, 200);
  });

  const ladderOf = async (account: number, id: number): Promise<ToldLadder> => {
    const bytes = await deps.ledger.missedLadder(account, id);
    if (!bytes) throw notFound("such call (any more)");
    return { bytes };
  };
  const ladder = guarded("inbound:read", {
    method: "get",
    path: "/v1/inbound/missed/{id}/ladder",
    tags: ["Inbound"],
    summary: "A call that left no fax, decoded",
    request: { params: FAX },
    responses: { 200: json(s.ladder, "What both ends said, in order"), ...ERRORS },
  });
  app.openapi(ladder, async (c) =>
    c.json(decoded(deps, await ladderOf(c.get("caller").account.id, c.req.valid("param").id)), 200),
  );

  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/inbound/missed/{id}/ladder.pcap",
    tags: ["Inbound"],
    security: [{ apiKey: ["inbound:read"] }],
    summary: "A call that left no fax as a capture file for Wireshark",
    request: { params: FAX },
    responses: { 200: binary("application/vnd.tcpdump.pcap", "The capture"), ...ERRORS },
  });
  app.get(`/v1/inbound/missed/:id{${s.ID_PATTERN}}/ladder.pcap`, scope("inbound:read"), async (c) => {
    const id = Number(c.req.param("id"));
    return capture(deps, await ladderOf(c.get("caller").account.id, id), `missed-${id}`);
  });
}
