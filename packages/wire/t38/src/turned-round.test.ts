// Calls in which pages go to the caller: the drivers of a line do not mind which side sends.

import { type Action, createAnswerer, createCaller, type Event, type Session, step } from "@depesche/t30";
import { expect, it } from "vitest";
import {
  type CallEnd,
  connectMedia,
  ifpPair,
  MediaConnections,
  openMediaPort,
  type Party,
  type RunCallOptions,
  runCall,
  runPacedCall,
  VirtualWall,
} from "./index.ts";

const PAGE = Uint8Array.from({ length: 3000 }, (_, i) => i & 0xff);
const FINE = { width: 1728, resolution: "fine" } as const;

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out) };
}

/** Both ends of a call in which the caller sends a page, if so, and then polls two. */
function ends(pages: readonly (typeof FINE)[], ecm: boolean) {
  const got = { caller: 0, answerer: 0 };
  const end = (side: "caller" | "answerer"): Pick<RunCallOptions, "needPage" | "receivedPage" | "party" | "side"> => ({
    side,
    party: partyOf(
      side === "caller"
        ? createCaller({ pages, poll: { sep: "1" }, ecm })
        : createAnswerer({ documents: [{ sep: "1", pages: [FINE, FINE] }], ecm }),
    ),
    needPage: async () => PAGE,
    receivedPage: async ({ octets }) => {
      if (PAGE.every((octet, i) => octets[i] === octet)) got[side]++;
      return true;
    },
  });
  return { got, caller: end("caller"), answerer: end("answerer") };
}

for (const [name, pages] of [
  ["polled", []],
  ["turned round", [FINE]],
] as const) {
  for (const ecm of [true, false]) {
    const how = ecm ? "with" : "without";
    it(`a call that is ${name}, ${how} error correction, ends well over line time`, async () => {
      const port = await openMediaPort({ host: "127.0.0.1" });
      const connections = new MediaConnections();
      const arriving = port.expect("t", new AbortController().signal);
      const calling = connectMedia({ host: "127.0.0.1", port: port.port, token: "t" }, connections);
      const answering = await arriving;
      const { got, caller, answerer } = ends(pages, ecm);
      const both = [runCall({ ...caller, media: calling }), runCall({ ...answerer, media: answering! })];
      const causes = (await Promise.all(both)).map(({ cause }) => cause);
      await Promise.all([port.close(), connections.close()]);
      expect([...causes, got]).toEqual(["completed", "completed", { caller: 2, answerer: pages.length }]);
    });

    it(`a call that is ${name}, ${how} error correction, ends well paced`, async () => {
      const wall = new VirtualWall();
      const [near, far] = ifpPair({ wall });
      const { got, caller, answerer } = ends(pages, ecm);
      const over: CallEnd[] = [];
      for (const [end, port] of [
        [caller, near],
        [answerer, far],
      ] as const)
        void runPacedCall({ ...end, port, tcf: "transferred", wall }).then((result) => over.push(result));
      await wall.run(3_600_000_000, () => over.length === 2);
      expect([...over.map(({ cause }) => cause), got]).toEqual([
        "completed",
        "completed",
        { caller: 2, answerer: pages.length },
      ]);
    });
  }
}
