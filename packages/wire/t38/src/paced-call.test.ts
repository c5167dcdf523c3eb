// Whole calls in virtual time: two T.30 sessions over streams of IFPs, in memory and over UDPTL through bad networks.

import { type Bitmap, blankBitmap, decode, encode } from "@depesche/t4";
import {
  type Action,
  type AnswererOptions,
  type CallerOptions,
  createAnswerer,
  createCaller,
  type Event,
  FULL_CAPABILITIES,
  isLastPage,
  type PageFormat,
  type Session,
  step,
} from "@depesche/t30";
import { protectionFor, type UdptlProtection } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import {
  type CallEnd,
  type IfpPort,
  ifpPair,
  type PacedCallOptions,
  type Party,
  runPacedCall,
  udptlPort,
  VirtualWall,
} from "./index.ts";
import { A, B, memoryNetwork, randomOf, type Weather } from "./memory-network.ts";

const HOUR_US = 3_600_000_000;

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out), lastPage: () => isLastPage(session) };
}

/** A page of black marks, the same for the same seed. */
function pageOf(seed: number, height = 200): Bitmap {
  const random = randomOf(seed);
  const bitmap = blankBitmap(1728, height);
  for (let i = 0; i < height * 6; i++)
    bitmap.data[Math.floor(random() * bitmap.data.length)] = Math.floor(random() * 256);
  return bitmap;
}

function coded(bitmap: Bitmap, { coding, rate, minScanUs }: PageFormat): Uint8Array {
  if (coding === "mmr") return encode(bitmap, { coding: "MMR" });
  const minBitsPerLine = Math.ceil((minScanUs * rate) / 1_000_000);
  return encode(bitmap, { coding: coding === "mr" ? "MR" : "MH", minBitsPerLine, k: 4 });
}

interface Call {
  pages?: number;
  caller?: Partial<CallerOptions>;
  answerer?: Partial<AnswererOptions>;
  ports?: (wall: VirtualWall) => [IfpPort, IfpPort];
  tcf?: PacedCallOptions["tcf"];
  more?: { caller?: Partial<PacedCallOptions>; answerer?: Partial<PacedCallOptions> };
}

/** Runs it; a page with a damaged line is refused, so that what is confirmed must be what was sent. */
async function call({ pages = 1, ports = (wall) => ifpPair({ wall }), tcf = "transferred", ...of }: Call) {
  const wall = new VirtualWall();
  const [a, b] = ports(wall);
  const glass = Array.from({ length: pages }, (_, i) => pageOf(i + 1));
  const received: Bitmap[] = [];
  const caller = createCaller({
    pages: glass.map(() => ({ width: 1728, resolution: "fine" })),
    stationId: "+49 30 23125 011",
    ...of.caller,
  });
  const answerer = createAnswerer({ stationId: "+49 30 23125 001", ...of.answerer });
  const ends: CallEnd[] = [];
  const calls = [
    runPacedCall({
      side: "caller",
      party: partyOf(caller),
      port: a,
      tcf,
      wall,
      needPage: async (index, format) => coded(glass[index]!, format),
      ...of.more?.caller,
    }),
    runPacedCall({
      side: "answerer",
      party: partyOf(answerer),
      port: b,
      tcf,
      wall,
      receivedPage: async ({ octets, format }) => {
        const coding = ({ mh: "MH", mr: "MR", mmr: "MMR" } as const)[format.coding as "mh"];
        const page = decode(octets, { coding, width: 1728 });
        if (page.badLines > 0 || !page.bitmap) return false;
        received.push(page.bitmap);
        return true;
      },
      ...of.more?.answerer,
    }),
  ];
  for (const one of calls) void one.then((end) => ends.push(end));
  await wall.run(2 * HOUR_US, () => ends.length === 2);
  // What is still under way in the network arrives nowhere.
  await wall.run(wall.nowUs() + 1_000_000);
  return { caller: await calls[0]!, answerer: await calls[1]!, received, glass, wall };
}

type Ran = Awaited<ReturnType<typeof call>>;

function sameAsSent({ received, glass }: Ran): boolean {
  return (
    received.length === glass.length && received.every(({ data }, i) => Buffer.compare(data, glass[i]!.data) === 0)
  );
}

const NO_ECM = { capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false } };

function overUdptl(weather: Weather, send: UdptlProtection, maxDatagram?: number) {
  return (wall: VirtualWall): [IfpPort, IfpPort] => {
    const { a, b } = memoryNetwork(wall, weather);
    return [
      udptlPort({ side: "caller", socket: a, remote: B, send, maxDatagram, wall }),
      udptlPort({ side: "answerer", socket: b, remote: A, send, maxDatagram, wall }),
    ];
  };
}

describe("a call in real time", () => {
  it("with error correction brings every page and takes the time a line takes", async () => {
    const ran = await call({ pages: 3 });
    expect([ran.caller.cause, ran.answerer.cause]).toEqual(["completed", "completed"]);
    expect(sameAsSent(ran)).toBe(true);
    expect(ran.caller.dcs).toMatchObject({ ecm: 256, modulation: "v17-14400" });
    expect(ran.caller).toMatchObject({ pages: 3, endedBy: "us", remoteId: "+49 30 23125 001" });
    expect(ran.answerer).toMatchObject({ pages: 3, endedBy: "peer", remoteId: "+49 30 23125 011" });
    // 10 s to the first page and 5 s for each, over a line with 40 ms of delay.
    expect(ran.caller.lineUs).toBeGreaterThan(20_000_000);
    expect(ran.caller.lineUs).toBeLessThan(60_000_000);
    expect(ran.wall.waiting).toBe(0);
  });

  it("without error correction, with MPS between pages, brings the same pages", async () => {
    const ran = await call({ pages: 3, answerer: NO_ECM });
    expect(ran.caller).toMatchObject({ cause: "completed", pages: 3, dcs: { ecm: 0, coding: "mr" } });
    expect(sameAsSent(ran)).toBe(true);
  });

  it("checks the training on each side when the check does not cross the network", async () => {
    const ran = await call({ tcf: "local" });
    expect([ran.caller.cause, ran.answerer.cause, sameAsSent(ran)]).toEqual(["completed", "completed", true]);
  });

  it("is over for both when the line goes, and a good one stays good", async () => {
    const ran = await call({ answerer: { mood: { hangUpInPage: 1 } } });
    expect(ran.caller).toMatchObject({ cause: "hung-up-in-page", endedBy: "peer" });
  });
});

const PROTECTIONS: UdptlProtection[] = [
  { kind: "redundancy", control: 3, image: 1 },
  { kind: "redundancy", control: 2, image: 2 },
  { kind: "redundancy", control: 1, image: 0 },
  { kind: "redundancy", control: 0, image: 0 },
  { kind: "fec", span: 3, entries: 3 },
  { kind: "fec", span: 4, entries: 1 },
];
const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

describe("a call over UDPTL", () => {
  for (const protection of PROTECTIONS) {
    it(`with error correction survives two datagrams in a hundred lost: ${JSON.stringify(protection)}`, async () => {
      for (const seed of SEEDS) {
        const ran = await call({ pages: 2, ports: overUdptl({ seed, loss: 0.02 }, protection) });
        const end = [seed, ran.caller.cause, ran.answerer.cause, sameAsSent(ran)];
        expect(end).toEqual([seed, "completed", "completed", true]);
      }
    });

    it(`ends in any weather, and is never good with other pages: ${JSON.stringify(protection)}`, async () => {
      for (const seed of SEEDS) {
        const answerer = seed % 2 ? NO_ECM : {};
        const weather = { seed, loss: (seed % 6) / 100, duplicates: 0.05, jitterUs: (seed % 3) * 200_000 };
        const ran = await call({ pages: 2, answerer, ports: overUdptl(weather, protection) });
        if (ran.caller.cause === "completed") expect([seed, sameAsSent(ran)]).toEqual([seed, true]);
        expect(ran.wall.waiting).toBe(0);
      }
    });
  }

  it("does not mind half a second of jitter", async () => {
    for (const seed of SEEDS) {
      for (const answerer of [NO_ECM, {}]) {
        const ports = overUdptl({ seed, jitterUs: 500_000 }, protectionFor("t38UDPRedundancy"));
        const ran = await call({ pages: 2, answerer, ports });
        expect([seed, ran.caller.cause, ran.answerer.cause, sameAsSent(ran)]).toEqual([
          seed,
          "completed",
          "completed",
          true,
        ]);
      }
    }
  });

  it("keeps to the peer's largest datagram, however small", async () => {
    for (const limit of [400, 120, 72, 10]) {
      let largest = 0;
      const drop: Weather["drop"] = (_from, _count, bytes) => {
        largest = Math.max(largest, bytes.length);
        return false;
      };
      for (const scheme of ["t38UDPRedundancy", "t38UDPFEC"] as const) {
        const ran = await call({ pages: 1, ports: overUdptl({ seed: 1, drop }, protectionFor(scheme), limit) });
        expect([limit, ran.caller.cause, sameAsSent(ran)]).toEqual([limit, "completed", true]);
      }
      expect(largest).toBeLessThanOrEqual(Math.max(48, limit));
      expect(largest).toBeGreaterThan(Math.min(limit, 250) / 2);
    }
  });
});
