// The door to the simulators against a real server on loopback, as the control API is one.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { house } from "../api/house.double.ts";
import { openControl } from "./control.ts";
import { SIMULATION_ROUTES } from "./routes.ts";

let server: Server;
let asked: { line: string; body: string }[];
let answer: { status: number; type: string; body: string };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, type: "application/json", body: '{"ok":true}' };
  server = createServer(async (request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, body: await bodyOf(request) });
    response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

function open() {
  const { port } = server.address() as AddressInfo;
  return house({ simulators: openControl(`http://127.0.0.1:${port}`) });
}

async function problem(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return (await response.json()) as { code: string; status: number; detail: string };
}

describe("/v1/simulation", () => {
  it("passes everything on its list to the simulators, and their answers back", async () => {
    const { ask } = open();
    for (const { method, path } of SIMULATION_ROUTES) {
      const real = path.replace(/\{\w+\}/g, "7");
      const response = await ask(
        method.toUpperCase(),
        `/v1/simulation${real}`,
        method === "get" ? undefined : { a: 1 },
      );
      expect([path, response.status, await response.text()]).toEqual([path, 200, answer.body]);
      expect(asked.at(-1)).toEqual({
        line: `${method.toUpperCase()} ${real}`,
        body: method === "get" ? "" : '{"a":1}',
      });
    }
  });

  it("keeps numbers and queries as they are written", async () => {
    const { ask } = open();
    await ask("GET", "/v1/simulation/exchange/machines/%2B49%2030/faxes/3.tif");
    await ask("GET", "/v1/simulation/sms/messages?number=%2B491713920001&limit=5");
    expect(asked.map(({ line }) => line)).toEqual([
      "GET /exchange/machines/%2B49%2030/faxes/3.tif",
      "GET /sms/messages?number=%2B491713920001&limit=5",
    ]);
  });

  it("lets nobody at what is not on its list", async () => {
    const { ask } = open();
    for (const path of [
      "clock",
      "health",
      "openapi.json",
      "exchange/attempts/1.0.1/fax.tif",
      "",
      "mail/messages/%2e%2e/raw",
    ]) {
      expect([path, (await ask("GET", `/v1/simulation/${path}`)).status]).toEqual([path, 404]);
    }
    expect((await ask("DELETE", "/v1/simulation/scenario")).status).toBe(405);
    expect(asked).toEqual([]);
  });

  it("is for keys that may do everything", async () => {
    const { ask } = open();
    const response = await ask("GET", "/v1/simulation/chaos", undefined, { authorization: "Bearer read-key" });
    expect((await problem(response)).code).toBe("scope-missing");
    expect(asked).toEqual([]);
  });

  it("says the simulators' own sentence when they refuse, and that of a fault", async () => {
    const { ask } = open();
    const told: unknown[] = [];
    for (const status of [400, 404, 405, 413, 500]) {
      answer = { status, type: "application/json", body: '{"error":"The mood is unknown."}' };
      const { code, detail } = await problem(await ask("PUT", "/v1/simulation/chaos", {}));
      expect(detail).toBe("The mood is unknown.");
      told.push([status, code]);
    }
    expect(told).toEqual([
      [400, "simulation-refused"],
      [404, "not-found"],
      [405, "simulation-refused"],
      [413, "too-large"],
      [500, "simulators-fault"],
    ]);
  });

  it("says what to try when the simulators are away", async () => {
    const { ask } = house({ simulators: openControl("http://127.0.0.1:1") });
    const response = await ask("GET", "/v1/simulation/chaos");
    expect(response.headers.get("retry-after")).toBe("2");
    const { code, status, detail } = await problem(response);
    expect([code, status]).toEqual(["simulators-away", 503]);
    expect(detail).toContain("try again");
  });

  it("is not there where real carriers are at work", async () => {
    const { ask } = house();
    const { code, status } = await problem(await ask("GET", "/v1/simulation/chaos"));
    expect([code, status]).toEqual(["no-simulation", 404]);
  });

  it("cuts off a body that is too large", async () => {
    const { ask } = open();
    const response = await ask("PUT", "/v1/simulation/chaos", "x".repeat(70_000), { "content-length": "70000" });
    expect((await problem(response)).code).toBe("too-large");
    expect(asked).toEqual([]);
  });
});
