/** Two simulated machines on one line: between our own two ends in line time, and paced as with a foreign end, in virtual time. */

import { readFileSync } from "node:fs";
import {
  type AnsweringMachine,
  answeringMachine,
  DIALLING_MOODS,
  type DiallingMood,
  type MachineOptions,
  sendingMachine,
} from "@depesche/fax-machine";
import { type Action, type Event, fcfOf, nameOf } from "@depesche/t30";
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

const TWO_PAGES = new Uint8Array(readFileSync(new URL("../fixtures/two-pages.tif", import.meta.url)));

type Locals = Pick<RunCallOptions, "side" | "party" | "needPage" | "receivedPage">;

/** Both machines with what they have of their own, and what they have said so far. */
export interface Machines {
  caller: Locals;
  answerer: Locals;
  receiver: AnsweringMachine;
  /** Frames of V.21 in the order they were sent, "<" before those of the answerer; of ECM blocks how many frames went out. */
  said: string[];
}

export interface MachinesOrder {
  answers: MachineOptions;
  dials?: DiallingMood | undefined;
  /** The machine that dials, when it has no mood of its own. */
  sends?: Partial<MachineOptions>;
  tiff?: Uint8Array;
}

export function machines({ answers, dials, sends, tiff = TWO_PAGES }: MachinesOrder): Machines {
  const sender = sendingMachine({
    tiff,
    stationId: "+49 30 23125 011",
    ...sends,
    ...(dials !== undefined && { does: DIALLING_MOODS[dials].does }),
  });
  if (!sender.ok) throw new Error(sender.detail);
  const receiver = answeringMachine({ ...answers, stationId: "+49 30 23125 001" });
  const said: string[] = [];
  const noted = <P extends RunCallOptions["party"]>(party: P, mark: string): P => ({
    ...party,
    step(event: Event, out: Action[]) {
      const first = out.length;
      party.step(event, out);
      for (const action of out.slice(first)) said.push(...wordsOf(action).map((word) => mark + word));
    },
  });
  return {
    receiver,
    said,
    caller: {
      side: "caller",
      party: noted(sender.machine, ""),
      needPage: async (index, format) => sender.machine.page(index, format),
    },
    answerer: {
      side: "answerer",
      party: noted(receiver, "<"),
      needPage: async (index, format) => receiver.page(index, format),
      receivedPage: async ({ octets, format }) => receiver.receive(octets, format),
    },
  };
}

function wordsOf(action: Action): string[] {
  switch (action.type) {
    case "send-frames":
      return action.frames.map((frame) => nameOf({ ...frame, fcf: fcfOf(frame.fcf) }));
    case "send-ecm-block":
      return [`block of ${action.frames.length}`];
    case "send-page":
      return ["page"];
    default:
      return [];
  }
}

export async function betweenOwnEnds({ caller, answerer }: Machines): Promise<[CallEnd, CallEnd]> {
  const port = await openMediaPort({ host: "127.0.0.1" });
  const owner = new MediaConnections();
  const arriving = port.expect("token", new AbortController().signal);
  const calling = connectMedia({ host: "127.0.0.1", port: port.port, token: "token" }, owner);
  const answering = await arriving;
  if (!answering) throw new Error("nobody came");
  const ends = await Promise.all([runCall({ ...caller, media: calling }), runCall({ ...answerer, media: answering })]);
  await Promise.all([owner.close(), port.close()]);
  return ends;
}

/** Refuses to end while a timer of the call is still armed. */
export async function inRealTime({ caller, answerer }: Machines): Promise<[CallEnd, CallEnd]> {
  const wall = new VirtualWall();
  const [a, b] = ifpPair({ wall });
  const ends = [
    runPacedCall({ ...caller, port: a, tcf: "transferred", wall }),
    runPacedCall({ ...answerer, port: b, tcf: "transferred", wall }),
  ] as const;
  let over = 0;
  for (const end of ends) void end.then(() => over++);
  await wall.run(7_200_000_000, () => over === 2);
  if (wall.waiting !== 0) throw new Error(`${wall.waiting} timers are left`);
  return Promise.all(ends);
}
