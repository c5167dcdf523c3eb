// The T.38 trunk against the simulated exchange, over real sockets on the loopback: the port's contract, every number class,
// and what must hold of many calls at once.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Exchange, openExchange } from "@depesche/exchange";
import { openT38Trunk } from "@depesche/fax-lines-t38";
import type { FaxCallReport, FaxTrunk } from "@depesche/ports";
import { contractPage, contractSource, faxTrunkContract, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { type Bitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { decodeLadder, ladderPcap, renderLadder } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freePorts } from "../house/ports.ts";

// Hundreds of calls, with all their pages coded and decoded: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** Longer than any call here is kept waiting by a busy machine; and how long nobody is waited for where nobody is. */
const STALL_MS = { here: 60_000, gone: 300 };

const OWN = "+493023125900";
const NEVER = new AbortController().signal;

async function openPair(transport: "tcp" | "udp" = "tcp") {
  const folder = await mkdtemp(join(tmpdir(), "depesche-exchange-"));
  // One that nobody is given while an exchange is opened anew there.
  const [port] = (await freePorts(1)) as [number];
  const exchange = await openExchange({ port, wireLog: join(folder, "fax.log") });
  let stallMs = STALL_MS.here;
  const trunk = await openT38Trunk({
    exchange: { transport, host: "127.0.0.1", port },
    bind: "127.0.0.1",
    get stallMs() {
      return stallMs;
    },
  });
  const leave = () => {
    stallMs = STALL_MS.gone;
    return exchange.close();
  };
  const dispose = async () => {
    await trunk.close();
    await exchange.close();
    await rm(folder, { recursive: true });
  };
  return { exchange, trunk, leave, dispose };
}

function pagesOf(tiff: Uint8Array | undefined): Bitmap[] {
  const read = tiff ? readTiff(tiff) : undefined;
  return read?.ok ? read.pages.map((page) => page.bitmap!) : [];
}

function tiffOf(pages: readonly Bitmap[], yDpi = 196): Uint8Array {
  return writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi })));
}

function send(trunk: FaxTrunk, to: string, pages: readonly Bitmap[]): Promise<FaxCallReport> {
  const ids = { id: "1.0.1", to, from: OWN, stationId: "+49 30 23125 900" };
  return trunk.call({ ...ids, pages: contractSource(pages) }, NEVER);
}

for (const transport of ["tcp", "udp"] as const) {
  faxTrunkContract(`fax-lines/t38 with SIP over ${transport}`, async () => {
    const { exchange, trunk, leave, dispose } = await openPair(transport);
    return {
      trunk,
      numbers: {
        machine: "+493023125000",
        plain: "+493023125910",
        busy: "+493023125100",
        noAnswer: "+493023125200",
        voice: "+493023125300",
        unassigned: "+493023125400",
        fault: "+493023125500",
        noService: "+493023125600",
        cutsInPage: "+493023125700",
      },
      own: OWN,
      received: (number) => pagesOf(exchange.faxTiff(number, exchange.faxes(number).length - 1)),
      callsSeen: () => exchange.calls().length,
      async dialIn(to, pages) {
        const placed = await exchange.placeCall({ from: "+493023125001", to, tiff: tiffOf(pages) });
        if (!placed.ok) throw new Error(placed.refused);
        return { result: placed.record.result, pages: placed.record.pages };
      },
      leave,
      dispose,
    };
  });
}

describe("calls to the numbers of the simulation", () => {
  let exchange: Exchange;
  let trunk: FaxTrunk;
  let dispose: () => Promise<void>;
  beforeEach(async () => {
    ({ exchange, trunk, dispose } = await openPair());
  });
  afterEach(() => dispose());

  it("old machines get the pixels too, each in its own way", async () => {
    const page = contractPage(7);
    const ways: string[] = [];
    for (let z = 0; z < 8; z++) {
      const to = `+49302312591${z}`;
      const { outcome, coding, ecm, rateBps, yDpi } = await send(trunk, to, [page]);
      ways.push(`${outcome} ${coding} ${ecm ? "ECM" : "-"} ${rateBps} ${yDpi}`);
      expect(equalBitmaps(pagesOf(exchange.faxTiff(to, 0))[0]!, page)).toBe(true);
    }
    expect(ways).toEqual([
      "OK MR - 14400 196",
      "OK MH - 9600 196",
      "OK MH - 4800 196",
      "OK MMR ECM 14400 196",
      "OK MH - 14400 98",
      "OK MR - 12000 196",
      "OK MMR ECM 14400 196",
      "OK MMR ECM 4800 196",
    ]);
  });

  it("a machine with 64-octet frames and one on a noisy line show it in the ladder", async () => {
    const small = await send(trunk, "+493023125913", [contractPage(1)]);
    const large = await send(trunk, "+493023125000", [contractPage(1)]);
    const framesIn = (report: FaxCallReport) => {
      const row = renderLadder(report.ladder)!.find(({ kind }) => kind === "page")!;
      return Number(row.fields.find(({ name }) => name === "frames")!.value);
    };
    expect(framesIn(small)).toBeGreaterThan(3 * framesIn(large) - 4);
    const noisy = await send(trunk, "+493023125916", [contractPage(1)]);
    const names = renderLadder(noisy.ladder)!.map(({ name }) => name);
    expect(names.filter((name) => name === "PPR")).toHaveLength(1);
    expect(names.filter((name) => name === "PPS-EOP")).toHaveLength(2);
  });

  it("a machine that refuses once gets the page twice, a machine out of paper only two", async () => {
    const refused = await send(trunk, "+493023125915", [contractPage(1)]);
    expect(renderLadder(refused.ladder)!.filter(({ name }) => name === "RTN")).toHaveLength(1);
    const pages = [contractPage(1), contractPage(2), contractPage(3)];
    const outOfPaper = await send(trunk, "+493023125918", pages);
    expect(outOfPaper).toMatchObject({ outcome: "SENDFAIL", pagesConfirmed: 2 });
    expect(await send(trunk, "+493023125919", pages)).toMatchObject({ outcome: "SENDFAIL", pagesConfirmed: 0 });
  });

  it("row 8 is busy as often as its last digit says", async () => {
    const outcomes: string[] = [];
    for (let i = 0; i < 4; i++) outcomes.push((await send(trunk, "+493023125802", [contractPage(1)])).outcome);
    expect(outcomes).toEqual(["BUSY", "BUSY", "OK", "OK"]);
  });

  it("no answer is told at once with the minute it would have rung", async () => {
    const report = await send(trunk, "+493023125200", [contractPage(1)]);
    expect(report).toMatchObject({ outcome: "NOANSWER", ringUs: 60_000_000, lineUs: 0 });
  });

  it("the same call takes the same line time to the microsecond, whatever else goes on", async () => {
    const pages = [contractPage(1), contractPage(2)];
    const alone = await send(trunk, "+493023125910", pages);
    const many = await Promise.all(Array.from({ length: 20 }, () => send(trunk, "+493023125910", pages)));
    expect(new Set(many.map(({ lineUs }) => lineUs))).toEqual(new Set([alone.lineUs]));
  });

  it("a call's ladder names the frames of both sides in order, and its pcap holds every packet", async () => {
    const report = await send(trunk, "+493023125000", [contractPage(1)]);
    const rows = renderLadder(report.ladder)!;
    const shown = rows.filter(({ kind }) => kind !== "indicator").map(({ from, name }) => `${from[0]} ${name}`);
    expect(shown.join(", ")).toBe(
      "c INVITE, a 180 Ringing, a 200 OK, c ACK, c CNG, a CED, a CSI, a DIS, c TSI, c DCS, c TCF, a CFR, " +
        "c training, c page data, c PPS-EOP, a MCF, c DCN, c BYE, a 200 OK",
    );
    expect(rows.at(-1)!.lineUs).toBe(report.lineUs);
    const pcap = ladderPcap(report.ladder)!;
    const packets = decodeLadder(report.ladder)!.entries.filter(({ kind }) => kind !== "timer");
    let count = 0;
    const view = new DataView(pcap.buffer, pcap.byteOffset);
    for (let at = 24; at < pcap.length; at += 16 + view.getUint32(at + 8, true)) count++;
    expect(count).toBe(packets.length);
  });

  it("a fax between two registered ends crosses the exchange", async () => {
    const { handler, pages } = keepingHandler();
    await trunk.answer([OWN], handler);
    expect(await send(trunk, OWN, [contractPage(3)])).toMatchObject({ outcome: "OK", pagesConfirmed: 1 });
    expect(equalBitmaps(pages[0]!, contractPage(3))).toBe(true);
  });

  it("a standard page from a simulated machine comes in at standard resolution or better", async () => {
    const { handler, pages } = keepingHandler();
    await trunk.answer([OWN], handler);
    const order = { from: "+493023125001", to: OWN, tiff: tiffOf([contractPage(3)], 98) };
    expect(await exchange.placeCall(order)).toMatchObject({ ok: true, record: { result: "OK" } });
    expect(equalBitmaps(pages[0]!, contractPage(3))).toBe(true);
  });

  it("a registration comes back by itself when the exchange was restarted", async () => {
    const { handler } = keepingHandler();
    await trunk.answer([OWN], handler);
    expect(exchange.registered()).toEqual(["493023125900"]);
    const { port, wireLog } = exchange;
    await exchange.close();
    exchange = await openExchange({ port, wireLog });
    const close = exchange.close;
    await expect.poll(() => exchange.registered()).toEqual(["493023125900"]);
    await close();
  });

  it("200 calls at once all arrive and leave no socket, timer or transaction behind", async () => {
    const before = process.getActiveResourcesInfo().length;
    const numbers = ["000", "100", "910", "700", "300"].map((xyz) => `+493023125${xyz}`);
    const calls = Array.from({ length: 200 }, (_, i) => send(trunk, numbers[i % 5]!, [contractPage(i)]));
    const reports = await Promise.all(calls);
    const outcomes = reports.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "OK")).toHaveLength(80);
    expect(outcomes.filter((outcome) => outcome === "SENDFAIL")).toHaveLength(40);
    await expect.poll(() => exchange.load()).toEqual({ transactions: 0, dialogs: 0 });
    // The one SIP connection stays: its two ends.
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 2);
  });

  it("the wire log has one line a call, in order, and goes on after a restart", async () => {
    const attempts = ["7.0.1", "7.1.1", "7.2.1"];
    for (const [i, id] of attempts.entries()) {
      const to = `+493023125${["000", "100", "700"][i]}`;
      const pages = contractSource([contractPage(1)]);
      await trunk.call({ id, to, from: OWN, stationId: "", pages }, NEVER);
    }
    const { wireLog, port } = exchange;
    await exchange.close();
    exchange = await openExchange({ port, wireLog });
    await expect.poll(async () => (await send(trunk, "+493023125100", [contractPage(1)])).outcome).toBe("BUSY");
    await exchange.close();
    const lines = (await readFile(wireLog, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 3).map(({ attempt, result }) => `${attempt} ${result}`)).toEqual([
      "7.0.1 OK",
      "7.1.1 BUSY",
      "7.2.1 SENDFAIL",
    ]);
    expect(lines[0]).toMatchObject({ from: OWN, to: "+493023125000", pages: 1, cause: "completed" });
    expect(lines[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(lines.at(-1)).toMatchObject({ result: "BUSY" });
  });

  it("garbage on the ports is dropped, and the calls beside it go on", async () => {
    const garbage = connect(exchange.port, "127.0.0.1");
    garbage.on("error", () => {});
    garbage.write(`${"x".repeat(70_000)}`);
    const halfMessage = connect(exchange.port, "127.0.0.1");
    halfMessage.on("error", () => {});
    halfMessage.write("INVITE sip:+493023125000@127.0.0.1 SIP/2.0\r\nVia: nonsense\r\nContent-Length: -1\r\n\r\n");
    expect(await send(trunk, "+493023125000", [contractPage(1)])).toMatchObject({ outcome: "OK" });
    await expect.poll(() => exchange.drops()).toMatchObject({ "sip-too-large": 1, "sip-content-length": 1 });
    garbage.destroy();
    halfMessage.destroy();
  });
});
