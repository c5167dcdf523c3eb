// What may be told to a job: cancel, pause, resume, send again.

import type { Outcome } from "@depesche/core";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { noteExchange } from "./exchange.ts";
import { sendAgain } from "./failures.ts";
import { ApiProblem, notFound } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { idempotencyOf } from "./submit.ts";
import { jobDetail } from "./views.ts";

const JOB = z.object({ id: s.id });

/** Outcomes that a second try may change. */
const WORTH_ANOTHER: readonly Outcome[] = ["BUSY", "NOANSWER", "VOICE", "NORING", "ISDNERR", "NOSERVICE", "SENDFAIL"];

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
    const note = noteExchange(c, deps);
    const answer = await sendAgain(deps, account, {
      pick: { job: id, outcomes },
      dryRun: dryRun ?? false,
      idempotency: idempotencyOf(c.req.header("idempotency-key"), `/v1/jobs/${id}/resend`, await c.req.text()),
    });
    if (answer.recipients === 0)
      throw new ApiProblem("nothing-to-resend", `No recipient of job ${id} ended ${outcomes.join(" or ")}.`);
    const [made] = answer.jobs;
    if (made === undefined) return c.json({ recipients: answer.recipients }, 200);
    c.header("Location", `/v1/jobs/${made}`);
    if (answer.replayed) c.header("Idempotent-Replayed", "true");
    const told = { recipients: answer.recipients, id: made };
    return note([made], c.json(told, 201), told);
  });
}
