// /v1/failures and /v1/again: dead letters, grouped and one by one, and sending them again.

import type { FailureFilter as FilterInput } from "@depesche/client";
import type { Account } from "@depesche/core";
import type { AgainAnswer, AgainOrder, FailureFilter } from "@depesche/ports";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { accountRefusal, maySend } from "../intake/index.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { noteExchange } from "./exchange.ts";
import { ApiProblem } from "./problems.ts";
import { body, ERRORS, guarded, json } from "./routes.ts";
import * as s from "./schemas.ts";
import { idempotencyOf } from "./submit.ts";
import { failureGroupView, failureView } from "./views.ts";

/** What one request may send again: it is one transaction. */
const MOST = { recipients: 100_000, jobs: 1_000 };
/** 100,000 recipients by name. */
const BODY_BYTES = 8 * 1024 * 1024;

/** How numbers are kept: `+49...`. A beginning is written in any way people write numbers; mail addresses are compared in lower case. */
function addressBeginning(written: string): string {
  const text = written.trim().toLowerCase();
  if (/[^\d\s()/.+-]/.test(text)) return text;
  const digits = text.replace(/[^\d+]/g, "");
  if (digits.startsWith("+")) return digits;
  return `+${digits.startsWith("00") ? digits.slice(2) : digits.startsWith("0") ? `49${digits.slice(1)}` : digits}`;
}

function filterOf({ address, since, ...rest }: FilterInput): FailureFilter {
  const filter: FailureFilter = rest;
  if (address !== undefined && address.trim() !== "") filter.address = addressBeginning(address);
  if (since !== undefined) filter.since = Date.parse(since);
  return filter;
}

/** Sends again what was picked. Throws the problem when nothing may be. */
export async function sendAgain(
  deps: ApiDeps,
  account: Account,
  order: Pick<AgainOrder, "pick" | "dryRun" | "idempotency">,
): Promise<Extract<AgainAnswer, { ok: true }>> {
  const barred = accountRefusal(account, undefined, deps.wall.now());
  if (barred) throw new ApiProblem(barred.problem, barred.detail);
  const permitted: AgainOrder["permitted"] = (channel, address) => maySend(account, channel, address);
  const most = account.mass ? MOST : { ...MOST, perJob: 1 };
  const answer = await deps.ledger.again({ ...order, accountId: account.id, face: "api", permitted, most });
  if (answer.ok) return answer;
  if (answer.problem === "mass-not-released")
    throw new ApiProblem(
      answer.problem,
      "This account may send to one recipient at a time: name the dead letters one by one, or ask for mass sending. Nothing was sent.",
    );
  if (answer.problem === "document-gone")
    throw new ApiProblem("document-unknown", `A document of job ${answer.jobId} is no longer kept; nothing was sent.`);
  if (answer.problem === "idempotency-conflict")
    throw new ApiProblem("idempotency-conflict", "This idempotency key was used for another request.");
  const { recipients, sources } = answer;
  throw new ApiProblem(
    "too-many-again",
    recipients > MOST.recipients
      ? `More than ${MOST.recipients} recipients were picked; nothing was sent. Narrow the filter and ask several times.`
      : `These recipients come from ${sources} jobs, more than ${MOST.jobs}; nothing was sent. Narrow the filter and ask several times.`,
  );
}

export function addFailures(app: OpenAPIHono<ApiEnv>, deps: ApiDeps): void {
  const groups = guarded("jobs:read", {
    method: "get",
    path: "/v1/failures/groups",
    tags: ["Dead letters"],
    summary: "Dead letters by channel, outcome and cause, most frequent first",
    description: "A dead letter is a recipient that was tried, failed for good and was not sent again.",
    request: { query: z.object(s.failureQuery) },
    responses: { 200: json(s.listing(s.failureGroup), "Groups"), ...ERRORS },
  });
  app.openapi(groups, async (c) => {
    const found = await deps.ledger.failureGroups(c.get("caller").account.id, filterOf(c.req.valid("query")));
    return c.json({ items: found.map(failureGroupView) }, 200);
  });

  const list = guarded("jobs:read", {
    method: "get",
    path: "/v1/failures",
    tags: ["Dead letters"],
    summary: "Dead letters one by one, latest first",
    request: { query: z.object({ ...s.pageQuery, ...s.failureQuery }) },
    responses: { 200: json(s.listing(s.failure), "Dead letters"), ...ERRORS },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, ...filter } = c.req.valid("query");
    const page = await deps.ledger.failures(c.get("caller").account.id, filterOf(filter), { limit, cursor });
    return c.json({ items: page.items.map(failureView), next: page.next }, 200);
  });

  const again = guarded(
    "jobs:write",
    {
      method: "post",
      path: "/v1/again",
      tags: ["Dead letters"],
      summary: "Send dead letters again",
      description: `A new job for each job they come from, with its content, options and references; all or nothing. At most ${MOST.recipients} recipients of ${MOST.jobs} jobs at a time. Recipients that may not be sent to any more (blacklist) stay as they are.`,
      request: {
        headers: z.object({ "idempotency-key": z.string().optional() }),
        body: body(s.againInput),
      },
      responses: {
        200: json(s.againResult, "What would be sent (dry run)"),
        201: json(s.againResult, "The new jobs"),
        ...ERRORS,
      },
    },
    BODY_BYTES,
  );
  app.openapi(again, async (c) => {
    const { where, recipients, dryRun = false } = c.req.valid("json");
    const note = noteExchange(c, deps);
    const answer = await sendAgain(deps, c.get("caller").account, {
      pick: recipients ? { recipients } : { where: filterOf(where ?? {}) },
      dryRun,
      idempotency: idempotencyOf(c.req.header("idempotency-key"), "/v1/again", await c.req.text()),
    });
    const told = { recipients: answer.recipients, sources: answer.sources, jobs: answer.jobs };
    if (dryRun) return c.json(told, 200);
    if (answer.jobs.length === 0)
      throw new ApiProblem("nothing-to-resend", "No dead letter is like that, or none that may be sent to.");
    if (answer.replayed) c.header("Idempotent-Replayed", "true");
    return note(answer.jobs, c.json(told, 201), told);
  });
}
