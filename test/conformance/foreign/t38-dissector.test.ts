// tshark, whose T.38 and T.30 dissectors nobody here wrote, on calls of every kind: each frame reassembled, nothing malformed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankBitmap, encode } from "@depesche/t4";
import {
  type Action,
  type AnswererOptions,
  createAnswerer,
  createCaller,
  type Event,
  FULL_CAPABILITIES,
  isLastPage,
  type PageFormat,
  type Session,
  step,
} from "@depesche/t30";
import {
  bindUdptl,
  type CallEnd,
  ladderPcap,
  memoryNetwork,
  type Party,
  protectionFor,
  Recorder,
  runPacedCall,
  type UdptlSocket,
  udptlPort,
  VirtualWall,
  type Wall,
  type Weather,
} from "@depesche/wire-t38";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { asRoot } from "./as-root.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-dissector-"));
});
afterEach(() => rm(folder, { recursive: true }));

const NO_ECM = { capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false } };

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out), lastPage: () => isLastPage(session) };
}

function pageOf(number: number, height: number, { coding, rate, minScanUs }: PageFormat): Uint8Array {
  const bitmap = blankBitmap(1728, height);
  for (let i = 0; i < height * 10; i++) bitmap.data[(i * 7919 * number) % bitmap.data.length] = i & 0xff;
  if (coding === "mmr") return encode(bitmap, { coding: "MMR" });
  const minBitsPerLine = Math.ceil((minScanUs * rate) / 1_000_000);
  return encode(bitmap, { coding: coding === "mr" ? "MR" : "MH", minBitsPerLine, k: 4 });
}

function sdp({ host, port }: UdptlSocket, errorCorrection: string): string {
  const lines = ["v=0", `o=- 1 1 IN IP4 ${host}`, "s=-", `c=IN IP4 ${host}`, "t=0 0", `m=image ${port} udptl t38`];
  lines.push("a=T38FaxVersion:0", "a=T38FaxRateManagement:transferredTCF", `a=T38FaxUdpEC:${errorCorrection}`);
  return `${lines.join("\r\n")}\r\n`;
}

function sipOf(start: string, { host }: UdptlSocket, body: string): Uint8Array {
  const head = [
    start,
    `Via: SIP/2.0/UDP ${host}:5062;branch=z9hG4bK77`,
    "From: <sip:+493023125011@depesche.example>;tag=1",
    `To: <sip:+493023125001@depesche.example>${start.startsWith("INVITE") ? "" : ";tag=2"}`,
    "Call-ID: 77@depesche.example",
    "CSeq: 1 INVITE",
    `Contact: <sip:x@${host}:5064>`,
    "Content-Type: application/sdp",
    `Content-Length: ${body.length}`,
  ];
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body}`);
}

interface Call {
  sockets: [UdptlSocket, UdptlSocket];
  wall?: Wall;
  pages: number;
  /** Lines of a page. */
  height?: number;
  answerer?: Partial<AnswererOptions>;
  errorCorrection?: "t38UDPRedundancy" | "t38UDPFEC" | "t38UDPNoEC";
}

/** Runs a call; gives both records as pcap files. */
async function run({
  sockets: [a, b],
  wall,
  pages,
  height = 300,
  answerer,
  errorCorrection = "t38UDPRedundancy",
}: Call) {
  const recorders = { caller: new Recorder("caller"), answerer: new Recorder("answerer") };
  for (const [side, recorder] of Object.entries(recorders)) {
    const offer = sipOf(`INVITE sip:+493023125001@${b.host}:5064 SIP/2.0`, a, sdp(a, errorCorrection));
    const answer = sipOf("SIP/2.0 200 OK", a, sdp(b, errorCorrection));
    recorder.sip({ sent: side === "caller", bytes: offer });
    recorder.sip({ sent: side === "answerer", bytes: answer });
  }
  const send = protectionFor(errorCorrection);
  const ends: Promise<CallEnd>[] = [
    runPacedCall({
      side: "caller",
      party: partyOf(
        createCaller({
          stationId: "+49 30 23125 011",
          pages: Array.from({ length: pages }, () => ({ width: 1728, resolution: "fine" as const })),
        }),
      ),
      port: udptlPort({ side: "caller", socket: a, remote: b, send, wall, recorder: recorders.caller }),
      tcf: "transferred",
      wall,
      recorder: recorders.caller,
      needPage: async (index, format) => pageOf(index + 1, height, format),
    }),
    runPacedCall({
      side: "answerer",
      party: partyOf(createAnswerer({ stationId: "+49 30 23125 001", ...answerer })),
      port: udptlPort({ side: "answerer", socket: b, remote: a, send, wall, recorder: recorders.answerer }),
      tcf: "transferred",
      wall,
      recorder: recorders.answerer,
      receivedPage: async () => true,
    }),
  ];
  return { ends, pcaps: () => [recorders.caller, recorders.answerer].map((one) => ladderPcap(one.finish(0))!) };
}

/** The same in virtual time, over a network in memory. */
async function runInMemory(call: Omit<Call, "sockets">, weather: Weather = { seed: 1 }) {
  const wall = new VirtualWall();
  const { a, b } = memoryNetwork(wall, weather);
  const { ends, pcaps } = await run({ ...call, sockets: [a, b], wall });
  let over = 0;
  for (const end of ends) void end.then(() => over++);
  await wall.run(3_600_000_000, () => over === 2);
  expect((await Promise.all(ends)).map(({ cause }) => cause)).toEqual(["completed", "completed"]);
  return pcaps();
}

/** What tshark says of a capture: what it has reassembled, and all it complains about. */
async function dissected(pcap: Uint8Array) {
  const file = join(folder, "call.pcap");
  await writeFile(file, pcap);
  const info = await runProgram("tshark", ["-r", file, "-T", "fields", "-e", "_ws.col.Info"]);
  expect(info.code).toBe(0);
  const verbose = await runProgram("tshark", ["-r", file, "-V"]);
  const expert = await runProgram("tshark", ["-r", file, "-q", "-z", "expert"]);
  return { info: info.stdout, verbose: verbose.stdout, expert: expert.stdout };
}

function framesOf(info: string): string[] {
  return [...info.matchAll(/HDLC Reassembled: .*/g)].map(([line]) => line);
}

const CALLS: [name: string, call: Omit<Call, "sockets">, frames: string[]][] = [
  [
    "three pages with error correction",
    { pages: 3 },
    ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS", "MCF", "PPS", "MCF", "PPS", "MCF", "DCN"],
  ],
  [
    "three pages without, MPS between them",
    { pages: 3, answerer: NO_ECM },
    ["CSI", "DIS", "TSI", "DCS", "CFR", "MPS", "MCF", "MPS", "MCF", "EOP", "MCF", "DCN"],
  ],
  [
    "parity in the place of copies",
    { pages: 1, errorCorrection: "t38UDPFEC" },
    ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS", "MCF", "DCN"],
  ],
  [
    "nothing that repairs",
    { pages: 1, errorCorrection: "t38UDPNoEC" },
    ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS", "MCF", "DCN"],
  ],
  [
    "a training refused until 9600",
    { pages: 1, answerer: { mood: { trainsUpTo: 9600 } } },
    ["CSI", "DIS", "TSI", "DCS", "FTT", "TSI", "DCS", "FTT", "TSI", "DCS", "CFR", "PPS", "MCF", "DCN"],
  ],
];

for (const [name, call, wanted] of CALLS) {
  it(`reassembles every frame of a call over UDPTL from either side's record: ${name}`, async () => {
    for (const pcap of await runInMemory(call)) {
      const { info, verbose, expert } = await dissected(pcap);
      const frames = framesOf(info);
      const control = frames
        .map((line) => / ([A-Z]{3}) - /.exec(line)?.[1])
        .filter((one) => one !== "FCD" && one !== "RCP");
      expect(control).toEqual(wanted);
      expect(frames.join("\n")).toContain("Number:+49 30 23125 001");
      expect(frames.join("\n")).toContain("Number:+49 30 23125 011");
      // Data frames stand in order and none is missing.
      const numbers = frames.flatMap((line) => /Frame num:(\d+)/.exec(line)?.[1] ?? []).map(Number);
      expect(numbers.every((number, i) => number === 0 || number === numbers[i - 1]! + 1)).toBe(true);
      expect(numbers.length > 0).toBe(call.answerer !== NO_ECM);
      expect(verbose).not.toMatch(/malformed|unreassembled|packets? lost|short packet/i);
      expect(expert).not.toMatch(/^(Errors|Warnings)/m);
    }
  });
}

/** UDP payloads of a capture with Ethernet frames, by the port they come from. */
function payloadsFrom(pcap: Uint8Array, port: number): string[] {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.length);
  const payloads: string[] = [];
  for (let at = 24; at + 16 <= pcap.length; at += 16 + view.getUint32(at + 8, true)) {
    const ip = at + 16 + 14;
    const udp = ip + (pcap[ip]! & 0x0f) * 4;
    if (view.getUint16(udp) !== port) continue;
    payloads.push(Buffer.from(pcap.subarray(udp + 8, udp + view.getUint16(udp + 4))).toString("hex"));
  }
  return payloads;
}

/** Captures UDP on the loopback until it is stopped; rejects where that is not permitted. */
async function capture(file: string, ports: number[]): Promise<() => Promise<void>> {
  const filter = ports.map((port) => `udp port ${port}`).join(" or ");
  const [command, args] = asRoot("tcpdump", ["-i", "lo", "-U", "--immediate-mode", "-B", "8192", "-w", file, filter]);
  const program = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const gone = once(program, "close");
  // Whatever else it says must find a reader.
  const ready = new Promise<void>((resolve, reject) => {
    let said = "";
    program.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("listening on lo")) resolve();
    });
    void gone.then(() => reject(new Error(`tcpdump cannot capture on the loopback: ${said}`)));
  });
  await ready;
  return async () => {
    program.kill("SIGINT");
    await gone;
  };
}

it("is on the wire octet for octet what the record of either side says", async () => {
  const sockets = [await bindUdptl({ host: "127.0.0.1" }), await bindUdptl({ host: "127.0.0.1" })] as [
    UdptlSocket,
    UdptlSocket,
  ];
  const file = join(folder, "wire.pcap");
  const stop = await capture(
    file,
    sockets.map(({ port }) => port),
  );
  const { ends, pcaps } = await run({ sockets, pages: 1, height: 40 });
  expect((await Promise.all(ends)).map(({ cause }) => cause)).toEqual(["completed", "completed"]);
  const records = pcaps();
  for (const [i, { port }] of sockets.entries()) {
    const sent = payloadsFrom(records[i]!, port);
    expect(sent.length).toBeGreaterThan(50);
    // What was captured last may not yet be written.
    await expect.poll(async () => payloadsFrom(new Uint8Array(await readFile(file)), port)).toEqual(sent);
    // The called side hangs up at DCN: the silence after it, said three times, it does not hear.
    const heard = payloadsFrom(records[1 - i]!, port);
    expect(sent.slice(0, heard.length)).toEqual(heard);
    expect(sent.length - heard.length).toBeLessThanOrEqual(3);
  }
  await stop();
});
