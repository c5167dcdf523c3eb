// RFC 3261 §14 as lines: what happens, what is done, where that leads.

import { describe, expect, it } from "vitest";
import { type OfferAction, type OfferEvent, type OfferTurn, stepOffer } from "./index.ts";

function turn(owner: boolean) {
  let state: OfferTurn = { at: "idle" };
  const step = (event: OfferEvent) => {
    const out: OfferAction[] = [];
    state = stepOffer(state, event, owner, out);
    const words = out.map((action) =>
      action.type === "back-off"
        ? `back-off ${action.minMs}-${action.maxMs}`
        : action.type === "refuse"
          ? `refuse ${action.status}`
          : action.type,
    );
    return `${words.join(" ")} > ${state.at}`.trim();
  };
  return {
    want: () => step({ type: "want" }),
    answer: (status: number) => step({ type: "answer", status }),
    timer: () => step({ type: "timer" }),
    peer: () => step({ type: "peer-offer" }),
    answered: (status: number) => step({ type: "peer-answered", status }),
    ack: () => step({ type: "peer-ack" }),
  };
}

describe("the turn to change a session", () => {
  it("ours is sent and settled with its answer", () => {
    for (const status of [200, 488, 500, 606]) {
      const call = turn(true);
      expect([call.want(), call.answer(status)]).toEqual(["send-offer > offering", "settle > idle"]);
    }
  });

  it("408 and 481 settle it and end the call", () => {
    for (const status of [408, 481]) {
      const call = turn(true);
      call.want();
      expect(call.answer(status)).toBe("settle end-call > idle");
    }
  });

  it("ours that crosses the peer's waits, longer for who made the Call-ID, and goes again", () => {
    for (const [owner, wait] of [
      [true, "back-off 2100-4000"],
      [false, "back-off 0-2000"],
    ] as const) {
      const call = turn(owner);
      call.want();
      expect(call.answer(491)).toBe(`${wait} > backing-off`);
      expect(call.timer()).toBe("send-offer > offering");
      expect(call.answer(200)).toBe("settle > idle");
    }
  });

  it("a peer that says 491 for ever is believed in the end", () => {
    const call = turn(false);
    const seen = [call.want()];
    for (let i = 0; i < 20 && !seen.at(-1)!.endsWith("idle"); i++) {
      seen.push(call.answer(491));
      if (seen.at(-1)!.endsWith("backing-off")) call.timer();
    }
    expect(seen).toEqual(["send-offer > offering", ...Array(6).fill("back-off 0-2000 > backing-off"), "settle > idle"]);
  });

  it("the peer's is refused with 491 while ours is under way", () => {
    const call = turn(true);
    call.want();
    expect(call.peer()).toBe("refuse 491 > offering");
  });

  it("the peer's is considered while ours backs off, and ours follows it", () => {
    const call = turn(true);
    call.want();
    call.answer(491);
    expect(call.peer()).toBe("stop-timer consider > answering");
    expect(call.timer()).toBe("> answering");
    expect(call.answered(200)).toBe("> answering");
    expect(call.ack()).toBe("send-offer > offering");
  });

  it("ours waits for the end of the peer's: for the ACK of a 2xx, for nothing after a refusal", () => {
    const accepted = turn(true);
    expect(accepted.peer()).toBe("consider > answering");
    expect(accepted.want()).toBe("> answering");
    expect([accepted.answered(200), accepted.ack()]).toEqual(["> answering", "send-offer > offering"]);
    const refused = turn(true);
    refused.peer();
    refused.want();
    expect(refused.answered(488)).toBe("send-offer > offering");
  });

  it("a second offer of the peer before the first is answered gets 500, one after it shows that the answer came", () => {
    const call = turn(true);
    call.peer();
    expect(call.peer()).toBe("refuse 500 > answering");
    call.answered(200);
    expect(call.peer()).toBe("consider > answering");
  });
});
