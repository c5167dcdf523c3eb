// The REST API as one Hono app: routes under /v1, OpenAPI 3.1 from them, and the documentation page at /docs.

import { isConnectionError } from "@depesche/ledger";
import { SpoolFull } from "@depesche/ports";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { addSimulation } from "../simulation/door.ts";
import { addAttempts } from "./attempts.ts";
import { authenticated } from "./auth.ts";
import { addCallPages } from "./call-pages/index.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { addDocs, describeFeed } from "./docs.ts";
import { addDocuments } from "./documents.ts";
import { addExchange } from "./exchange.ts";
import { addFailures } from "./failures.ts";
import { addHooks } from "./hooks.ts";
import { addHouse } from "./house.ts";
import { addInbound } from "./inbound.ts";
import { addJobCommands } from "./job-commands.ts";
import { addJobs } from "./jobs.ts";
import { addLimits } from "./limits.ts";
import { ApiProblem, problemResponse } from "./problems.ts";
import { addReport } from "./report.ts";

const MOST_ERRORS = 20;

function place(target: string, path: readonly PropertyKey[]): string {
  const inside = path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
    "",
  );
  return target === "json" ? inside || "body" : inside || target;
}

/** A compressed body would be kept as a document that nobody can read, or be called broken JSON. */
const uncompressed: MiddlewareHandler = async (c, next) => {
  const coding = c.req.header("content-encoding")?.trim().toLowerCase() || "identity";
  if (coding !== "identity") {
    const detail = `Send the body as it is, not with Content-Encoding ${coding}.`;
    throw new ApiProblem("media-type", detail, {}, { "accept-encoding": "identity" });
  }
  await next();
};

function asProblem(fault: unknown): ApiProblem | undefined {
  if (fault instanceof ApiProblem) return fault;
  if (fault instanceof SpoolFull) {
    return fault.reason === "disk"
      ? new ApiProblem("disk-full", "The disk of the gateway is full; nothing was accepted.")
      : new ApiProblem("too-large", "The document is larger than this gateway takes.");
  }
  if (!(fault instanceof HTTPException)) return undefined;
  if (fault.status === 400) return new ApiProblem("broken-json", "The body is not JSON.");
  if (fault.status === 415) return new ApiProblem("media-type", "Send the body as application/json.");
  return undefined;
}

/**
 * The app for everything under `/v1` (the feed excepted) and `/docs`. Mount it at `/`.
 * Every error is a problem document; a fault of ours is told to `deps.onFault` and answers 500.
 */
export function apiFace(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      if (result.target === "param") throw new ApiProblem("not-found", "There is no such thing.");
      const errors = result.error.issues
        .slice(0, MOST_ERRORS)
        .map((issue) => ({ at: place(result.target, issue.path), message: issue.message }));
      const first = errors[0] as { at: string; message: string };
      throw new ApiProblem("invalid", `${first.at}: ${first.message}`, { errors });
    },
  });

  app.onError((fault, c) => {
    const problem = asProblem(fault);
    if (problem) return problemResponse(problem.code, problem.message, problem.extras, problem.headers);
    deps.onFault(fault, `${c.req.method} ${c.req.path}`);
    if (isConnectionError(fault))
      return problemResponse("store-down", "The database does not answer at the moment.", {}, { "retry-after": "1" });
    return problemResponse("internal", "Something went wrong on our side.");
  });

  addDocs(app);
  app.use("/v1/*", authenticated(deps.ledger));
  app.use("/v1/*", uncompressed);
  addJobs(app, deps);
  addJobCommands(app, deps);
  addReport(app, deps);
  addExchange(app, deps);
  addFailures(app, deps);
  addAttempts(app, deps);
  addCallPages(app, deps);
  addDocuments(app, deps);
  addInbound(app, deps);
  addHouse(app, deps);
  addLimits(app, deps);
  addHooks(app, deps);
  addSimulation(app, deps);
  describeFeed(app);

  const routes = methodsByPath(app);
  app.all("/v1/*", (c) => {
    const allowed = routes.filter(({ path }) => path.test(c.req.path)).map(({ method }) => method);
    // A path that is described but was not taken has a parameter that names nothing.
    if (allowed.length === 0 || allowed.includes(c.req.method))
      throw new ApiProblem("not-found", `There is nothing at ${c.req.path}.`);
    const allow = [...new Set(allowed)].join(", ");
    throw new ApiProblem("method-not-allowed", `${c.req.path} takes ${allow}.`, {}, { allow });
  });
  return app;
}

/** Every described path as a pattern, to tell a wrong method from a wrong path. */
function methodsByPath(app: OpenAPIHono<ApiEnv>): { path: RegExp; method: string }[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const pattern = definition.route.path
      .split(/\{[^}]+\}/)
      .map((text) => text.replaceAll(".", "\\."))
      .join("[^/.]+(?:\\.\\d+\\.\\d+)?");
    return [{ path: new RegExp(`^${pattern}$`), method: definition.route.method.toUpperCase() }];
  });
}
