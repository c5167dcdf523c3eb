// The ladder's rows held against tshark, whose T.30 dissector nobody here wrote: of the same record both tell the same frames of the
// same side in the same order, with the same content.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Action,
  type AnswererOptions,
  type CallerOptions,
  createAnswerer,
  createCaller,
  type Event,
  FULL_CAPABILITIES,
  isLastPage,
  type Session,
  step,
} from "@depesche/t30";
import {
  type CallEnd,
  ifpPair,
  type LadderRow,
  ladderPcap,
  memoryNetwork,
  type Party,
  protectionFor,
  Recorder,
  renderLadder,
  runPacedCall,
  udptlPort,
  VirtualWall,
  type Weather,
} from "@depesche/wire-t38";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-ladder-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FINE = { width: 1728, resolution: "fine" } as const;
const NO_ECM = { capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false } };

interface Kind {
  pages?: number;
  caller?: Partial<CallerOptions>;
  answerer?: Partial<AnswererOptions>;
  /** UDPTL over a network of this weather; without it IFPs in memory, as on a modem's line. */
  weather?: Weather;
  tcf?: "transferred" | "local";
  /** Frames that must have been on the line, so that the kind of call is what its name says. */
  has: string[];
}

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out), lastPage: () => isLastPage(session) };
}

/** Runs the call in virtual time; gives the called side's record. */
async function recordOf({ pages = 1, weather, tcf = "transferred", ...of }: Kind): Promise<Uint8Array> {
  const wall = new VirtualWall();
  const recorder = new Recorder("answerer");
  const { a, b } = memoryNetwork(wall, weather ?? { seed: 1 });
  const shared = { send: protectionFor("t38UDPRedundancy"), wall };
  const [near, far] = weather
    ? [
        udptlPort({ ...shared, side: "caller", socket: a, remote: b }),
        udptlPort({ ...shared, side: "answerer", socket: b, remote: a, recorder }),
      ]
    : ifpPair({ wall });
  const page = Uint8Array.from({ length: 9000 }, (_, i) => (i * 7919) & 0xff);
  const handlers = { tcf, wall, needPage: async () => page, receivedPage: async () => true };
  const caller = createCaller({
    pages: Array.from({ length: pages }, () => FINE),
    stationId: "+49 30 1",
    ...of.caller,
  });
  const answerer = createAnswerer({ stationId: "+49 30 2", ...of.answerer });
  const ends: CallEnd[] = [];
  void runPacedCall({ ...handlers, side: "caller", party: partyOf(caller), port: near }).then((end) => ends.push(end));
  void runPacedCall({ ...handlers, side: "answerer", party: partyOf(answerer), port: far, recorder }).then((end) =>
    ends.push(end),
  );
  await wall.run(3_600_000_000, () => ends.length === 2);
  expect(ends).toHaveLength(2);
  return recorder.finish(0);
}

interface Told {
  from: string;
  name: string;
}

/** What tshark has reassembled, in order: who it came from, and the first word it has for the frame. */
async function dissected(pcap: Uint8Array): Promise<{ frames: Told[]; complaints: string; verbose: string }> {
  const file = join(folder, "call.pcap");
  await writeFile(file, pcap);
  const fields = ["-T", "fields", "-e", "eth.src", "-e", "_ws.col.Info"];
  const { code, stdout } = await runProgram("tshark", ["-r", file, ...fields]);
  expect(code).toBe(0);
  const frames = stdout.split("\n").flatMap((line) => {
    const [address = "", info = ""] = line.split("\t");
    // The capture gives each side an address of its own.
    const from = address.endsWith("0a") ? "caller" : "answerer";
    return [...info.matchAll(/HDLC Reassembled: ([A-Z]{2,3}\b)?/g)].map(([, name = "?"]) => ({ from, name }));
  });
  const { stdout: complaints } = await runProgram("tshark", ["-r", file, "-q", "-z", "expert"]);
  const { stdout: verbose } = await runProgram("tshark", ["-r", file, "-V"]);
  return { frames, complaints, verbose };
}

/** tshark 4.0 leaves the first bit of the facsimile control field out: these are other frames to it, or none. */
const SEEN_AS: Readonly<Record<string, string>> = { DTC: "DIS", CIG: "CSI", NSC: "NSF", PWD: "?", SEP: "?" };

/** What the ladder says of the same, in tshark's words. */
function told(rows: readonly LadderRow[]): Told[] {
  return rows
    .filter(({ kind, damaged }) => kind === "frame" && !damaged)
    .map(({ from, name }) => ({ from, name: SEEN_AS[name] ?? name.replace(/-.*/, "") }));
}

const KINDS: Record<string, Kind> = {
  "over UDPTL, with error correction": { weather: { seed: 1 }, pages: 2, has: ["PPS-MPS", "PPS-EOP"] },
  "over UDPTL, without": { weather: { seed: 1 }, pages: 2, answerer: NO_ECM, has: ["MPS", "EOP", "MCF"] },
  "on a modem's line": { pages: 1, has: ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS-EOP", "MCF", "DCN"] },
  "over TPKT, with a local training check": { tcf: "local", answerer: NO_ECM, has: ["EOP"] },
  polled: {
    pages: 0,
    caller: { poll: { sep: "7" } },
    answerer: { documents: [{ sep: "7", pages: [FINE] }] },
    has: ["SEP", "CIG", "DTC"],
  },
  "turned round": {
    weather: { seed: 2 },
    caller: { poll: {} },
    answerer: { documents: [{ pages: [FINE] }] },
    has: ["DTC"],
  },
  "with sub-address, sender and password": {
    caller: { sub: "12", sid: "34", pwd: "56" },
    answerer: { subAddresses: ["12"], password: "56" },
    has: ["SUB", "SID", "PWD"],
  },
  "with a wrong password": { caller: { pwd: "1" }, answerer: { password: "2" }, has: ["PWD", "DCN"] },
  "with a training that fails until 9600": { answerer: { mood: { trainsUpTo: 9600 } }, has: ["FTT"] },
  "with damaged frames of a block": {
    weather: { seed: 1 },
    answerer: { mood: { damages: [{ page: 1, attempt: 1, frames: [3, 7, 8] }] } },
    has: ["PPR"],
  },
  "with a page that is refused": {
    answerer: { ...NO_ECM, mood: { answers: [{ page: 1, with: "RTN", times: 1 }] } },
    has: ["RTN"],
  },
  "with a receiver that is not ready": {
    answerer: { mood: { notReady: { page: 1, times: 2 } } },
    has: ["RNR", "RR"],
  },
  "with datagrams lost": { weather: { seed: 5, loss: 0.02 }, has: ["PPS-EOP"] },
};

it.each(Object.entries(KINDS))("tells what tshark tells of a call %s", async (_, kind) => {
  const record = await recordOf(kind);
  const rows = renderLadder(record)!;
  const { frames, complaints, verbose } = await dissected(ladderPcap(record)!);
  const control = frames.filter(({ name }) => name !== "FCD" && name !== "RCP");
  expect(told(rows)).toEqual(control);
  const names = rows.filter(({ kind }) => kind === "frame").map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(kind.has));
  expect(verbose).not.toMatch(/malformed/i);
  if (!kind.weather?.loss) expect(complaints).not.toMatch(/^(Errors|Warnings)/m);
});
