// A call that is on the line, and the call of a fax that came in.

import { expect, test } from "vitest";
import { house } from "./house.double.ts";

test("a call on the line tells what has happened by now, and since when by the speed of now", async () => {
  const { ask, ledger, wall } = house();
  ledger.addJob({ id: 1, accountId: 1 });
  await ledger.changeClock({ speed: 10 });
  ledger.liveLadders.set("1.0.1", { ladder: Uint8Array.of(1), connectedAt: wall.now() });
  wall.time += 2_000;
  // Two seconds at tenfold speed are 20 seconds on the line.
  expect(await (await ask("GET", "/v1/attempts/1.0.1/ladder")).json()).toMatchObject({
    lines: [{ lineUs: 20_000_000 }],
    live: { connectedAt: "2026-03-02T11:00:00.000Z", speed: 10 },
  });
  await ledger.changeClock({ speed: 1 });
  const slower = (await (await ask("GET", "/v1/attempts/1.0.1/ladder")).json()) as { live: { connectedAt: string } };
  expect(slower).toMatchObject({ lines: [{ lineUs: 20_000_000 }], live: { speed: 1 } });
  expect(Date.parse(slower.live.connectedAt)).toBe(wall.now() - 20_000);
  expect((await ask("GET", "/v1/attempts/1.0.1/ladder.pcap")).status).toBe(200);
});

test("the end of the call replaces what was told of it", async () => {
  const { ask, ledger, wall } = house();
  ledger.addJob({ id: 1, accountId: 1 });
  ledger.liveLadders.set("1.0.1", { ladder: Uint8Array.of(1), connectedAt: wall.now() });
  ledger.ladders.set("1.0.1", Uint8Array.of(1, 2, 3));
  const told = await (await ask("GET", "/v1/attempts/1.0.1/ladder")).json();
  expect(told).toMatchObject({ lines: [{ lineUs: 3 }] });
  expect(told).not.toHaveProperty("live");
});

test("a fax that came in has the ladder of its call, for its own account only", async () => {
  const { ask, ledger } = house();
  const fax = {
    id: 3,
    receivedAt: 0,
    originator: "",
    called: "",
    remoteId: "",
    pages: 1,
    complete: true,
    badLines: 0,
  } as const;
  ledger.faxes.set(3, { ...fax, accountId: 1, tiffHash: "", state: "new" });
  ledger.faxes.set(4, { ...fax, id: 4, accountId: 2, tiffHash: "", state: "new" });
  expect((await ask("GET", "/v1/inbound/3/ladder")).status).toBe(404);
  for (const id of [3, 4]) ledger.ladders.set(`inbound:${id}`, Uint8Array.of(1, 2));
  expect(await (await ask("GET", "/v1/inbound/3/ladder")).json()).toMatchObject({ lines: [{ lineUs: 2 }] });
  const pcap = await ask("GET", "/v1/inbound/3/ladder.pcap");
  expect(pcap.headers.get("content-disposition")).toContain("call-inbound-3.pcap");
  for (const path of ["4/ladder", "4/ladder.pcap", "x/ladder"])
    expect((await ask("GET", `/v1/inbound/${path}`)).status).toBeGreaterThanOrEqual(400);
});

test("calls that came in and left no fax are shown with why, and with what was said on them", async () => {
  const { ask, ledger } = house();
  const cause = { code: "no-answer-to-dis", text: "The caller did not answer DIS." };
  const call = {
    id: 5,
    accountId: 1,
    at: 0,
    originator: "+493023125001",
    called: "+493023125900",
    remoteId: "",
    cause,
    lineMs: 2500,
  };
  ledger.missed.push(call, { ...call, id: 6, accountId: 99 });
  ledger.ladders.set("missed:5", Uint8Array.of(1, 2));
  ledger.ladders.set("missed:6", Uint8Array.of(1, 2));
  const listed = (await (await ask("GET", "/v1/inbound/missed")).json()) as { items: unknown[] };
  expect(listed.items).toEqual([
    {
      id: 5,
      at: "1970-01-01T00:00:00.000Z",
      originator: "+493023125001",
      called: "+493023125900",
      remoteId: "",
      cause,
      lineMs: 2500,
    },
  ]);
  expect(await (await ask("GET", "/v1/inbound/missed/5/ladder")).json()).toMatchObject({ lines: [{ lineUs: 2 }] });
  const pcap = await ask("GET", "/v1/inbound/missed/5/ladder.pcap");
  expect(pcap.headers.get("content-disposition")).toContain("call-missed-5.pcap");
  for (const path of ["missed/6/ladder", "missed/6/ladder.pcap", "missed/7/ladder", "missed"])
    expect((await ask("GET", `/v1/inbound/${path}`)).status).toBe(path === "missed" ? 200 : 404);
});
