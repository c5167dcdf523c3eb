// The contract of a fax trunk, over our own emulated modem in virtual time.

import { faxTrunkContract } from "@depesche/ports/contract/fax-trunk";
import { CAUSES } from "@depesche/t30";
import { PLAIN, TelephoneNetwork } from "./telephone-network.double.ts";
import { openClass1Trunk } from "./trunk.ts";

const OWN = "+493023125920";

faxTrunkContract("fax-lines/class1", async () => {
  const network = new TelephoneNetwork();
  const { farEnds } = network;
  farEnds.set("493023125000", { kind: "machine" });
  farEnds.set("493023125910", { kind: "machine", options: PLAIN });
  farEnds.set("493023125100", { kind: "busy" });
  farEnds.set("493023125200", { kind: "no-answer" });
  farEnds.set("493023125300", { kind: "voice" });
  farEnds.set("493023125700", { kind: "machine", options: { mood: { hangUpInPage: 1 } } });
  const trunk = openClass1Trunk({
    lines: [{ place: { host: "modem.example", port: 5801 }, number: OWN }],
    wall: network.wall,
    openStream: network.openStream,
  });
  return {
    trunk,
    numbers: {
      machine: "+493023125000",
      plain: "+493023125910",
      busy: "+493023125100",
      noAnswer: "+493023125200",
      voice: "+493023125300",
      unassigned: "+493023125400",
      fault: "+493023125500",
      noService: "+493023125600",
      cutsInPage: "+493023125700",
    },
    // NO CARRIER is all a modem says of these; and nobody refuses a call on a telephone line: it rings on.
    tells: { unassigned: "VOICE", fault: "VOICE", noService: "VOICE", unwanted: "NOANSWER", failing: "NOANSWER" },
    own: OWN,
    received: (number) => network.received.get(number.slice(1)) ?? [],
    callsSeen: () => network.calls,
    async dialIn(_, pages) {
      const end = await network.dialIn(pages);
      if (end === "no-answer") return { result: "NOANSWER", pages: 0 };
      return { result: end.cause === "media-lost" ? "ISDNERR" : CAUSES[end.cause].outcome, pages: end.pages };
    },
    async leave() {
      network.away = true;
      network.modem?.break();
    },
    async dispose() {
      network.stop();
    },
  };
});
