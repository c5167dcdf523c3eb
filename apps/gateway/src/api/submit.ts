// A job on its way from a REST call to the intake, and the intake's answer as the API says it.

import { createHash } from "node:crypto";
import type { SubmitRequest, SubmitResult } from "@depesche/ports";
import type { ApiDeps } from "./deps.ts";
import { ApiProblem } from "./problems.ts";

/** The request's idempotency key with what makes two requests the same: path and body. */
export function idempotencyOf(
  key: string | undefined,
  path: string,
  body: string,
): SubmitRequest["idempotency"] | undefined {
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ApiProblem("invalid", "The header Idempotency-Key holds 1 to 255 visible ASCII characters.", {
      errors: [{ at: "Idempotency-Key", message: "1 to 255 visible ASCII characters" }],
    });
  }
  return { key, requestHash: createHash("sha256").update(path).update("\n").update(body).digest("hex") };
}

/** Hands a job in. Throws the problem when it was not accepted. */
export async function submit(deps: ApiDeps, request: SubmitRequest): Promise<Extract<SubmitResult, { ok: true }>> {
  const result = await deps.intake.submit(request);
  if (result.ok) return result;
  const { problem, detail, jobId, at, findings } = result;
  const headers = problem === "busy" ? { "retry-after": "1" } : undefined;
  throw new ApiProblem(problem, detail, { jobId, at, findings }, headers);
}
