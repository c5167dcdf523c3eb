import { ApiError, type Client, type JobDetail, Unreachable } from "@depesche/client";
import { expect, it } from "vitest";
import { job, problem, recipient } from "./house.double.ts";
import { ioDouble } from "./io.double.ts";
import { openProgress } from "./progress.ts";
import { watchJob } from "./watch.ts";

const away = () => Promise.reject(new Unreachable("http://127.0.0.1:9/", new Error("refused")));

function gateway(looks: (() => Promise<unknown>)[]): Client {
  let look = 0;
  return {
    job: () => (looks[Math.min(look++, looks.length - 1)] as () => Promise<JobDetail>)(),
  } as Partial<Client> as Client;
}

it("a gateway that is restarted while a job is watched is waited for", async () => {
  const io = ioDouble();
  const client = gateway([away, away, async () => job()]);
  expect(await watchJob(client, 17, openProgress(io), io)).toMatchObject({ id: 17, state: "done" });
});

it("one that stays away is given up after half a minute", async () => {
  const io = ioDouble();
  await expect(watchJob(gateway([away]), 17, openProgress(io), io)).rejects.toThrow("no answer");
  expect(io.monotonic()).toBeGreaterThan(30_000);
  expect(io.monotonic()).toBeLessThan(31_000);
});

it("an answer that refuses is told at once", async () => {
  const io = ioDouble();
  const refused = () => Promise.reject(new ApiError(problem(404, "not-found", "There is no such job.")));
  await expect(watchJob(gateway([refused]), 17, openProgress(io), io)).rejects.toThrow("There is no such job.");
  expect(io.monotonic()).toBe(0);
});

it("a job that several get shows its outcomes so far", async () => {
  const io = ioDouble();
  const client = gateway([
    async () => job({ state: "open", total: 3, final: 1, outcomes: { OK: 1 } }),
    async () => job({ total: 3, final: 3, outcomes: { OK: 2, BUSY: 1 } }),
  ]);
  await watchJob(client, 17, openProgress(io), io);
  expect(io.written.err).toBe("1/3 1 OK\n3/3 2 OK, 1 BUSY\n");
});

it("an idle line that keeps the name of its last call is not taken for the call", async () => {
  const io = ioDouble();
  const waiting = recipient({ state: "retry", attempts: 1, outcome: undefined, dueAt: "2026-11-22T12:01:00.000Z" });
  const client = {
    ...gateway([async () => job({ state: "open", total: 1, final: 0, outcomes: {} }), async () => job()]),
    lines: async () => ({ items: [{ line: 0, state: "idle", attempt: "17.0.1", worker: 1 }] }),
    recipients: async () => ({ items: [waiting] }),
  } as Partial<Client> as Client;
  await watchJob(client, 17, openProgress(io), io);
  expect(io.written.err).toMatch(/^0\/1 attempt 1 failed, again at/);
  expect(io.written.err).not.toContain("idle");
});
