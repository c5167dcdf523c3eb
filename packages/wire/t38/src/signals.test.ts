import { type Action, durationOf, type Event, encodeBlock, FCF, frame, RCP_COUNT } from "@depesche/t30";
import { decodeIfp, encodeIfp } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { eventsOf, newEar, signalsOf } from "./index.ts";

/** What the other side hears of an action, in a few words each, and when the last of it is on the line. */
function heard(action: Action, expectsTraining = false): { events: string[]; lastUs: number; data: number } {
  const ear = { ...newEar(), expectsTraining };
  const events: string[] = [];
  let lastUs = 0;
  let data = 0;
  for (const { ifp, atUs } of signalsOf(action, 1_000_000)) {
    const decoded = decodeIfp(encodeIfp(ifp));
    if (!decoded.ok) throw new Error(decoded.problem);
    expect(atUs).toBeGreaterThanOrEqual(lastUs);
    lastUs = atUs;
    for (const event of eventsOf(decoded.ifp, ear, atUs)) {
      events.push(word(event));
      if (event.type === "page-data") data += event.octets.length;
    }
  }
  return { events, lastUs, data };
}

function word(event: Event): string {
  switch (event.type) {
    case "carrier":
      return `${event.modulation} ${event.up ? "up" : "down"}`;
    case "frame":
      return `frame ${event.bytes[2]!.toString(16)} ${event.ok ? "ok" : "bad"}`;
    case "training":
      return `training ${event.octets} ${event.errors}`;
    case "tone":
      return event.tone;
    default:
      return event.type;
  }
}

describe("T.30 over T.38", () => {
  it("a burst of frames arrives between carrier up and down, and ends when the line time says", () => {
    const action: Action = {
      type: "send-frames",
      frames: [frame(FCF.CSI, false, new Uint8Array(20)), frame(FCF.DIS, true)],
    };
    const { events, lastUs } = heard(action);
    expect(events).toEqual(["v21 up", "frame 2 ok", "frame 1 ok", "v21 down"]);
    expect(lastUs).toBe(1_000_000 + durationOf(action));
  });

  it("a training check is made locally by the side that waits for one", () => {
    const action: Action = { type: "send-training", modulation: "v17-14400", octets: 2700 };
    expect(heard(action, true).events).toEqual(["v17-14400 up", "training 2700 0", "v17-14400 down"]);
    expect(heard(action, false).events).toEqual(["v17-14400 up", "v17-14400 down"]);
    // One that was cut short is as short as it was on the line.
    expect(heard({ ...action, octets: 900 }, true).events[1]).toBe("training 900 0");
    expect(heard({ ...action, octets: 0 }, true).events[1]).toBe("training 0 0");
  });

  it("a page arrives in at least two pieces, none too long for a datagram, at the time its rate gives", () => {
    for (const octets of [2, 100, 50_000]) {
      const action: Action = {
        type: "send-page",
        modulation: "v27ter-4800",
        shortTraining: false,
        octets: new Uint8Array(octets),
      };
      const { events, lastUs, data } = heard(action);
      expect(data).toBe(octets);
      expect(events.filter((event) => event === "page-data")).toHaveLength(Math.max(2, Math.ceil(octets / 16_000)));
      expect(lastUs).toBe(1_000_000 + durationOf(action));
    }
  });

  it("a block with error correction arrives frame by frame with three RCP", () => {
    const frames = encodeBlock(new Uint8Array(20_000).fill(0x55), 0, 256);
    const action: Action = {
      type: "send-ecm-block",
      modulation: "v17-14400",
      shortTraining: true,
      frames,
      rcp: RCP_COUNT,
    };
    const { events, lastUs } = heard(action);
    expect(events.filter((event) => event === "frame 60 ok")).toHaveLength(79);
    expect(events.slice(-4)).toEqual(["frame 61 ok", "frame 61 ok", "frame 61 ok", "v17-14400 down"]);
    expect(lastUs).toBe(1_000_000 + durationOf(action));
  });

  it("a frame in several pieces is one frame, and a bad FCS is told", () => {
    const ear = newEar();
    const fields = [
      { type: "hdlc-data", data: Uint8Array.of(0xff, 0xc8) },
      { type: "hdlc-data", data: Uint8Array.of(0x31) },
      { type: "hdlc-fcs-bad-sig-end" },
    ] as const;
    const events = eventsOf({ kind: "data", modulation: "v21", fields: [...fields] }, ear, 0);
    expect(events.map(word)).toEqual(["v21 up", "frame 31 bad", "v21 down"]);
  });
});
