// Pages without error correction through networks that lose datagrams: a page is good only when it is the one that was sent.

import { type Bitmap, blankBitmap, decode, encode } from "@depesche/t4";
import {
  type Action,
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
  type CallEnd,
  memoryNetwork,
  type Party,
  runPacedCall,
  type UdptlProtection,
  udptlPort,
  VirtualWall,
  type Weather,
} from "@depesche/wire-t38";
import { expect, it } from "vitest";

const LINES = 300;

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out), lastPage: () => isLastPage(session) };
}

/** Marks as of writing, the same for the same seed. */
function pageOf(seed: number): Bitmap {
  const bitmap = blankBitmap(1728, LINES);
  let state = seed;
  for (let i = 0; i < LINES * 8; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bitmap.data[(state >> 4) % bitmap.data.length] = (state >> 16) & 0xff;
  }
  return bitmap;
}

function coded(bitmap: Bitmap, { coding, rate, minScanUs }: PageFormat): Uint8Array {
  const minBitsPerLine = Math.ceil((minScanUs * rate) / 1_000_000);
  return encode(bitmap, { coding: coding === "mr" ? "MR" : "MH", minBitsPerLine, k: 4 });
}

/** One call; the receiver takes a page only when no line of it is damaged. */
async function call(weather: Weather, send: UdptlProtection, mr: boolean) {
  const wall = new VirtualWall();
  const { a, b } = memoryNetwork(wall, weather);
  const glass = [pageOf(weather.seed), pageOf(weather.seed + 1000)];
  const received: Bitmap[] = [];
  const ends: CallEnd[] = [];
  const capabilities = { ...FULL_CAPABILITIES, ecm: false, mmr: false, mr };
  const calls = [
    runPacedCall({
      side: "caller",
      party: partyOf(createCaller({ pages: glass.map(() => ({ width: 1728, resolution: "fine" })) })),
      port: udptlPort({ side: "caller", socket: a, remote: b, send, wall }),
      tcf: "transferred",
      wall,
      needPage: async (index, format) => coded(glass[index]!, format),
    }),
    runPacedCall({
      side: "answerer",
      party: partyOf(createAnswerer({ capabilities })),
      port: udptlPort({ side: "answerer", socket: b, remote: a, send, wall }),
      tcf: "transferred",
      wall,
      receivedPage: async ({ octets, format }) => {
        const { bitmap, rows, badLines } = decode(octets, {
          coding: format.coding === "mr" ? "MR" : "MH",
          width: 1728,
        });
        if (badLines > 0 || rows !== LINES || !bitmap) return false;
        received.push(bitmap);
        return true;
      },
    }),
  ];
  for (const one of calls) void one.then((end) => ends.push(end));
  await wall.run(7_200_000_000, () => ends.length === 2);
  const same = received.every((page, i) => Buffer.compare(page.data, glass[i]!.data) === 0);
  return { caller: await calls[0]!, answerer: await calls[1]!, same, pages: received.length };
}

const NONE: UdptlProtection = { kind: "redundancy", control: 3, image: 0 };

for (const mr of [false, true]) {
  it(`a hole in a page is always seen, so that what is taken is what was sent: ${mr ? "MR" : "MH"}`, async () => {
    let refused = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const ran = await call({ seed, loss: (seed % 4) / 200 }, NONE, mr);
      expect([seed, ran.same]).toEqual([seed, true]);
      if (ran.caller.cause === "completed") expect(ran.pages).toBe(2);
      else refused++;
    }
    // There was something to be seen.
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(55);
  });
}
