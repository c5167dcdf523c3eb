// The control API's OpenAPI 3.1 document, made from the routes themselves.

import type { Route } from "./house.ts";

const PROBLEM = {
  description: "The request cannot be answered; the sentence says why.",
  content: { "application/json": { schema: { type: "object", properties: { error: { type: "string" } } } } },
};

export function openApiDocument(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Depesche simulators",
      version: "1",
      description: "Looks into the simulated town and makes things happen in it. Loopback only.",
    },
    paths,
  };
}

function operation(route: Route): Record<string, unknown> {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, description]) => ({
    name,
    in: "query",
    description,
    schema: { type: "string" },
  }));
  const good =
    route.mediaType === undefined
      ? { "application/json": { schema: route.response ?? {} } }
      : { [route.mediaType]: {} };
  return {
    summary: route.summary,
    parameters: [...inPath, ...inQuery],
    ...(route.request && {
      requestBody: { required: true, content: { "application/json": { schema: route.request } } },
    }),
    responses: { "2XX": { description: route.summary, content: good }, "4XX": PROBLEM },
  };
}
