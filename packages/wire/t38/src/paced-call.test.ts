// Whole calls in virtual time: two T.30 sessions over streams of IFPs, in memory and over UDPTL through bad networks.

import {
  createAnswerer,
  createCaller,
  decodeFrame,
  encodeFrame,
  FCF,
  type Frame,
  FULL_CAPABILITIES,
  frame,
  nameOf,
} from "@depesche/t30";
import { FIELD_TYPES, type Ifp, INDICATORS, MODULATIONS, protectionFor, type UdptlProtection } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import {
  type IfpPort,
  ifpPair,
  type PacedCallOptions,
  type Party,
  runPacedCall,
  VirtualWall,
  type Wall,
} from "./index.ts";
import { randomOf, type Weather } from "./memory-network.ts";
import { call, overUdptl, partyOf, sameAsSent } from "./test-support.ts";

const NO_ECM = { capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false } };

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

  it("is over for both when one hangs up in the midst of a page", async () => {
    const ran = await call({ answerer: { mood: { hangUpInPage: 1 } } });
    expect(ran.caller).toMatchObject({ cause: "hung-up-in-page", endedBy: "peer", pageSent: true });
    expect(ran.answerer).toMatchObject({ cause: "hung-up-on-purpose", endedBy: "us" });
  });

  it("says one thing after the other, and counts timers from the end of what was said before them", async () => {
    const { wall, port, said } = lonely();
    const party: Party = {
      step: (event, out) => {
        const ced = { type: "send-tone", tone: "ced" } as const;
        if (event.type === "connected") out.push(ced, ced, { type: "start-timer", timer: "T4", afterUs: 3_000_000 });
        if (event.type === "timeout") out.push({ type: "send-tone", tone: "cng" });
      },
    };
    void runPacedCall({ side: "answerer", party, port, tcf: "transferred", wall });
    await wall.run(10_000_000);
    expect(said.map(({ name, atUs }) => `${name} ${atUs}`)).toEqual([
      "ced 200000",
      "no-signal 2800000",
      "ced 3000000",
      "no-signal 5600000",
      "cng 8600000",
      "no-signal 9100000",
    ]);
  });

  it("does not take for an answer what began while it was still speaking, but hears a goodbye", async () => {
    const { wall, port, hear } = lonely();
    const heard: string[] = [];
    const party: Party = {
      step: (event, out) => {
        if (event.type === "connected")
          out.push({ type: "send-page", modulation: "v17-14400", shortTraining: true, octets: new Uint8Array(18_000) });
        if (event.type === "frame") heard.push(`${nameOf(decodeFrame(event.bytes) as Frame)} ${wall.nowUs()}`);
      },
    };
    void runPacedCall({ side: "caller", party, port, tcf: "transferred", wall });
    const say = (fcf: number, atUs: number) =>
      wall.at(atUs, () => {
        const data = encodeFrame(frame(fcf, true));
        hear({
          kind: "data",
          modulation: "v21",
          fields: [{ type: "hdlc-data", data }, { type: "hdlc-fcs-ok-sig-end" }],
        });
      });
    // The page is on the line for ten seconds.
    say(FCF.MCF, 3_000_000);
    say(FCF.DCN, 4_000_000);
    say(FCF.MCF, 11_000_000);
    await wall.run(12_000_000);
    expect(heard).toEqual(["DCN 4000000", "MCF 11000000"]);
  });

  it("lets a timer wait for a signal that has begun, but not for ever", async () => {
    const { wall, port, hear } = lonely();
    const fired: number[] = [];
    const party: Party = {
      step: (event, out) => {
        if (event.type === "connected") out.push({ type: "start-timer", timer: "T4", afterUs: 3_000_000 });
        if (event.type === "timeout") {
          fired.push(wall.nowUs());
          out.push({ type: "start-timer", timer: "T4", afterUs: 100_000_000 });
        }
      },
    };
    void runPacedCall({ side: "caller", party, port, tcf: "transferred", wall });
    for (let i = 0; i < 100; i++)
      wall.at(2_500_000 + i * 400_000, () =>
        hear({ kind: "data", modulation: "v21", fields: [{ type: "hdlc-data", data: Uint8Array.of(0xff) }] }),
      );
    await wall.run(30_000_000);
    expect(fired).toEqual([13_000_000]);
  });

  it("keeps the pace of the line without drift, whatever the timers do; what is much too late moves back in one piece", async () => {
    const wall = new VirtualWall();
    const times: number[] = [];
    // Every alarm is up to 9 ms late, and once half a second: a process that was away.
    let away = true;
    const lazy: Wall = {
      nowUs: () => wall.nowUs(),
      at(atUs, then) {
        const isLong = away && atUs > 10_000_000;
        if (isLong) away = false;
        return wall.at(atUs + (isLong ? 500_000 : (atUs * 7) % 9000), then);
      },
    };
    const port: IfpPort = {
      send: (ifp) => ifp.kind === "data" && times.push(wall.nowUs()),
      listen: () => {},
      close: () => {},
    };
    const party: Party = {
      step: (event, out) => {
        if (event.type === "connected")
          out.push({ type: "send-page", modulation: "v17-14400", shortTraining: true, octets: new Uint8Array(36_000) });
      },
    };
    void runPacedCall({ side: "caller", party, port, tcf: "transferred", wall: lazy });
    await wall.run(60_000_000);
    expect(times).toHaveLength(500);
    // 36,000 octets take 20 s at 14400; half a second was lost once, and never made up for.
    const total = times.at(-1)! - times[0]!;
    expect(total).toBeGreaterThan(20_250_000);
    expect(total).toBeLessThan(20_600_000);
    const together = times.filter((atUs, i) => i >= 5 && atUs - times[i - 5]! < 40_000);
    expect(together).toEqual([]);
  });
});

/** One side alone: what it says, and a way to say something to it. */
function lonely() {
  const wall = new VirtualWall();
  const said: { name: string; atUs: number }[] = [];
  let hear: (ifp: Ifp) => void = () => {};
  let lose: (problem: string) => void = () => {};
  const port: IfpPort = {
    send: (ifp) => said.push({ name: ifp.kind === "indicator" ? ifp.indicator : "data", atUs: wall.nowUs() }),
    listen: (listener) => {
      hear = listener.ifp;
      lose = listener.lost;
    },
    close: () => {},
  };
  return { wall, port, said, hear: (ifp: Ifp) => hear(ifp), lose: (problem: string) => lose(problem) };
}

describe("the end of a call", () => {
  /** A call that something happens to at a time of its line. */
  async function with_(
    happens: (
      wall: VirtualWall,
      ports: [IfpPort, IfpPort],
    ) => { caller?: Partial<PacedCallOptions>; answerer?: Partial<PacedCallOptions> },
  ) {
    const wall = new VirtualWall();
    const ports = ifpPair({ wall });
    return call({ pages: 2, wall, ports: () => ports, more: happens(wall, ports) });
  }

  it("comes within two seconds of a stop, politely, in the midst of a page", async () => {
    const stop = new AbortController();
    const ran = await with_((wall) => {
      wall.at(13_500_000, () => stop.abort());
      return { caller: { signal: stop.signal } };
    });
    expect(ran.caller).toMatchObject({ cause: "stopped", stopped: true, pageSent: true, endedBy: "us" });
    expect(ran.caller.lineUs).toBeLessThan(15_500_000);
    expect(ran.answerer).toMatchObject({ cause: "caller-disconnected", endedBy: "peer" });
  });

  it("is the peer's when it says BYE, after what it may have said before", async () => {
    const ran = await with_((wall) => ({
      caller: { over: new Promise((resolve) => void wall.at(13_500_000, () => resolve())) },
    }));
    expect(ran.caller).toMatchObject({ cause: "hung-up-in-page", endedBy: "peer", lineUs: 14_000_000 });
  });

  it("is a loss of the line when the port fails and nobody says why, and a hang-up when BYE does", async () => {
    for (const [byeUs, cause] of [
      [20_000_000, "media-lost"],
      [11_500_000, "no-fax-tone"],
    ] as const) {
      const { wall, port, lose } = lonely();
      const ends: string[] = [];
      const party: Party = {
        step: (event, out) => {
          if (event.type === "hangup-by-peer")
            out.push({ type: "hang-up", result: { outcome: "VOICE", cause: "no-fax-tone", pages: 0 } });
        },
      };
      const over = new Promise<void>((resolve) => void wall.at(byeUs, () => resolve()));
      void runPacedCall({ side: "caller", party, port, tcf: "transferred", wall, over }).then((end) =>
        ends.push(end.cause),
      );
      wall.at(10_000_000, () => lose("media-econnrefused"));
      await wall.run(60_000_000);
      expect(ends).toEqual([cause]);
    }
  });

  it("stays good when the peer is gone while we say goodbye", async () => {
    const ran = await with_((_wall, [, b]) => ({
      caller: {
        report: (report) => {
          if (report.kind === "page-confirmed" && report.page === 2) b.close();
        },
      },
    }));
    expect(ran.caller).toMatchObject({ cause: "completed", pages: 2 });
  });

  it("comes after a long silence even if no timer of T.30 ran, and names who was waited for", async () => {
    for (const [held, cause] of [
      [false, "media-lost"],
      [true, "stalled"],
    ] as const) {
      const { wall, port } = lonely();
      const ends: string[] = [];
      const party: Party = {
        step: (event, out) => {
          const format = { coding: "mh", width: 1728, resolution: "fine", minScanUs: 0, rate: 14400, ecm: 0 } as const;
          if (held && event.type === "connected") out.push({ type: "need-page", index: 0, document: 0, format });
        },
      };
      const needPage = () => new Promise<undefined>(() => {});
      void runPacedCall({ side: "caller", party, port, tcf: "transferred", wall, needPage, silenceMs: 90_000 }).then(
        (end) => ends.push(`${end.cause} ${end.lineUs}`),
      );
      await wall.run(600_000_000);
      expect(ends).toEqual([`${cause} 90000000`]);
      expect(wall.waiting).toBe(0);
    }
  });

  it("comes for either side however long a peer talks nonsense", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomOf(seed);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
      // Some never leave V.21, some only repeat one indicator, some say anything.
      const modulations = seed % 3 === 0 ? (["v21"] as const) : MODULATIONS;
      const indicators = seed % 4 === 0 ? [pick(INDICATORS)] : INDICATORS;
      const { wall, port, hear } = lonely();
      const nonsense = () => {
        const data = new Uint8Array(1 + Math.floor(random() * 80)).map(() => random() * 256);
        const field = { type: pick(FIELD_TYPES), data };
        const ifp: Ifp =
          random() < 0.3 || seed % 4 === 0
            ? { kind: "indicator", indicator: pick(indicators) }
            : { kind: "data", modulation: pick(modulations), fields: [field] };
        hear(ifp);
        wall.at(wall.nowUs() + 1000 + random() * 200_000, nonsense);
      };
      wall.at(1000, nonsense);
      const side = seed % 2 ? "caller" : "answerer";
      const session = seed % 2 ? createCaller({ pages: [{ width: 1728, resolution: "fine" }] }) : createAnswerer();
      let cause = "";
      void runPacedCall({ side, party: partyOf(session), port, tcf: "transferred", wall }).then((end) => {
        cause = end.cause;
      });
      await wall.run(1_800_000_000, () => cause !== "");
      expect([seed, cause]).not.toEqual([seed, ""]);
      expect(cause).not.toBe("completed");
    }
  });

  it("leaves nothing behind after a thousand calls", async () => {
    const wall = new VirtualWall();
    const causes = new Set<string>();
    for (let i = 1; i <= 1000; i++) {
      const ports = overUdptl({ seed: i, loss: i % 3 ? 0 : 0.02 }, protectionFor("t38UDPRedundancy"));
      const mood = i % 10 === 0 ? { hangUpInPage: 1 } : {};
      const ran = await call({ wall, ports, answerer: { mood } });
      causes.add(ran.caller.cause);
      expect(wall.waiting).toBe(0);
    }
    // Without signalling nobody tells a caller that the line was cut.
    expect([...causes].sort()).toEqual(["completed", "no-answer-to-block"]);
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

    it(`ends in any weather, and with error correction is never good with other pages: ${JSON.stringify(protection)}`, async () => {
      for (const seed of SEEDS) {
        const answerer = seed % 2 ? NO_ECM : {};
        const weather = { seed, loss: (seed % 6) / 100, duplicates: 0.05, jitterUs: (seed % 3) * 200_000 };
        const ran = await call({ pages: 2, answerer, ports: overUdptl(weather, protection) });
        if (ran.caller.cause === "completed" && ran.caller.dcs?.ecm)
          expect([seed, sameAsSent(ran)]).toEqual([seed, true]);
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
