import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { type HealthDeps, healthFace } from "./health.ts";

let server: Server | undefined;
afterEach(() => void server?.close());

const WELL: HealthDeps = { database: async () => {}, workers: async () => 2, unanswered: async () => [] };

async function ask(deps: Partial<HealthDeps>) {
  const answer = await healthFace({ ...WELL, ...deps }).request("/health");
  return { status: answer.status, ...((await answer.json()) as { ok: boolean; parts: Record<string, object> }) };
}

it("is 200 when every part is well", async () => {
  expect(await ask({})).toEqual({
    status: 200,
    ok: true,
    parts: {
      database: { ok: true, detail: "answers" },
      workers: { ok: true, detail: "2 alive" },
      faxNumbers: { ok: true, detail: "answered" },
    },
  });
});

it("names the part that is not, and what is missing", async () => {
  const away = async () => {
    throw new Error("connection refused");
  };
  expect(await ask({ database: away })).toMatchObject({
    status: 503,
    parts: { database: { ok: false, detail: "connection refused" }, workers: { ok: true } },
  });
  expect((await ask({ workers: async () => 0 })).parts.workers).toMatchObject({ ok: false });
  const numbers = Array.from({ length: 7 }, (_, i) => `+49302312590${i}`);
  expect((await ask({ unanswered: async () => numbers.slice(0, 1) })).parts.faxNumbers).toEqual({
    ok: false,
    detail: "no worker answers +493023125900",
  });
  expect((await ask({ unanswered: async () => numbers })).parts.faxNumbers).toMatchObject({
    detail: expect.stringMatching(/\+493023125904 and 2 more$/),
  });
});

it("asks the simulators where they are the carriers", async () => {
  let status = 200;
  server = createServer((_, answer) => void answer.writeHead(status).end());
  await new Promise<void>((ready) => server?.listen(0, "127.0.0.1", ready));
  const simulators = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  expect(await ask({ simulators })).toMatchObject({ status: 200, parts: { simulators: { ok: true, detail: "up" } } });
  status = 503;
  expect(await ask({ simulators })).toMatchObject({
    status: 503,
    parts: { simulators: { ok: false, detail: "the simulators answer 503" } },
  });
});

it("asks all parts at once, so that a hanging one does not use up the patience for the others", async () => {
  const asked: string[] = [];
  const never = (name: string) => async () => {
    asked.push(name);
    return new Promise<never>(() => undefined);
  };
  void ask({ database: never("database"), workers: never("workers"), unanswered: never("unanswered") });
  await vi.waitFor(() => expect(asked).toEqual(["database", "workers", "unanswered"]), { timeout: 500 });
});
