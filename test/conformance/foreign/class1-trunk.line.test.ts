// The Class 1 trunk against Debian's efax, across the exchange: our lines are serial devices as socat makes them, opened with stty.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Exchange, type ModemBank, openExchange, openModemBank } from "@depesche/exchange";
import { openClass1Trunk } from "@depesche/fax-lines-class1";
import type { FaxTrunk } from "@depesche/ports";
import { contractSource, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { equalBitmaps } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../house/ports.ts";
import { eventually, fixture } from "../../journeys/post-office.ts";
import { efax, efaxPages, ended, type Folder, filesForEfax, foot, newFolder, pagesOf } from "./modem-lines.ts";

const [OURS, THEIRS] = ["+493023125920", "+493023125921"] as const;
/** The other line's own number, as efax says it. */
const THEIR_ID = "+49 30 23125 921";
/** efax sets rows for a header above each page it sends. */
const MOST_HEADER_ROWS = 60;
const HANG_MS = 280_000;
const pages = pagesOf(fixture("two-pages.tif"));

let folder: Folder;
let exchange: Exchange;
let bank: ModemBank;
let trunk: FaxTrunk;
const cables: ChildProcess[] = [];

async function cable(modem: number): Promise<string> {
  const device = join(folder.path, `tty${modem}`);
  cables.push(
    spawn("socat", [`pty,raw,echo=0,link=${device}`, `tcp:127.0.0.1:${bank.ports[modem]}`], { stdio: "ignore" }),
  );
  await eventually(async () => existsSync(device), Boolean);
  return device;
}

beforeAll(async () => {
  folder = await newFolder();
  const [port] = (await freePorts(1)) as [number];
  exchange = await openExchange({ port, wireLog: join(folder.path, "fax.log") });
  bank = await openModemBank({ port: 0, dial: (call) => exchange.dial(call) });
  exchange.plug(bank);
  trunk = openClass1Trunk({ lines: [{ place: { device: await cable(0), baud: 57600 }, number: OURS }] });
});
afterAll(async () => {
  await trunk.close();
  await Promise.all(cables.map(ended));
  await bank.close();
  await exchange.close();
  await folder.remove();
});

describe("the Class 1 trunk on a serial device", () => {
  it("sends two pages to efax and takes two from it, pel for pel", { timeout: HANG_MS }, async () => {
    const device = await cable(1);
    const place = join(folder.path, "in");
    await mkdir(place);
    let call: ReturnType<FaxTrunk["call"]> | undefined;
    const ids = { id: "1.0.1", to: THEIRS, from: OURS, stationId: "+49 30 23125 920" };
    const receiving = await efax(device, THEIR_ID, ["-w", "-i", "S0=1", "-r", join(place, "in")], () => {
      call ??= trunk.call({ ...ids, pages: contractSource(pages) }, new AbortController().signal);
    });
    // efax knows neither error correction nor two-dimensional coding.
    const report = await call;
    expect(report, receiving.said).toMatchObject({
      outcome: "OK",
      pagesConfirmed: 2,
      ecm: false,
      coding: "MH",
      remoteId: "+49 30 23125 921",
    });
    expect(receiving.code, receiving.said).toBe(0);
    const received = await efaxPages(place);
    expect(received.map((page, i) => equalBitmaps(page, pages[i]!))).toEqual([true, true]);

    const { handler, pages: taken, diary } = keepingHandler();
    await trunk.answer([OURS], handler);
    const files = await filesForEfax(pages, join(folder.path, "out"));
    const sending = await efax(device, THEIR_ID, ["-h", " ", "-t", "T+493023125920", ...files]);
    expect(sending.code, sending.said).toBe(0);
    await expect.poll(() => diary.at(-1)).toBe("ended OK 2");
    for (const [i, page] of pages.entries()) {
      expect(taken[i]!.height).toBeLessThanOrEqual(page.height + MOST_HEADER_ROWS);
      expect(equalBitmaps(foot(taken[i]!, page.height), page)).toBe(true);
    }
  });
});
