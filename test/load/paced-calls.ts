// Whole calls as a foreign end gets them (paced IFPs, UDPTL with redundancy, ECM and MMR), in virtual time on one core. From TIFF to TIFF:
// read, decoded, coded for the line, cut into frames, IFPs and datagrams, put together at the other end, decoded, written, compared.

import { setImmediate as turn } from "node:timers/promises";
import { type Bitmap, decode, encode, equalBitmaps, readTiff, type TiffPageInput, writeTiff } from "@depesche/t4";
import {
  type Action,
  createAnswerer,
  createCaller,
  type Event,
  type PageFormat,
  type Session,
  step,
} from "@depesche/t30";
import {
  type IfpPort,
  ifpPair,
  memoryNetwork,
  type Party,
  runPacedCall,
  type UdptlSocket,
  udptlPort,
  VirtualWall,
  type Wall,
} from "@depesche/wire-t38";
import { samplePages } from "./t4-pages.ts";

/** What carries the IFPs: memory alone, or datagrams with three copies of V.21 and one of image data. */
export type Line = "ifp" | "udptl";

export interface PacedRun {
  line: Line;
  pagesPerSecond: number;
  /** IFPs both ways. */
  ifpsPerSecond: number;
  /** Line time of the calls over the processor time they took. */
  timesRealTime: number;
  /** Octets of MMR a page, and line time a page, seconds. */
  octetsPerPage: number;
  lineSecondsPerPage: number;
}

const REDUNDANCY = { kind: "redundancy", control: 3, image: 1 } as const;

/** Eight pages as dense as ITU's charts are on the average: letters, text, drawings. */
export function chartLike(): Uint8Array {
  const [letter, text, drawing] = samplePages().map(({ bitmap }) => bitmap) as [Bitmap, Bitmap, Bitmap];
  const pages = [letter, text, letter, drawing, letter, text, letter, drawing];
  return writeTiff(pages.map((bitmap): TiffPageInput => ({ bitmap, xDpi: 204, yDpi: 196, coding: "MMR" })));
}

/** Calls one after the other for so many milliseconds of processor time, at least two. The comparison at the end does not count. */
export async function pacedCalls(line: Line, forMs: number): Promise<PacedRun> {
  const tiff = chartLike();
  await oneCall(tiff, line);
  const sum = { calls: 0, pages: 0, ifps: 0, octets: 0, lineUs: 0 };
  let cpuMs = 0;
  while (cpuMs < forMs || sum.calls < 2) {
    const call = await oneCall(tiff, line);
    sum.calls++;
    sum.pages += call.pages;
    sum.ifps += call.ifps;
    sum.octets += call.octets;
    sum.lineUs += call.lineUs;
    cpuMs += call.cpuMs;
  }
  return {
    line,
    pagesPerSecond: (sum.pages / cpuMs) * 1000,
    ifpsPerSecond: (sum.ifps / cpuMs) * 1000,
    timesRealTime: sum.lineUs / 1000 / cpuMs,
    octetsPerPage: sum.octets / sum.pages,
    lineSecondsPerPage: sum.lineUs / 1e6 / sum.pages,
  };
}

async function oneCall(tiff: Uint8Array, line: Line) {
  const began = process.cpuUsage();
  const wall = new VirtualWall();
  const counted = { ifps: 0, asked: false };
  const [a, b] = portsOf(line, wall).map((port) => counting(port, counted)) as [IfpPort, IfpPort];
  const pages = bitmapsOf(tiff);
  let over = false;
  const fax = sendFax(a, b, pages, wall, counted).finally(() => {
    over = true;
  });
  // Time stands still while a page is being coded or stored, and there only: else a turn of the event loop for each IFP would be measured.
  while (!over) {
    if (!counted.asked && wall.step()) continue;
    counted.asked = false;
    await turn();
  }
  const { received, octets, lineUs } = await fax;
  const { user, system } = process.cpuUsage(began);
  const arrived = bitmapsOf(received);
  if (arrived.length !== pages.length || !arrived.every((page, i) => equalBitmaps(page, pages[i] as Bitmap))) {
    throw new Error("what was received is not what was sent");
  }
  return { pages: pages.length, ifps: counted.ifps, octets, lineUs, cpuMs: (user + system) / 1000 };
}

/** Sends pages from `a` to `b`; the receiver's TIFF. `told.asked`: an answer about a page is under way. */
async function sendFax(a: IfpPort, b: IfpPort, pages: readonly Bitmap[], wall: Wall, told = { asked: false }) {
  const received: TiffPageInput[] = [];
  let octets = 0;
  const ends = await Promise.all([
    runPacedCall({
      side: "caller",
      port: a,
      tcf: "transferred",
      wall,
      party: partyOf(createCaller({ pages: pages.map(() => ({ width: 1728, resolution: "fine" })) })),
      needPage: async (index, format) => {
        told.asked = true;
        const coded = encode(pages[index] as Bitmap, { coding: codingOf(format) });
        octets += coded.length;
        return coded;
      },
    }),
    runPacedCall({
      side: "answerer",
      port: b,
      tcf: "transferred",
      wall,
      party: partyOf(createAnswerer()),
      receivedPage: async ({ octets, format }) => {
        told.asked = true;
        const { bitmap, badLines } = decode(octets, { coding: codingOf(format), width: format.width });
        received.push({ bitmap, xDpi: 204, yDpi: 196, coding: "MMR" });
        return { badLines };
      },
    }),
  ]);
  for (const end of ends) if (end.cause !== "completed") throw new Error(`a call ended as ${end.cause}`);
  return { received: writeTiff(received), octets, lineUs: ends[0].lineUs };
}

function udptlTo(socket: UdptlSocket, remote: UdptlSocket, side: "caller" | "answerer", wall: Wall): IfpPort {
  return udptlPort({ side, socket, remote: { host: remote.host, port: remote.port }, send: REDUNDANCY, wall });
}

function portsOf(line: Line, wall: VirtualWall): [IfpPort, IfpPort] {
  if (line === "ifp") return ifpPair({ wall });
  const { a, b } = memoryNetwork(wall, { seed: 1 });
  return [udptlTo(a, b, "caller", wall), udptlTo(b, a, "answerer", wall)];
}

function counting(port: IfpPort, counted: { ifps: number }): IfpPort {
  return {
    send: (ifp) => {
      counted.ifps++;
      port.send(ifp);
    },
    listen: (listener) => port.listen(listener),
    close: () => port.close(),
  };
}

function bitmapsOf(tiff: Uint8Array): Bitmap[] {
  const read = readTiff(tiff);
  if (!read.ok) throw new Error(read.problem);
  return read.pages.map(({ bitmap }) => bitmap as Bitmap);
}

function codingOf({ coding }: PageFormat): "MH" | "MR" | "MMR" {
  return ({ mh: "MH", mr: "MR", mmr: "MMR" } as const)[coding];
}

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out) };
}
