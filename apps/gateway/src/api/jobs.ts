// /v1/jobs: hand in, list, look into.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { API_LIMITS, type ApiDeps, type ApiEnv } from "./deps.ts";
import { noteExchange } from "./exchange.ts";
import { spoolDocuments } from "./inline-documents.ts";
import { notFound } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { idempotencyOf, submit } from "./submit.ts";
import { attemptView, jobDetail, jobSummary, recipientView } from "./views.ts";

const JOB = z.object({ id: s.id });
const RECIPIENT = z.object({ id: s.id, n: s.place });

export function addJobs(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const limits = { ...API_LIMITS, ...deps.limits };

  const create = guarded(
    "jobs:write",
    {
      method: "post",
      path: "/v1/jobs",
      tags: ["Jobs"],
      summary: "Hand in a job",
      description:
        "Accepted means kept: the job survives any failure from here on. With an `Idempotency-Key` the same request may be sent again and again and is one job.",
      request: {
        headers: z.object({ "idempotency-key": z.string().optional() }),
        body: body(s.jobInput),
      },
      responses: { 201: json(s.jobAccepted, "Accepted"), ...ERRORS },
    },
    limits.jsonBytes,
  );
  app.openapi(create, async (c) => {
    const input = c.req.valid("json");
    const { account } = c.get("caller");
    const idempotency = idempotencyOf(c.req.header("idempotency-key"), "/v1/jobs", await c.req.text());
    const files = await spoolDocuments(deps, account.id, input.documents ?? []);
    const note = noteExchange(c, deps);
    const accepted = await submit(deps, {
      account,
      channel: input.channel,
      recipients: (input.recipients ?? []).map((r) =>
        typeof r === "string" ? { address: r, reference: "" } : { address: r.address, reference: r.reference ?? "" },
      ),
      text: input.text,
      files,
      options: input.options ?? {},
      sendAt: input.sendAt === undefined ? undefined : Date.parse(input.sendAt),
      priority: input.priority,
      face: "api",
      idempotency,
    });
    c.header("Location", `/v1/jobs/${accepted.jobId}`);
    if (accepted.replayed) c.header("Idempotent-Replayed", "true");
    const { jobId, recipients, pages, notices } = accepted;
    const told = { id: jobId, recipients, pages, notices };
    return note([jobId], c.json(told, 201), told);
  });

  const list = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs",
    tags: ["Jobs"],
    summary: "List jobs, newest first",
    request: {
      query: z.object({
        ...s.pageQuery,
        state: z.enum(["open", "done"]).optional(),
        channel: s.jobInput.shape.channel.optional(),
      }),
    },
    responses: { 200: json(s.listing(s.jobSummary), "Jobs"), ...ERRORS },
  });
  app.openapi(list, async (c) => {
    const page = await deps.ledger.jobs(c.get("caller").account.id, c.req.valid("query"));
    return c.json({ items: page.items.map(jobSummary), next: page.next }, 200);
  });

  const read = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs/{id}",
    tags: ["Jobs"],
    summary: "Look into a job",
    request: { params: JOB },
    responses: { 200: json(s.jobDetail, "The job"), ...ERRORS },
  });
  app.openapi(read, async (c) => {
    const job = await deps.ledger.job(c.get("caller").account.id, c.req.valid("param").id);
    if (!job) throw notFound("such job");
    return c.json(jobDetail(job), 200);
  });

  const recipients = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs/{id}/recipients",
    tags: ["Jobs"],
    summary: "Recipients of a job, in input order",
    request: {
      params: JOB,
      query: z.object({
        ...s.pageQuery,
        cursor: s.place.optional(),
        from: s.place.optional().openapi({ description: "Jump to this place" }),
        outcome: s.recipient.shape.outcome,
        state: s.recipient.shape.state.optional(),
        q: s.search,
      }),
    },
    responses: { 200: json(s.listing(s.recipient), "Recipients"), ...ERRORS },
  });
  app.openapi(recipients, async (c) => {
    const { limit, cursor, from, outcome, state, q } = c.req.valid("query");
    const { id } = c.req.valid("param");
    if (!(await deps.ledger.job(c.get("caller").account.id, id))) throw notFound("such job");
    const start = cursor ?? from ?? 0;
    // One more than asked for tells whether there is a next page.
    const rows = await deps.ledger.recipients(id, { from: start, limit: limit + 1, outcome, state, q });
    const items = rows.slice(0, limit);
    const next = rows.length > limit ? String((items.at(-1) as { n: number }).n + 1) : undefined;
    return c.json({ items: items.map(recipientView), next }, 200);
  });

  const attempts = guarded("jobs:read", {
    method: "get",
    path: "/v1/jobs/{id}/recipients/{n}/attempts",
    tags: ["Jobs"],
    summary: "Attempts of a recipient, first to last",
    request: { params: RECIPIENT },
    responses: { 200: json(s.listing(s.attempt), "Attempts"), ...ERRORS },
  });
  app.openapi(attempts, async (c) => {
    const { id, n } = c.req.valid("param");
    const job = await deps.ledger.job(c.get("caller").account.id, id);
    if (!job || n >= job.total) throw notFound("such recipient");
    const all = await deps.ledger.attempts(id, n);
    return c.json({ items: all.map(attemptView) }, 200);
  });
}
