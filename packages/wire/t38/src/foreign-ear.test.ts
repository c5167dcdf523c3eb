// What stacks that nobody here wrote put on the line, IFP by IFP, and what T.30 must hear of it.

import { type Event, encodeFrame, FCF, frame } from "@depesche/t30";
import {
  FIELD_TYPES,
  type Field,
  type FieldType,
  type Ifp,
  INDICATORS,
  type Indicator,
  MODULATIONS,
  type Modulation,
} from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { type ForeignEar, hear, hearGap, hearQuiet, newForeignEar, quietAfterUs } from "./foreign-ear.ts";
import { randomOf } from "./memory-network.ts";

const said = (indicator: Indicator): Ifp => ({ kind: "indicator", indicator });
const v21 = (...fields: Field[]): Ifp => ({ kind: "data", modulation: "v21", fields });
const image = (modulation: Modulation, ...fields: Field[]): Ifp => ({ kind: "data", modulation, fields });
const octets = (...data: number[]): Field => ({ type: "hdlc-data", data: Uint8Array.from(data) });
const end = (type: FieldType): Field => ({ type });
const plain = (data: Uint8Array): Field => ({ type: "t4-non-ecm-data", data });

const CSI = [
  ...encodeFrame(
    frame(
      FCF.CSI,
      false,
      Uint8Array.from({ length: 20 }, (_, i) => i),
    ),
  ),
];
const DIS = [...encodeFrame(frame(FCF.DIS, true, Uint8Array.of(0, 0xee, 0xf8, 0xc4)))];
const FCD = [0xff, 0xc0, 0x60, 0x00, ...Array.from({ length: 256 }, (_, i) => i)];

/** Events in short: frames by their FCF, "!" when damaged. */
function told(events: readonly Event[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case "frame":
        return `${event.ok ? "" : "!"}${(event.bytes[2] ?? 0).toString(16)}/${event.bytes.length}`;
      case "carrier":
        return `${event.modulation} ${event.up ? "up" : "down"}`;
      case "training":
        return `training ${event.octets} ${event.errors}`;
      case "page-data":
        return `page ${event.octets.length}`;
      case "tone":
        return event.tone;
      default:
        return event.type;
    }
  });
}

function heard(ifps: readonly (Ifp | "gap")[], ear: ForeignEar = newForeignEar("transferred")): string[] {
  const out: Event[] = [];
  for (const ifp of ifps) {
    if (ifp === "gap") hearGap(ear);
    else hear(ear, ifp, out);
  }
  return told(out);
}

const IDENTIFIED = ["v21 up", "2/23", "1/7", "v21 down"];

describe("an ear for foreign stacks hears CSI and DIS", () => {
  it("one octet in each IFP, verdicts and the end of the signal in IFPs of their own (spandsp, so Asterisk and FreeSWITCH)", () => {
    const ifps = [
      said("v21-preamble"),
      ...CSI.map((octet) => v21(octets(octet))),
      v21(end("hdlc-fcs-ok")),
      ...DIS.map((octet) => v21(octets(octet))),
      v21(end("hdlc-fcs-ok")),
      v21(end("hdlc-sig-end")),
      said("no-signal"),
    ];
    expect(heard(ifps)).toEqual(IDENTIFIED);
  });

  it("several octets in each IFP, every indicator three times, no-signal without an end of the signal", () => {
    const ifps = [
      ...Array(3).fill(said("v21-preamble")),
      v21(octets(...CSI.slice(0, 10))),
      v21(octets(...CSI.slice(10)), end("hdlc-fcs-ok"), octets(...DIS.slice(0, 3))),
      v21(octets(...DIS.slice(3)), end("hdlc-fcs-ok")),
      ...Array(3).fill(said("no-signal")),
    ];
    expect(heard(ifps)).toEqual(IDENTIFIED);
  });

  it("both frames in one IFP, without any indicator", () => {
    const ifp = v21(octets(...CSI), end("hdlc-fcs-ok"), octets(...DIS), end("hdlc-fcs-ok-sig-end"));
    expect(heard([ifp])).toEqual(IDENTIFIED);
  });

  it("with the last octets in the field of the verdict", () => {
    const verdict: Field = { type: "hdlc-fcs-ok-sig-end", data: Uint8Array.from(DIS.slice(5)) };
    expect(heard([v21(octets(...CSI), end("hdlc-fcs-ok"), octets(...DIS.slice(0, 5)), verdict)])).toEqual(IDENTIFIED);
  });

  it("and the next burst, although nobody said that the first was over", () => {
    const burst = v21(octets(...DIS), end("hdlc-fcs-ok"));
    expect(heard([said("v21-preamble"), burst, said("v21-preamble"), burst])).toEqual([
      "v21 up",
      "1/7",
      "v21 down",
      "v21 up",
      "1/7",
    ]);
    expect(heard([burst, burst])).toEqual(["v21 up", "1/7", "v21 down", "v21 up", "1/7"]);
  });

  it("and CED and CNG around it", () => {
    expect(heard([said("cng"), said("no-signal"), said("ced"), said("v21-preamble")])).toEqual([
      "cng",
      "ced",
      "v21 up",
    ]);
  });
});

describe("a frame that did not come whole is damaged", () => {
  const start = [said("v21-preamble"), v21(octets(...DIS.slice(0, 4)))];

  it("when the peer says so, or never says that it was good", () => {
    expect(heard([...start, v21(octets(...DIS.slice(4)), end("hdlc-fcs-bad-sig-end"))])).toEqual([
      "v21 up",
      "!1/7",
      "v21 down",
    ]);
    expect(heard([...start, said("no-signal")])).toEqual(["v21 up", "!1/4", "v21 down"]);
    expect(heard([...start, said("v17-14400-long-training")])).toEqual(["v21 up", "!1/4", "v21 down", "v17-14400 up"]);
  });

  it("when packets are lost in its midst, at its begin, or its verdict with the begin of the next", () => {
    const rest = v21(octets(...DIS.slice(5)), end("hdlc-fcs-ok-sig-end"));
    expect(heard([...start, "gap", rest])[1]).toBe("!1/6");
    expect(heard([said("v21-preamble"), "gap", rest])[1]).toBe("!0/2");
    expect(heard([...start, "gap", v21(octets(...CSI.slice(2)), end("hdlc-fcs-ok"))])[1]).toMatch(/^!/);
  });

  it("but not when what was lost lay before it", () => {
    const whole = v21(octets(...DIS), end("hdlc-fcs-ok-sig-end"));
    expect(heard(["gap", said("v21-preamble"), whole])[1]).toBe("1/7");
    expect(heard([said("v21-preamble"), "gap", whole])[1]).toBe("1/7");
  });

  it("and a data frame behind a gap is never believed, whatever it begins with", () => {
    const data = image("v17-14400", octets(...FCD), end("hdlc-fcs-ok"));
    expect(heard([said("v17-14400-short-training"), data, "gap", data, data])).toEqual([
      "v17-14400 up",
      "60/260",
      "!60/260",
      "60/260",
    ]);
  });

  it("when it is longer than any frame, and costs no memory", () => {
    const ear = newForeignEar("transferred");
    const pieces = Array(1000).fill(v21(octets(...Array(200).fill(0xff))));
    expect(heard([...pieces, v21(end("hdlc-fcs-ok"))], ear)[1]).toMatch(/^!/);
    expect(ear.frame.bytes.length).toBeLessThan(5000);
    expect(ear.dropped).toBe(1);
  });
});

describe("a training check that crosses the network", () => {
  const listening = (): ForeignEar => ({ ...newForeignEar("transferred"), listening: "training" });
  const zeros = (count: number) => image("v17-14400", plain(new Uint8Array(count)));

  it("is counted to its end, however that is told, and once", () => {
    for (const over of [image("v17-14400", end("t4-non-ecm-sig-end")), said("no-signal"), said("v21-preamble")]) {
      const ifps = [
        said("v17-14400-long-training"),
        said("v17-14400-long-training"),
        ...Array(30).fill(zeros(90)),
        over,
      ];
      const events = heard([...ifps, said("no-signal")], listening());
      expect(events.slice(0, 3)).toEqual(["v17-14400 up", "training 2700 0", "v17-14400 down"]);
      expect(events.filter((event) => event.startsWith("training"))).toHaveLength(1);
    }
  });

  it("counts damaged octets between the zeros, not what the modem leaves before and behind them", () => {
    const noisy = Uint8Array.of(0, 0, 7, 0, 9, 9, 0);
    const ifps = [
      image("v17-14400", plain(Uint8Array.of(0xff, 0x55, 0))),
      zeros(90),
      image("v17-14400", plain(noisy)),
      zeros(90),
      image("v17-14400", plain(Uint8Array.of(0, 0x80, 0xff))),
      said("no-signal"),
    ];
    expect(heard(ifps, listening())[1]).toBe("training 189 3");
  });

  it("misses the octets that were lost", () => {
    expect(heard([zeros(90), "gap", zeros(90), said("no-signal")], listening())[1]).toBe("training 180 0");
  });

  it("is over when nothing comes any more", () => {
    const ear = listening();
    heard([said("v17-14400-long-training"), zeros(2700)], ear);
    expect(quietAfterUs(ear)).toBeLessThan(1_000_000);
    const out: Event[] = [];
    hearQuiet(ear, out);
    expect(told(out)).toEqual(["training 2700 0", "v17-14400 down"]);
    expect(quietAfterUs(ear)).toBeUndefined();
  });

  it("is clean when it is made locally", () => {
    const ear: ForeignEar = { ...newForeignEar("local"), listening: "training" };
    expect(heard([said("v29-9600-training"), said("no-signal")], ear)).toEqual([
      "v29-9600 up",
      "training 1800 0",
      "v29-9600 down",
    ]);
  });
});

describe("a page", () => {
  const ear = (): ForeignEar => ({ ...newForeignEar("transferred"), listening: "page" });
  const data = image("v29-9600", plain(new Uint8Array(45).fill(0x5a)));

  it("is heard octet by octet, also without its training and its end", () => {
    expect(heard([data, data, said("v21-preamble")], ear())).toEqual([
      "v29-9600 up",
      "page 45",
      "page 45",
      "v29-9600 down",
      "v21 up",
    ]);
  });

  it("has a hole where packets are lost, so that its line is read as a bad one", () => {
    const out: Event[] = [];
    const hearing = ear();
    hear(hearing, data, out);
    hearGap(hearing);
    hear(hearing, data, out);
    const hole = out[2];
    // More than eleven zeros cannot stand within a line (T.4 §4.1.1).
    expect(hole).toEqual({ type: "page-data", octets: new Uint8Array(2) });
    expect(told(out)).toEqual(["v29-9600 up", "page 45", "page 2", "page 45"]);
  });

  it("in V.21 is nonsense, dropped and counted", () => {
    const hearing = ear();
    expect(heard([v21(plain(new Uint8Array(3)))], hearing)).toEqual(["v21 up"]);
    expect(hearing.dropped).toBe(1);
  });
});

it("a burst in which nothing follows the last frame is over soon, one that has only begun is waited for", () => {
  const ear = newForeignEar("transferred");
  heard([said("v21-preamble")], ear);
  const begun = quietAfterUs(ear)!;
  heard([v21(octets(...DIS), end("hdlc-fcs-ok"))], ear);
  // Flags take a second before the first octet (T.30 §5.3.1), and jitter half of one.
  expect(begun).toBeGreaterThan(1_650_000);
  expect(quietAfterUs(ear)).toBeLessThan(1_000_000);
});

it("makes sense of twenty thousand IFPs in no order at all: carriers go up and down in turn, nothing grows", () => {
  const random = randomOf(4);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const ear = newForeignEar("transferred");
  let up: string | undefined;
  for (let round = 0; round < 20_000; round++) {
    const out: Event[] = [];
    if (random() < 0.02) ear.listening = pick(["v21", "training", "page", "ecm"] as const);
    if (random() < 0.02) hearGap(ear);
    if (random() < 0.01) hearQuiet(ear, out);
    const fields = Array.from({ length: Math.floor(random() * 5) }, (): Field => {
      const data = new Uint8Array(Math.floor(random() * 60)).map(() => random() * 256);
      return random() < 0.5 ? { type: pick(FIELD_TYPES) } : { type: pick(FIELD_TYPES), data };
    });
    hear(ear, random() < 0.2 ? said(pick(INDICATORS)) : image(pick(MODULATIONS), ...fields), out);
    for (const event of out) {
      if (event.type === "carrier") {
        expect(up).toBe(event.up ? undefined : event.modulation);
        up = event.up ? event.modulation : undefined;
      } else if (event.type === "training") expect(event.errors).toBeLessThanOrEqual(event.octets);
      else if (event.type === "frame" && event.ok) expect(event.bytes.length).toBeGreaterThan(0);
    }
  }
  expect(ear.frame.bytes.length).toBeLessThan(5000);
});
