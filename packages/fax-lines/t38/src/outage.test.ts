// The waiting for an exchange that is away, in virtual time.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { Outage } from "./outage.ts";

const TARGET = { host: "exchange.example", port: 5060, transport: "tcp" } as const;
const NEVER = new AbortController().signal;

function world(patienceMs: number) {
  const at = { ms: 1_000_000, isUp: false, probes: 0, backAfterMs: Number.POSITIVE_INFINITY };
  const outage = new Outage(TARGET, patienceMs, {
    now: () => at.ms,
    sleep: async (ms) => {
      at.ms += ms;
    },
    isThere: async () => {
      at.probes++;
      return at.isUp || at.ms >= at.backAfterMs;
    },
  });
  /** How long a call waits before it dials, ms; a call that does not get through says so. */
  const call = async () => {
    const began = at.ms;
    await outage.pass(NEVER);
    if (!at.isUp) outage.begin();
    return at.ms - began;
  };
  return { at, outage, call };
}

it("so long and no longer, once for all calls", async () => {
  const { call } = world(20_000);
  const waits = [];
  for (let i = 0; i < 8; i++) waits.push(await call());
  expect(waits).toEqual([0, 20_000, 0, 0, 0, 0, 0, 0]);
});

it("is over when the exchange takes connections again, for all that wait, who ask it once", async () => {
  const { at, call } = world(20_000);
  await call();
  at.backAfterMs = at.ms + 1_100;
  expect(await Promise.all([call(), call(), call()])).toEqual([1250, 1250, 1250]);
  expect(at.probes).toBe(6);
});

it("is waited for anew when it goes again, though no call was made in between", async () => {
  const { at, call } = world(20_000);
  expect([await call(), await call()]).toEqual([0, 20_000]);
  at.ms += 40_001;
  // The first call after so long a time dials at once, and begins another outage.
  expect([await call(), await call()]).toEqual([0, 20_000]);
});

it("that has ended lets calls pass at once", async () => {
  const { at, outage, call } = world(20_000);
  await call();
  outage.end();
  expect([await call(), at.probes]).toEqual([0, 0]);
});

it("keeps nobody who was stopped", async () => {
  const { outage } = world(20_000);
  outage.begin();
  await outage.pass(AbortSignal.abort());
});

it("ends for a process that was too busy to see at once that the exchange takes connections", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.resume();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const outage = new Outage({ host: "127.0.0.1", port, transport: "tcp" });
  outage.begin();
  const passing = outage.pass(NEVER);
  // It has been asked, and nobody looks for the answer until the time for it is over.
  process.nextTick(() => {
    const until = performance.now() + 300;
    while (performance.now() < until);
  });
  await passing;
  await expect.poll(() => connections).toBeGreaterThan(0);
  server.close();
  await once(server, "close");
  expect(connections).toBe(1);
});
