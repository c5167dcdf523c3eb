// /v1/simulation: the simulated world behind the gateway's own authorization, only where simulators are the carriers.

import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { scope } from "../api/auth.ts";
import type { ApiDeps, ApiEnv } from "../api/deps.ts";
import { ApiProblem, notFound } from "../api/problems.ts";
import { binary, ERRORS } from "../api/routes.ts";
import type { Control } from "./control.ts";
import { SIMULATION_ROUTES, type SimulationRoute } from "./routes.ts";

const BASE = "/v1/simulation";
/** A sentence of the simulators is no longer than that. */
const ERROR_CHARS = 2_000;

export function addSimulation(app: OpenAPIHono<ApiEnv>, { simulators }: Pick<ApiDeps, "simulators">): void {
  app.use(`${BASE}/*`, scope("admin"), async (_, next) => {
    if (!simulators) {
      throw new ApiProblem(
        "no-simulation",
        "Real carriers are at work here: nothing is simulated that could be shown.",
      );
    }
    await next();
  });
  for (const route of SIMULATION_ROUTES) {
    app.openAPIRegistry.registerPath(described(route));
    const { pattern, names } = honoPath(route.path);
    app.on(route.method.toUpperCase(), BASE + pattern, bounded(route), (c) => pass(simulators!, route, names, c));
  }
}

function bounded({ bodyBytes }: SimulationRoute): MiddlewareHandler {
  const maxSize = bodyBytes ?? 0;
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiProblem("too-large", `The body is larger than ${maxSize} bytes.`);
    },
  });
}

interface Name {
  name: string;
  ending: string;
}

/** OpenAPI's path as Hono writes it. In `{n}.tif` the ending is part of what Hono calls n. */
function honoPath(path: string): { pattern: string; names: Name[] } {
  const names: Name[] = [];
  const pattern = path.replace(/\{(\w+)\}(\.\w+)?/g, (_, name: string, ending = "") => {
    names.push({ name, ending });
    return ending === "" ? `:${name}` : `:${name}{[^/]+\\${ending}}`;
  });
  return { pattern, names };
}

async function pass(
  control: Control,
  route: SimulationRoute,
  names: readonly Name[],
  c: Context<ApiEnv>,
): Promise<Response> {
  let path = route.path;
  for (const { name, ending } of names) {
    const value = (c.req.param(name) ?? "").slice(0, -ending.length || undefined);
    // The one kind of segment that a URL does not keep as it is.
    if (/^\.{1,2}$/.test(value)) throw notFound("such thing");
    path = path.replace(`{${name}}`, encodeURIComponent(value));
  }
  const query = new URL(c.req.url).search;
  const body = route.bodyBytes === undefined ? undefined : await c.req.arrayBuffer();
  const response = await control
    .ask(path + query, {
      method: route.method.toUpperCase(),
      signal: c.req.raw.signal,
      ...(body && { body, headers: { "content-type": "application/json" } }),
    })
    .catch((cause: unknown) => {
      throw new ApiProblem(
        "simulators-away",
        `The simulators do not answer (${reasonOf(cause)}). They may be starting: try again in a moment.`,
        {},
        { "retry-after": "2" },
      );
    });
  if (!response.ok) throw await problemOf(response);
  return new Response(response.body, {
    status: response.status,
    headers: {
      "content-type": response.headers.get("content-type") ?? "application/octet-stream",
      "cache-control": "no-store",
    },
  });
}

function reasonOf(fault: unknown): string {
  const { cause, message } = fault as Error & { cause?: { code?: string } };
  return cause?.code ?? message;
}

/** The simulators' own sentence as a problem. */
async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => "");
  const detail = sentenceOf(text) ?? `The simulators answered ${response.status}.`;
  if (response.status === 404) return new ApiProblem("not-found", detail);
  if (response.status === 413) return new ApiProblem("too-large", detail);
  return new ApiProblem(response.status < 500 ? "simulation-refused" : "simulators-fault", detail);
}

function sentenceOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "string" ? error.slice(0, ERROR_CHARS) : undefined;
  } catch {
    return undefined;
  }
}

function described(route: SimulationRoute) {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  const json = { "application/json": { schema: z.looseObject({}) } };
  const good =
    route.mediaType === undefined
      ? { description: route.summary, content: json }
      : binary(route.mediaType, route.summary);
  return {
    method: route.method,
    path: BASE + route.path,
    tags: ["Simulation"],
    security: [{ apiKey: ["admin"] }],
    summary: route.summary,
    description: "Only where simulators are the carriers; elsewhere 404.",
    request: {
      ...(names.length > 0 && { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }),
      ...(route.query && {
        query: z.object(
          Object.fromEntries(
            Object.entries(route.query).map(([name, description]) => [
              name,
              z.string().optional().openapi({ description }),
            ]),
          ),
        ),
      }),
      ...(route.request && { body: { required: true, content: { "application/json": { schema: route.request } } } }),
    },
    responses: { "2XX": good, ...ERRORS },
  };
}
