// The trunk against spandsp, the T.38, T.30 and audio fax stack of Asterisk and FreeSWITCH, at the pace of the line: both ways, as
// T.38 at once and out of sound, with and without error correction, with losses, and refused. `spandsp-peer.py` runs it.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FaxOfferKind, openT38Trunk } from "@depesche/fax-lines-t38";
import type { FaxCallReport } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { type Bitmap, blankBitmap, equalBitmaps, readTiff, writeTiff } from "@depesche/t4";
import { ladderPcap, renderLadder } from "@depesche/wire-t38";
import { it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { freePorts } from "../../house/ports.ts";

const HOST = "127.0.0.1";
const OWN = "+493023125900";
const PEER = fileURLToPath(new URL("spandsp-peer.py", import.meta.url));

const FRAMES = ["CSI", "DIS", "TSI", "DCS", "CFR", "MCF", "DCN"];

interface Case {
  name: string;
  way: "out" | "in";
  offers?: FaxOfferKind[];
  peer?: string[];
  /** What the report says beside the pages. */
  report?: Partial<FaxCallReport>;
  refused?: true;
  /** The cause it ends with, in the place of all that. */
  ends?: string;
}

const CASES: Case[] = [
  { name: "sends over UDPTL with ECM and MMR", way: "out", report: { ecm: true, coding: "MMR", rateBps: 14_400 } },
  { name: "receives over UDPTL with ECM and MMR", way: "in", report: { ecm: true, coding: "MMR", rateBps: 14_400 } },
  { name: "sends without ECM", way: "out", peer: ["--no-ecm"], report: { ecm: false, coding: "MR" } },
  { name: "receives without ECM", way: "in", peer: ["--no-ecm"], report: { ecm: false, coding: "MR" } },
  { name: "hears spandsp's CED and changes to T.38 by itself", way: "out", offers: ["audio"], peer: ["--audio"] },
  { name: "is asked to change to T.38", way: "out", offers: ["audio"], peer: ["--audio", "--reinvite"] },
  { name: "answers sound with CED and changes to T.38", way: "in", peer: ["--audio"] },
  {
    name: "offers sound to a peer that refuses T.38 at once",
    way: "out",
    offers: ["udptl", "audio"],
    peer: ["--audio"],
  },
  { name: "sends where 3 % of the datagrams are lost", way: "out", peer: ["--lose", "0.03"] },
  { name: "receives where 3 % of the datagrams are lost", way: "in", peer: ["--lose", "0.03"] },
  {
    name: "names the refusal of a peer that stays with sound",
    way: "out",
    offers: ["audio"],
    peer: ["--audio", "--refuse"],
    refused: true,
  },
  {
    name: "names the refusal of a caller that stays with sound",
    way: "in",
    peer: ["--audio", "--refuse"],
    refused: true,
  },
  { name: "sends to a peer that is gone without a word", way: "out", peer: ["--vanish", "9"], ends: "media-lost" },
  { name: "sends to a peer that falls silent", way: "out", peer: ["--mute", "14"], ends: "no-answer-to-block" },
  { name: "sends to a peer that says BYE in the midst", way: "out", peer: ["--bye", "13"], ends: "hung-up-in-page" },
  { name: "hears a peer go without a word", way: "in", peer: ["--vanish", "14"], ends: "no-command" },
  { name: "hears a peer fall silent", way: "in", peer: ["--mute", "14"], ends: "no-command" },
  { name: "hears a peer say BYE in the midst", way: "in", peer: ["--bye", "14"], ends: "caller-hung-up" },
];

const pages: Bitmap[] = [4, 5].map((number) => {
  const page = blankBitmap(1728, 600);
  page.data.set(contractPage(number).data);
  return page;
});

interface Peer {
  ended: string | null;
  sip: string[];
}

/** Starts the peer; resolves when it is ready, with what it will tell at its end. */
async function startPeer(args: string[]): Promise<{ child: ChildProcess; end: Promise<Peer> }> {
  const child = spawn("python3", ["-Wignore", PEER, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let errors = "";
  child.stderr?.on("data", (piece) => {
    errors += piece;
  });
  const end = new Promise<Peer>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const last = text.trimEnd().split("\n").at(-1) ?? "";
      if (last.includes('"sip"')) resolve(JSON.parse(last) as Peer);
      else if (!child.killed) reject(new Error(`spandsp-peer: ${errors.slice(-1000)}`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    end.catch(reject);
    child.stdout?.on("data", (piece) => {
      text += piece;
      if (text.includes("ready")) resolve();
    });
  });
  return { child, end };
}

it.concurrent.for(CASES)("the trunk $name", async ({ way, offers = ["udptl"], peer = [], ...wanted }, { expect }) => {
  const folder = await mkdtemp(join(tmpdir(), "depesche-spandsp-"));
  const [sipPort, port] = (await freePorts(2)) as [number, number];
  const exchange = { transport: "udp", host: HOST, port } as const;
  const trunk = await openT38Trunk({ exchange, bind: HOST, sipPort, register: false, offers });
  const there = join(folder, "there.tif");
  const { handler, pages: kept } = keepingHandler();
  const answered = new Promise<Omit<FaxCallReport, "pagesConfirmed">>((resolve) => {
    void trunk.answer([OWN], { ...handler, ended: (_, report) => resolve(report) });
  });
  let stop = () => {};
  try {
    await writeFile(there, writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi: 196 }))));
    const files =
      way === "out" ? ["answer", "--receive", join(folder, "got.tif")] : ["call", "--send", there, "--to", OWN];
    const ports = ["--port", String(port), "--peer", `${HOST}:${sipPort}`];
    const { child, end } = await startPeer([...files, ...ports, ...peer]);
    stop = () => child.kill();
    const order = { id: "1.0.1", to: "+493023125777", from: OWN, stationId: "+49 30 23125 900" };
    const report =
      way === "out"
        ? await trunk.call({ ...order, pages: contractSource(pages) }, new AbortController().signal)
        : await answered;
    if (wanted.ends !== undefined) {
      expect(report).toMatchObject({ cause: { code: wanted.ends }, interrupted: false });
      expect(["SENDFAIL", "ISDNERR"]).toContain(report.outcome);
      // Within T.30's own limits, whatever the network says or does not say.
      expect(report.lineUs).toBeLessThan(90_000_000);
      return;
    }
    const theirs = await end;
    if (wanted.refused) {
      expect(report).toMatchObject({ outcome: "NOSERVICE", cause: { code: "t38-refused" } });
      expect(theirs.sip.slice(-2)).toEqual(["< BYE", "> 200"]);
      return;
    }
    expect(report).toMatchObject({ outcome: "OK", remoteId: "+49 30 23125 777", yDpi: 196, ...wanted.report });
    expect(theirs.ended).toBe("OK");
    const got = way === "in" ? kept : await pagesIn(join(folder, "got.tif"));
    expect(got.map((page, i) => equalBitmaps(page, pages[i]!))).toEqual([true, true]);
    // Real line time: nothing waited for, nothing hurried.
    expect(report.lineUs).toBeGreaterThan(15_000_000);
    const names = renderLadder(report.ladder)!.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...FRAMES, "BYE"]));
    if (peer.includes("--lose")) return; // tshark repairs nothing
    const dissected = await frames(folder, report.ladder);
    expect(dissected.missing).toEqual([]);
    // spandsp repeats the datagram that ends its TCF, and tshark takes the second for an end without a beginning.
    if (way === "out") expect(dissected.malformed).toBe(false);
  } finally {
    stop();
    await trunk.close();
    await rm(folder, { recursive: true });
  }
});

async function pagesIn(file: string): Promise<Bitmap[]> {
  const read = readTiff(await readFile(file));
  return read.ok ? read.pages.map((page) => page.bitmap!) : [];
}

/** tshark reads the call from its record, spandsp's datagrams and ours: every frame reassembled. */
async function frames(folder: string, ladder: Uint8Array): Promise<{ missing: string[]; malformed: boolean }> {
  const file = join(folder, "call.pcap");
  await writeFile(file, ladderPcap(ladder)!);
  const { stdout } = await runProgram("tshark", ["-r", file, "-T", "fields", "-e", "_ws.col.Info"]);
  const missing = FRAMES.filter((frame) => !new RegExp(`\\b${frame}\\b`).test(stdout));
  return { missing, malformed: stdout.includes("Malformed") };
}
