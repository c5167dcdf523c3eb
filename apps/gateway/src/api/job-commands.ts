// What may be told to a job: cancel, pause, resume, send again.

import type { Job, Outcome, Recipient } from "@depesche/core";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { spoolBytes } from "./inline-documents.ts";
import { ApiProblem, notFound } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { idempotencyOf, submit } from "./submit.ts";
import { jobDetail } from "./views.ts";

const JOB = z.object({ id: s.id });

/** Outcomes that a second try may change. */
const WORTH_ANOTHER: readonly Outcome[] = ["BUSY", "NOANSWER", "VOICE", "NORING", "ISDNERR", "NOSERVICE", "SENDFAIL"];

const READ_AT_ONCE = 2_000;

export function addJobCommands(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const cancel = guarded("jobs:write", {
    method: "post",
    path: "/v1/jobs/{id}/cancel",
    tags: ["Jobs"],
    summary: "Cancel what has not gone out",
    request: { params: JOB },
    responses: { 200: json(s.cancelled, "What was cancelled"), ...ERRORS },
  });
  app.openapi(cancel, async (c) => {
    const { found, cancelled, inFlight } = await deps.ledger.cancel(
      c.get("caller").account.id,
      c.req.valid("param").id,
    );
    if (!found) throw notFound("such job");
    return c.json({ cancelled, inFlight }, 200);
  });

  for (const paused of [true, false]) {
    const route = guarded("jobs:write", {
      method: "post",
      path: paused ? "/v1/jobs/{id}/pause" : "/v1/jobs/{id}/resume",
      tags: ["Jobs"],
      summary: paused ? "Begin no further attempts" : "Go on after a pause",
      request: { params: JOB },
      responses: { 200: json(s.jobDetail, "The job"), ...ERRORS },
    });
    app.openapi(route, async (c) => {
      const { id } = c.req.valid("param");
      const account = c.get("caller").account.id;
      // A job that is done has nothing to hold back: it is told as it stands.
      await deps.ledger.pause(account, id, paused);
      const job = await deps.ledger.job(account, id);
      if (!job) throw notFound("such job");
      return c.json(jobDetail(job), 200);
    });
  }

  const resend = guarded("jobs:write", {
    method: "post",
    path: "/v1/jobs/{id}/resend",
    tags: ["Jobs"],
    summary: "Send the failed recipients again, as a new job",
    request: {
      params: JOB,
      headers: z.object({ "idempotency-key": z.string().optional() }),
      body: body(s.resendInput),
    },
    responses: {
      200: json(s.resent, "What would be sent (dry run)"),
      201: json(s.resent, "The new job"),
      ...ERRORS,
    },
  });
  app.openapi(resend, async (c) => {
    const { account } = c.get("caller");
    const { id } = c.req.valid("param");
    const { outcomes = WORTH_ANOTHER, dryRun } = c.req.valid("json");
    const job = await deps.ledger.job(account.id, id);
    if (!job) throw notFound("such job");
    const recipients = await withOutcomes(deps, job, outcomes);
    if (recipients.length === 0) {
      throw new ApiProblem("nothing-to-resend", `No recipient of job ${id} ended ${outcomes.join(" or ")}.`);
    }
    if (dryRun) return c.json({ recipients: recipients.length }, 200);
    const accepted = await submit(deps, {
      // Sending again is meant: the check for duplicates does not apply.
      account: { ...account, duplicateCheck: false },
      channel: job.channel,
      // The address of a letter stands on its page, not in the request.
      recipients: job.channel === "letter" ? [] : recipients.map(({ address, reference }) => ({ address, reference })),
      text: job.content.text,
      files: await documentsOf(deps, job),
      options: job.options,
      priority: job.priority,
      face: "api",
      idempotency: idempotencyOf(c.req.header("idempotency-key"), `/v1/jobs/${id}/resend`, await c.req.text()),
    });
    c.header("Location", `/v1/jobs/${accepted.jobId}`);
    if (accepted.replayed) c.header("Idempotent-Replayed", "true");
    return c.json({ recipients: accepted.recipients, id: accepted.jobId }, 201);
  });
}

async function withOutcomes(deps: ApiDeps, job: Job, outcomes: readonly Outcome[]): Promise<Recipient[]> {
  const found: Recipient[] = [];
  // A job has at most as many rows as it says, so this ends.
  for (let from = 0; from < job.total; from += READ_AT_ONCE) {
    const rows = await deps.ledger.recipients(job.id, { from, limit: READ_AT_ONCE });
    if (rows.length === 0) break;
    found.push(...rows.filter((r) => r.outcome !== undefined && outcomes.includes(r.outcome)));
  }
  return found;
}

async function documentsOf(deps: ApiDeps, job: Job) {
  const files: { name: string; file: Awaited<ReturnType<typeof spoolBytes>> }[] = [];
  try {
    for (const { hash, name } of job.content.documents) {
      const bytes = await deps.blobs.get(hash);
      if (!bytes) throw new ApiProblem("document-unknown", `${name} is no longer kept.`);
      files.push({ name, file: await spoolBytes(deps.spool, bytes) });
    }
    return files;
  } catch (fault) {
    await Promise.all(files.map(({ file }) => file.discard()));
    throw fault;
  }
}
