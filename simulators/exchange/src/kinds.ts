/** The kinds of machines there are, for people who choose one. */

import { DIALLING_MOODS, type DiallingMood, isDiallingMood, MACHINES } from "@depesche/fax-machine";
import { MACHINE_MOODS, type MachineMood } from "@depesche/scenario";

export interface MachineKind {
  mood: MachineMood | DiallingMood;
  /** What it is, one phrase. */
  name: string;
  /** May dial in. */
  dials: boolean;
  /** May live behind a number. */
  answers: boolean;
}

/** What a machine does only while it answers makes no other machine of it when it dials. */
function isForAnsweringOnly(word: MachineMood): boolean {
  const { mood, damageEvery } = MACHINES[word];
  return damageEvery !== undefined || Object.keys(mood).some((conduct) => conduct !== "trainsUpTo");
}

export function machineKinds(): MachineKind[] {
  const machines = MACHINE_MOODS.map((mood) => {
    return { mood, name: MACHINES[mood].name, dials: !isForAnsweringOnly(mood), answers: true };
  });
  const conducts = Object.keys(DIALLING_MOODS).filter(isDiallingMood);
  return [
    ...machines,
    ...conducts.map((mood) => ({ mood, name: DIALLING_MOODS[mood].name, dials: true, answers: false })),
  ];
}

/** Whether a machine of this mood may dial in. */
export function canDial(word: string): word is MachineMood | DiallingMood {
  return machineKinds().some(({ mood, dials }) => dials && mood === word);
}
