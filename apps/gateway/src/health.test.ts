import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { healthFace } from "./health.ts";
import { type HouseParts, housePartChecks, NEEDED_PARTS } from "./health-parts.ts";

const folder = mkdtempSync(join(tmpdir(), "depesche-health-"));
let server: Server | undefined;
// No patience ends while these tests run, however long the machine is away: it ends where a test says so.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  server?.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const WELL: HouseParts = {
  database: async () => {},
  folder,
  workers: async () => 2,
  troubles: async () => [],
  unanswered: async () => [],
  monotonic: () => 0,
};

async function ask(house: Partial<HouseParts>, { path = "/health", stopping = false } = {}) {
  const parts = housePartChecks({ ...WELL, ...house });
  const answer = await healthFace({ parts, needed: NEEDED_PARTS, isStopping: () => stopping }).request(path);
  return { status: answer.status, ...((await answer.json()) as { ok: boolean; parts: Record<string, object> }) };
}

const away = async () => {
  throw new Error("connection refused");
};

it("is 200 when every part is well", async () => {
  expect(await ask({})).toEqual({
    status: 200,
    ok: true,
    parts: {
      database: { ok: true, detail: "answers within 0 ms" },
      documents: { ok: true, detail: expect.stringMatching(/^\d+ MB free$/) },
      workers: { ok: true, detail: "2 alive" },
      schedule: { ok: true, detail: "takes work" },
      faxNumbers: { ok: true, detail: "answered" },
    },
  });
});

it("names the part that is not, and what is missing", async () => {
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
  expect((await ask({ folder: join(folder, "gone") })).parts.documents).toMatchObject({ ok: false });
  const troubles = async () => [{ worker: 7, trouble: "the schedule takes no work: connect ECONNREFUSED" }];
  expect((await ask({ troubles })).parts.schedule).toEqual({
    ok: false,
    detail: "worker 7: the schedule takes no work: connect ECONNREFUSED",
  });
});

it("a gateway without workers is ready to take jobs, one without its database or its folder is not", async () => {
  const path = "/ready";
  expect(await ask({ workers: async () => 0 }, { path })).toMatchObject({ status: 200, ok: true });
  expect(await ask({ database: away }, { path })).toMatchObject({ status: 503, parts: { database: { ok: false } } });
  expect(await ask({ folder: join(folder, "gone") }, { path })).toMatchObject({ status: 503 });
});

it("a gateway that stops is not ready any more", async () => {
  expect(await ask({}, { path: "/ready", stopping: true })).toMatchObject({ status: 503, ok: false });
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
  const answer = ask({ database: never("database"), workers: never("workers"), unanswered: never("unanswered") });
  // Only what was asked before the one patience ends is told of.
  vi.advanceTimersByTime(1_500);
  const late = { ok: false, detail: "no answer in time" };
  expect(await answer).toMatchObject({ status: 503, parts: { database: late, workers: late, faxNumbers: late } });
  expect(asked).toEqual(["database", "workers", "unanswered"]);
});

it("an answer that is there counts, also where the process itself was away until the patience was over", async () => {
  const database = () => new Promise<void>((answered) => setImmediate(answered));
  const answer = ask({ database });
  vi.advanceTimersByTime(60_000);
  expect((await answer).parts.database).toMatchObject({ ok: true });
});
