// The Class 1 trunk at the ports of the exchange's modems, over real sockets and in real time: out to machines, in from them,
// and to another line of the same kind. The port's contract runs in virtual time (packages/fax-lines/class1).

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, openExchange, openModemBank } from "@depesche/exchange";
import { openClass1Trunk } from "@depesche/fax-lines-class1";
import type { FaxTrunk } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler, same } from "@depesche/ports/contract/fax-trunk";
import { type Bitmap, readTiff, writeTiff } from "@depesche/t4";
import { renderLadder } from "@depesche/wire-t38";
import { afterAll, beforeAll, describe, it } from "vitest";
import { freePorts } from "../house/ports.ts";

const NEVER = new AbortController().signal;
const [FIRST, SECOND, THIRD, FOURTH] = ["+493023125920", "+493023125921", "+493023125922", "+493023125923"] as const;

let exchange: Exchange;
let bank: Awaited<ReturnType<typeof openModemBank>>;
let folder: string;
const trunks: FaxTrunk[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-class1-"));
  const [port] = (await freePorts(1)) as [number];
  exchange = await openExchange({ port, wireLog: join(folder, "fax.log") });
  bank = await openModemBank({ port: 0, dial: (call) => exchange.dial(call) });
  exchange.plug(bank);
});
afterAll(async () => {
  await Promise.all(trunks.map((trunk) => trunk.close()));
  await bank.close();
  await exchange.close();
  await rm(folder, { recursive: true });
});

/** A trunk with the exchange's modems of these places. */
function trunkOf(...lines: { at: number; number: string }[]): FaxTrunk {
  const trunk = openClass1Trunk({
    lines: lines.map(({ at, number }) => ({ place: { host: "127.0.0.1", port: bank.ports[at] as number }, number })),
  });
  trunks.push(trunk);
  return trunk;
}

function pagesAt(number: string): Bitmap[] {
  const read = readTiff(exchange.faxTiff(number, 0) ?? new Uint8Array(0));
  return read.ok ? read.pages.map((page) => page.bitmap!) : [];
}

describe.concurrent("a Class 1 trunk at the exchange's modems", () => {
  it("sends to a machine", async ({ expect }) => {
    const trunk = trunkOf({ at: 0, number: FIRST });
    const to = "+493023125000";
    const pages = [contractPage(1), contractPage(2)];
    const ids = { id: "1.0.1", to, from: FIRST, stationId: "+49 30 23125 920" };
    const report = await trunk.call({ ...ids, pages: contractSource(pages) }, NEVER);
    expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 2, ecm: true, remoteId: "+49 30 23125 000" });
    expect(same(pagesAt(to), pages)).toBe(true);
    const names = renderLadder(report.ladder)!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["CSI", "DIS", "TSI", "DCS", "TCF", "CFR", "MCF", "DCN"]));
  });

  it("takes what a machine sends that dials the modem's number", async ({ expect }) => {
    const trunk = trunkOf({ at: 1, number: SECOND });
    const { handler, pages, diary } = keepingHandler();
    await trunk.answer([SECOND], handler);
    expect(trunk.answered()).toEqual([SECOND]);
    const sent = [contractPage(3), contractPage(4)];
    const tiff = writeTiff(sent.map((bitmap) => ({ bitmap, xDpi: 204, yDpi: 196 })));
    const placed = await exchange.placeCall({ from: "+493023125001", to: SECOND, tiff });
    expect(placed).toMatchObject({ ok: true, record: { result: "OK", pages: 2 } });
    await expect.poll(() => diary.at(-1)).toBe("ended OK 2");
    expect(same(pages, sent)).toBe(true);
  });

  it("sends from one modem to another across the exchange", async ({ expect }) => {
    const [sender, receiver] = [trunkOf({ at: 2, number: THIRD }), trunkOf({ at: 3, number: FOURTH })];
    const { handler, pages } = keepingHandler();
    await receiver.answer([FOURTH], handler);
    const ids = { id: "3.0.1", to: FOURTH, from: THIRD, stationId: "" };
    const report = await sender.call({ ...ids, pages: contractSource([contractPage(5)]) }, NEVER);
    expect(report).toMatchObject({ outcome: "OK", ecm: true, pagesConfirmed: 1, remoteId: "+49 30 23125 900" });
    expect(same(pages, [contractPage(5)])).toBe(true);
  });
});
