/** For tests: two T.30 sessions that call each other in real time, which is virtual, over whatever carries IFPs. */

import {
  type Action,
  type AnswererOptions,
  type CallerOptions,
  createAnswerer,
  createCaller,
  type Event,
  isLastPage,
  type Session,
  step,
} from "@depesche/t30";
import type { UdptlProtection } from "@depesche/t38";
import { ifpPair } from "./ifp-pair.ts";
import type { IfpPort } from "./ifp-port.ts";
import { A, B, memoryNetwork, randomOf, type Weather } from "./memory-network.ts";
import { type PacedCallOptions, runPacedCall } from "./paced-call.ts";
import type { CallEnd, Party } from "./run-call.ts";
import { udptlPort } from "./udptl-port.ts";
import { VirtualWall } from "./virtual-wall.ts";

export interface TestCall {
  pages?: number;
  caller?: Partial<CallerOptions>;
  answerer?: Partial<AnswererOptions>;
  /** What joins both; default a line in memory. */
  ports?: (wall: VirtualWall) => [IfpPort, IfpPort];
  tcf?: PacedCallOptions["tcf"];
  /** What else either side is given. */
  more?: { caller?: Partial<PacedCallOptions>; answerer?: Partial<PacedCallOptions> };
  wall?: VirtualWall;
}

export function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out), lastPage: () => isLastPage(session) };
}

/** Octets that look like nothing, the same for the same number. */
export function octetsOf(number: number): Uint8Array {
  const random = randomOf(number);
  return Uint8Array.from({ length: 5000 }, () => random() * 256);
}

/** Runs a call to its end. */
export async function call({ pages = 1, tcf = "transferred", ...of }: TestCall = {}) {
  const wall = of.wall ?? new VirtualWall();
  const [a, b] = of.ports?.(wall) ?? ifpPair({ wall });
  const sent = Array.from({ length: pages }, (_, i) => octetsOf(i + 1));
  const received: Uint8Array[] = [];
  const ends: CallEnd[] = [];
  const caller = createCaller({
    pages: sent.map(() => ({ width: 1728, resolution: "fine" })),
    stationId: "+49 30 23125 011",
    ...of.caller,
  });
  const answerer = createAnswerer({ stationId: "+49 30 23125 001", ...of.answerer });
  const calls = [
    runPacedCall({
      side: "caller",
      party: partyOf(caller),
      port: a,
      tcf,
      wall,
      needPage: async (index) => sent[index],
      ...of.more?.caller,
    }),
    runPacedCall({
      side: "answerer",
      party: partyOf(answerer),
      port: b,
      tcf,
      wall,
      receivedPage: async ({ octets }) => received.push(octets) > 0,
      ...of.more?.answerer,
    }),
  ];
  for (const one of calls) void one.then((end) => ends.push(end));
  await wall.run(wall.nowUs() + 7_200_000_000, () => ends.length === 2);
  // What is still under way in the network arrives nowhere.
  await wall.run(wall.nowUs() + 1_000_000);
  return { caller: await calls[0]!, answerer: await calls[1]!, received, sent, wall };
}

/** Each page is what was sent, but for zeros that fill up a last frame. */
export function sameAsSent({ received, sent }: { received: Uint8Array[]; sent: Uint8Array[] }): boolean {
  const isSame = (page: Uint8Array, i: number) => {
    const original = sent[i]!;
    return (
      original.every((octet, at) => page[at] === octet) && page.subarray(original.length).every((octet) => octet === 0)
    );
  };
  return received.length === sent.length && received.every(isSame);
}

/** Ports over UDPTL through a network in memory. */
export function overUdptl(weather: Weather, send: UdptlProtection, maxDatagram?: number) {
  return (wall: VirtualWall): [IfpPort, IfpPort] => {
    const { a, b } = memoryNetwork(wall, weather);
    return [
      udptlPort({ side: "caller", socket: a, remote: B, send, maxDatagram, wall }),
      udptlPort({ side: "answerer", socket: b, remote: A, send, maxDatagram, wall }),
    ];
  };
}
