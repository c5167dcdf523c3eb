// The T.38 trunk with the settings of a foreign line against the simulated exchange, which asks who calls: every way to offer a call,
// at the pace of the line, over real sockets on the loopback.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, openExchange } from "@depesche/exchange";
import { openT38Trunk, type T38TrunkConfig } from "@depesche/fax-lines-t38";
import type { FaxCallReport, FaxTrunk } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { type Bitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { renderLadder } from "@depesche/wire-t38";
import { afterAll, beforeAll, describe, it } from "vitest";
import { freePorts } from "../house/ports.ts";

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const LINE = "+493023125990";
const CREDENTIALS = { user: "fax", password: "geheim" };
const NEVER = new AbortController().signal;

/** Whole calls at the pace of the line, on a machine that has other things to do. */
const CALLS = { timeout: 180_000 };

let exchange: Exchange;
let folder: string;
const open: FaxTrunk[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-foreign-"));
  const [port] = (await freePorts(1)) as [number];
  exchange = await openExchange({
    port,
    wireLog: join(folder, "fax.log"),
    users: [CREDENTIALS, { ...CREDENTIALS, user: LINE.slice(1) }],
  });
});
afterAll(async () => {
  await Promise.all(open.map((trunk) => trunk.close()));
  await exchange.close();
  await rm(folder, { recursive: true });
});

async function trunkWith(config: Partial<T38TrunkConfig>): Promise<FaxTrunk> {
  const peer = { transport: "udp", host: HOST, port: exchange.port } as const;
  const trunk = await openT38Trunk({ exchange: peer, bind: HOST, credentials: CREDENTIALS, ...config });
  open.push(trunk);
  return trunk;
}

function send(trunk: FaxTrunk, to: string, pages: readonly Bitmap[]): Promise<FaxCallReport> {
  const ids = { id: "1.0.1", to, from: OWN, stationId: "+49 30 23125 900" };
  return trunk.call({ ...ids, pages: contractSource(pages) }, NEVER);
}

function pagesOf(tiff: Uint8Array | undefined): Bitmap[] {
  const read = tiff ? readTiff(tiff) : undefined;
  return read?.ok ? read.pages.map((page) => page.bitmap!) : [];
}

describe("a call to a machine arrives pixel for pixel", () => {
  it.concurrent.for<[string, Partial<T38TrunkConfig>, string, Partial<FaxCallReport>]>([
    ["as T.38 over UDPTL", { offers: ["udptl"] }, "+493023125010", { coding: "MMR", ecm: true }],
    ["with parity", { offers: ["udptl"], udptl: { fec: true } }, "+493023125011", { coding: "MMR", ecm: true }],
    ["to an old machine", { offers: ["udptl"] }, "+493023125911", { coding: "MH", ecm: false, rateBps: 9600 }],
    ["as T.38 over TCP", { offers: ["tcp"] }, "+493023125012", { coding: "MMR", ecm: true }],
    ["out of sound", { offers: ["audio"] }, "+493023125013", { coding: "MMR", ecm: true }],
  ])("%s", CALLS, async ([, config, to, wanted], { expect }) => {
    const trunk = await trunkWith(config);
    const pages = [contractPage(1), contractPage(2)];
    const report = await send(trunk, to, pages);
    expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 2, ...wanted });
    expect(report.lineUs).toBeGreaterThan(15_000_000);
    const received = pagesOf(exchange.faxTiff(to, 0));
    expect(received.map((page, i) => equalBitmaps(page, pages[i]!))).toEqual([true, true]);
    const names = renderLadder(report.ladder)!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["407 Proxy Authentication Required", "CSI", "DIS", "TSI", "DCN"]));
  });
});

it.concurrent("sound turns into T.38 within the one connection of SIP over TCP", CALLS, async ({ expect }) => {
  const peer = { transport: "tcp", host: HOST, port: exchange.port } as const;
  const report = await send(await trunkWith({ offers: ["audio"], exchange: peer }), "+493023125015", [contractPage(1)]);
  expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 1 });
});

it.concurrent("a person who picks up is a voice, told within T1", CALLS, async ({ expect }) => {
  const report = await send(await trunkWith({ offers: ["udptl", "audio"] }), "+493023125300", [contractPage(1)]);
  expect(report).toMatchObject({ outcome: "VOICE", pagesConfirmed: 0 });
  expect(report.lineUs).toBeLessThan(36_000_000);
});

it.concurrent(
  "numbers without anybody have the network's answers, however the call is offered",
  CALLS,
  async ({ expect }) => {
    const trunk = await trunkWith({ offers: ["udptl", "audio"] });
    const outcomes = [];
    for (const x of [1, 2, 4, 5, 6]) outcomes.push((await send(trunk, `+493023125${x}00`, [contractPage(1)])).outcome);
    expect(outcomes).toEqual(["BUSY", "NOANSWER", "NORING", "ISDNERR", "NOSERVICE"]);
  },
);

it.concurrent("a machine that hangs up in the midst of the page leaves it unconfirmed", CALLS, async ({ expect }) => {
  const report = await send(await trunkWith({ offers: ["udptl"] }), "+493023125700", [contractPage(1)]);
  expect(report).toMatchObject({ outcome: "SENDFAIL", pagesConfirmed: 0 });
});

it.concurrent("wrong credentials are told as such, and no call is placed", CALLS, async ({ expect }) => {
  const trunk = await trunkWith({ offers: ["udptl"], credentials: { user: "fax", password: "falsch" } });
  const report = await send(trunk, "+493023125014", [contractPage(1)]);
  expect(report).toMatchObject({ outcome: "NOSERVICE", cause: { code: "sip-407" } });
  expect(exchange.faxes("+493023125014")).toEqual([]);
});

it.concurrent(
  "what is registered under the name of its credentials takes calls to its number",
  CALLS,
  async ({ expect }) => {
    const trunk = await trunkWith({ register: true, credentials: { ...CREDENTIALS, user: LINE.slice(1) } });
    const { handler, diary, pages } = keepingHandler();
    await trunk.answer([LINE], handler);
    expect(trunk.answered()).toEqual([LINE]);
    const page = contractPage(3);
    const tiff = writeTiff([{ bitmap: page, xDpi: 204, yDpi: 196 }]);
    const placed = await exchange.placeCall({ from: "+493023125001", to: LINE, tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "OK" } });
    expect(pages.map((received) => equalBitmaps(received, page))).toEqual([true]);
    expect(diary[0]).toBe(`accept ${LINE} +493023125001`);
    await trunk.close();
    expect(exchange.registered()).not.toContain(LINE.slice(1));
  },
);
