// Every mood of the simulated machines ends a call that is paced in real time as it ends one between our own two ends.

import { DIALLING_MOODS, type DiallingMood, MACHINES } from "@depesche/fax-machine";
import type { MachineMood } from "@depesche/scenario";
import type { CallEnd } from "@depesche/wire-t38";
import { expect, it } from "vitest";
import { betweenOwnEnds, inRealTime, machines } from "./machine-calls.ts";

function toldOf({ cause, pages, endedBy, remoteId, dcs, pageSent }: CallEnd) {
  return { cause, pages, endedBy, remoteId, pageSent, coding: dcs?.coding, ecm: dcs?.ecm, modulation: dcs?.modulation };
}

const CALLS: [answers: MachineMood, dials: DiallingMood | undefined][] = [
  ...(Object.keys(MACHINES) as MachineMood[]).map((mood): [MachineMood, undefined] => [mood, undefined]),
  ...(Object.keys(DIALLING_MOODS) as DiallingMood[]).map((mood): [MachineMood, DiallingMood] => ["modern", mood]),
];

for (const [mood, dials] of CALLS) {
  it(`a machine that is ${mood}, called by one that ${dials ?? "behaves"}`, async () => {
    const own = await betweenOwnEnds(machines({ answers: { mood }, dials }));
    const paced = await inRealTime(machines({ answers: { mood }, dials }));
    expect(paced.map(toldOf)).toEqual(own.map(toldOf));
    // It takes about as long on the line; delay, and a peer that is heard to its end, make the difference.
    expect(Math.abs(paced[0].lineUs - own[0].lineUs)).toBeLessThan(3_000_000 + own[0].lineUs / 20);
  });
}
