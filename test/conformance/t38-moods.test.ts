// Every mood of the simulated machines ends a call that is paced in real time as it ends one between our own two ends.

import { readFileSync } from "node:fs";
import { answeringMachine, DIALLING_MOODS, type DiallingMood, MACHINES, sendingMachine } from "@depesche/fax-machine";
import type { MachineMood } from "@depesche/scenario";
import {
  type CallEnd,
  connectMedia,
  ifpPair,
  MediaConnections,
  openMediaPort,
  type RunCallOptions,
  runCall,
  runPacedCall,
  VirtualWall,
} from "@depesche/wire-t38";
import { expect, it } from "vitest";

const TIFF = new Uint8Array(readFileSync(new URL("../fixtures/two-pages.tif", import.meta.url)));

type Locals = Pick<RunCallOptions, "side" | "party" | "needPage" | "receivedPage">;

/** Both machines with what they have of their own. */
function machines(answers: MachineMood, dials: DiallingMood | undefined): { caller: Locals; answerer: Locals } {
  const sender = sendingMachine({
    tiff: TIFF,
    stationId: "+49 30 23125 011",
    ...(dials !== undefined && { does: DIALLING_MOODS[dials].does }),
  });
  if (!sender.ok) throw new Error(sender.detail);
  const receiver = answeringMachine({ mood: answers, stationId: "+49 30 23125 001" });
  return {
    caller: {
      side: "caller",
      party: sender.machine,
      needPage: async (index, format) => sender.machine.page(index, format),
    },
    answerer: {
      side: "answerer",
      party: receiver,
      receivedPage: async ({ octets, format }) => receiver.receive(octets, format) !== false,
    },
  };
}

async function betweenOwnEnds(both: ReturnType<typeof machines>): Promise<CallEnd[]> {
  const port = await openMediaPort({ host: "127.0.0.1" });
  const owner = new MediaConnections();
  const arriving = port.expect("token", new AbortController().signal);
  const calling = connectMedia({ host: "127.0.0.1", port: port.port, token: "token" }, owner);
  const answering = await arriving;
  if (!answering) throw new Error("nobody came");
  const ends = await Promise.all([
    runCall({ ...both.caller, media: calling }),
    runCall({ ...both.answerer, media: answering }),
  ]);
  await Promise.all([owner.close(), port.close()]);
  return ends;
}

async function inRealTime({ caller, answerer }: ReturnType<typeof machines>): Promise<CallEnd[]> {
  const wall = new VirtualWall();
  const [a, b] = ifpPair({ wall });
  const ends = [
    runPacedCall({ ...caller, port: a, tcf: "transferred", wall }),
    runPacedCall({ ...answerer, port: b, tcf: "transferred", wall }),
  ];
  let over = 0;
  for (const end of ends) void end.then(() => over++);
  await wall.run(7_200_000_000, () => over === 2);
  expect(wall.waiting).toBe(0);
  return Promise.all(ends);
}

function toldOf({ cause, pages, endedBy, remoteId, dcs, pageSent }: CallEnd) {
  return { cause, pages, endedBy, remoteId, pageSent, coding: dcs?.coding, ecm: dcs?.ecm, modulation: dcs?.modulation };
}

/** Its lost training takes no time on the line; in real time a receiver would hear DCS again while it still waits for it. */
const NOT_OF_THIS_WORLD: DiallingMood = "trains-down";

const CALLS: [answers: MachineMood, dials: DiallingMood | undefined][] = [
  ...(Object.keys(MACHINES) as MachineMood[]).map((mood): [MachineMood, undefined] => [mood, undefined]),
  ...(Object.keys(DIALLING_MOODS) as DiallingMood[])
    .filter((mood) => mood !== NOT_OF_THIS_WORLD)
    .map((mood): [MachineMood, DiallingMood] => ["modern", mood]),
];

for (const [answers, dials] of CALLS) {
  it(`a machine that is ${answers}, called by one that ${dials ?? "behaves"}`, async () => {
    const own = await betweenOwnEnds(machines(answers, dials));
    const paced = await inRealTime(machines(answers, dials));
    expect(paced.map(toldOf)).toEqual(own.map(toldOf));
    // It takes about as long on the line; delay, and a peer that is heard to its end, make the difference.
    expect(Math.abs(paced[0]!.lineUs - own[0]!.lineUs)).toBeLessThan(3_000_000 + own[0]!.lineUs / 20);
  });
}
