// What goes wrong between a client and the gateway: an answer that names a problem, or no answer at all.

import type { ProblemView } from "./resources.ts";

/** The gateway answered with an error. `problem.detail` is fit to be shown to a person. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: ProblemView;

  constructor(problem: ProblemView) {
    super(problem.detail);
    this.name = "ApiError";
    this.status = problem.status;
    this.problem = problem;
  }
}

/** No answer came: the gateway is not there, or the connection broke. */
export class Unreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`no answer from ${new URL(url).origin}`, { cause });
    this.name = "Unreachable";
  }
}

function isProblem(body: unknown): body is ProblemView {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

/** Reads a failed response into the error to throw; an answer that is no problem document gets a plain one. */
export async function apiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    if (isProblem(body)) return new ApiError(body);
  } catch {
    // not JSON: told below
  }
  const title = response.statusText || `HTTP ${response.status}`;
  return new ApiError({
    type: "about:blank",
    title,
    status: response.status,
    detail: text.slice(0, 200) || title,
    code: "unexpected-answer",
  });
}
