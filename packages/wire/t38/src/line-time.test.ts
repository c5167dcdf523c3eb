import { describe, expect, it } from "vitest";
import { type Idle, LineTime } from "./index.ts";

/** Two clocks whose messages arrive when the test says so. */
function pair() {
  const caller = new LineTime<string>("caller");
  const answerer = new LineTime<string>("answerer");
  return { caller, answerer };
}

/** Lets a side say that it is idle and gives what it said. */
function idleOf(line: LineTime<string>): Idle {
  const turn = line.next();
  if (turn.do !== "say-idle") throw new Error(`it wants to ${turn.do}`);
  return turn.idle;
}

describe("the rule of time", () => {
  it("the earlier deadline fires, and only when both sides are idle", () => {
    const { caller, answerer } = pair();
    caller.startTimer("T4", 3000);
    answerer.startTimer("T2", 6000);
    const callerIdle = idleOf(caller);
    expect(caller.next()).toEqual({ do: "nothing" });
    caller.receiveIdle(idleOf(answerer));
    answerer.receiveIdle(callerIdle);
    expect(answerer.next()).toEqual({ do: "nothing" });
    expect(caller.next()).toEqual({ do: "fire", timer: "T4" });
    expect(caller.nowUs).toBe(3000);
  });

  it("the answerer fires first on ties", () => {
    const { caller, answerer } = pair();
    caller.startTimer("T4", 3000);
    answerer.startTimer("T4", 3000);
    const callerIdle = idleOf(caller);
    caller.receiveIdle(idleOf(answerer));
    answerer.receiveIdle(callerIdle);
    expect(caller.next()).toEqual({ do: "nothing" });
    expect(answerer.next()).toEqual({ do: "fire", timer: "T4" });
  });

  it("nothing fires while something announced is still under way", () => {
    const { caller, answerer } = pair();
    answerer.countSent();
    caller.startTimer("T4", 3000);
    idleOf(caller);
    caller.receiveIdle(idleOf(answerer));
    expect(caller.next()).toEqual({ do: "nothing" });
    caller.receive(2000, "MCF");
    expect(caller.next()).toEqual({ do: "take", message: "MCF" });
    expect(caller.nowUs).toBe(2000);
  });

  it("nothing fires before the peer has taken what we sent", () => {
    const { caller, answerer } = pair();
    const stale = idleOf(answerer);
    caller.countSent();
    caller.startTimer("T4", 3000);
    idleOf(caller);
    caller.receiveIdle(stale);
    expect(caller.next()).toEqual({ do: "nothing" });
  });

  it("a timer due before a message is on the line fires before the message is taken", () => {
    const { caller } = pair();
    caller.startTimer("T4", 3000);
    caller.receive(5000, "late");
    expect(caller.next()).toEqual({ do: "fire", timer: "T4" });
    expect(caller.next()).toEqual({ do: "take", message: "late" });
  });

  it("line time stands still while a local answer is awaited", () => {
    const { caller } = pair();
    caller.startTimer("T4", 3000);
    caller.hold();
    caller.receive(9000, "later");
    expect(caller.next()).toEqual({ do: "nothing" });
    caller.done();
    expect(caller.next()).toEqual({ do: "fire", timer: "T4" });
  });

  it("two sides that wait for each other without a timer are stuck", () => {
    const { caller, answerer } = pair();
    idleOf(caller);
    caller.receiveIdle(idleOf(answerer));
    expect(caller.next()).toEqual({ do: "stuck" });
  });

  it("the order of arrival changes nothing: the same timers fire at the same times", () => {
    for (const callerFirst of [true, false]) {
      const { caller, answerer } = pair();
      caller.startTimer("T4", 3000);
      answerer.startTimer("T2", 4000);
      const fired: string[] = [];
      const turn = (name: string, line: LineTime<string>, peer: LineTime<string>) => {
        for (let i = 0; i < 4; i++) {
          const next = line.next();
          if (next.do === "say-idle") peer.receiveIdle(next.idle);
          else if (next.do === "fire") {
            fired.push(`${name} ${next.timer} ${line.nowUs}`);
            if (name === "caller" && fired.length < 3) line.startTimer("T4", 3000);
          }
        }
      };
      for (let round = 0; round < 4; round++) {
        if (callerFirst) turn("caller", caller, answerer);
        turn("answerer", answerer, caller);
        if (!callerFirst) turn("caller", caller, answerer);
      }
      expect(fired).toEqual(["caller T4 3000", "answerer T2 4000", "caller T4 6000"]);
    }
  });
});
