// The terminal's half of Class 1, octet by octet. What the modem says is what efax and HylaFAX were seen to get from theirs.

import { type Action, encodeId, FCF, type Frame, frame, tcfOctets } from "@depesche/t30";
import { describe, expect, it } from "vitest";
import { createDte, type Dte, type DteAction, type DteEvent, stepDte } from "./dte.ts";

/** One modem and what has come out of its terminal's half. */
class Bench {
  readonly dte: Dte;
  out: DteAction[] = [];

  constructor(init: string[] = []) {
    this.dte = createDte({ init });
  }

  feed(event: DteEvent): this {
    stepDte(this.dte, event, this.out);
    return this;
  }

  /** The modem says this: text, or octets. */
  says(what: string | number[]): this {
    const octets = typeof what === "string" ? Uint8Array.from(Buffer.from(what, "latin1")) : Uint8Array.from(what);
    return this.feed({ type: "octets", octets });
  }

  does(...actions: Action[]): this {
    return this.feed({ type: "do", actions });
  }

  /** What was written since the last look, commands as text, data as hex. */
  written(): string[] {
    const all = this.take("write").map(({ octets }) => {
      const text = Buffer.from(octets).toString("latin1");
      return /^[\x20-\x7e]+\r$/.test(text) ? text.trimEnd() : Buffer.from(octets).toString("hex");
    });
    return all;
  }

  take<T extends DteAction["type"]>(type: T): Extract<DteAction, { type: T }>[] {
    const found = this.out.filter((action) => action.type === type) as Extract<DteAction, { type: T }>[];
    this.out = this.out.filter((action) => action.type !== type);
    return found;
  }

  events(): string[] {
    return this.take("event").map(({ event }) => {
      switch (event.type) {
        case "carrier":
          return `${event.modulation} ${event.up ? "up" : "down"}`;
        case "frame":
          return `${event.ok ? "frame" : "bad frame"} ${Buffer.from(event.bytes).toString("hex")}`;
        case "training":
          return `training ${event.octets} ${event.errors}`;
        case "page-data":
          return `page-data ${Buffer.from(event.octets).toString("hex")}`;
        default:
          return event.type;
      }
    });
  }
}

const OK = "\r\nOK\r\n";
const CONNECT = "\r\nCONNECT\r\n";
const NO_CARRIER = "\r\nNO CARRIER\r\n";
const LISTEN: Action = { type: "listen", for: "v21" };
const CODES = "24,48,72,73,74,96,97,98,121,122,145,146";

/** Up and on hook. */
function ready(init: string[] = []): Bench {
  const bench = new Bench(init).feed({ type: "open" });
  for (let i = 0; i < 6 + init.length; i++) bench.says(OK);
  bench.says("\r\n0,1,1.0\r\n\r\nOK\r\n").says(OK);
  bench.says(`\r\n${CODES}\r\n\r\nOK\r\n`).says(`\r\n${CODES}\r\n\r\nOK\r\n`);
  return bench;
}

/** In a call that was dialled, after DIS: nothing on the line. */
function inCall(): Bench {
  const bench = ready().feed({ type: "dial", number: "123" });
  // MCF as a stand-in for what was heard: FF 13 8C and its FCS, in the modem's bit order.
  bench.says(OK).says(CONNECT).says([0xff, 0x13, 0x8c, 0xa2, 0xf1, 0x10, 0x03]).says(OK);
  bench.out = [];
  return bench;
}

function id(fcf: number, text: string, final = false): Frame {
  return frame(fcf, final, encodeId(text));
}

describe("setting a modem up", () => {
  it("resets it, says what every call relies on, then the user's own commands, then the class", () => {
    const bench = ready(["AT&K3"]);
    expect(bench.written()).toEqual([
      "ATZ",
      "ATE0Q0V1",
      "ATS0=0",
      "ATS7=60",
      "ATX4",
      "ATM0",
      "AT&K3",
      "AT+FCLASS=?",
      "AT+FCLASS=1",
      "AT+FTM=?",
      "AT+FRM=?",
    ]);
    expect(bench.take("ready")).toEqual([{ type: "ready", sends: "v27ter+v29+v17", receives: "v27ter+v29+v17" }]);
  });

  it("takes an echo, a modem without X4 and lists in brackets and ranges as they come", () => {
    const bench = new Bench().feed({ type: "open" });
    bench.says("ATZ\r\r\nOK\r\n").says("ATE0Q0V1\r\r\nOK\r\n").says(OK).says(OK);
    bench.says("\r\nERROR\r\n").says("\r\nERROR\r\n");
    bench.says("\r\n(0-1)\r\n\r\nOK\r\n").says(OK).says("\r\n(24,48,72,96)\r\n\r\nOK\r\n");
    bench.says("\r\n(24,48,72-74,96-98,121-122,145-146)\r\n\r\nOK\r\n");
    expect(bench.take("ready")).toEqual([{ type: "ready", sends: "v27ter+v29", receives: "v27ter+v29+v17" }]);
  });

  it("wakes a modem that was left in the midst of a page, and gives one up that says nothing", () => {
    const bench = new Bench().feed({ type: "open" }).feed({ type: "guard" });
    expect(bench.written()).toEqual(["ATZ", "1003180d", "ATZ"]);
    bench.feed({ type: "guard" }).feed({ type: "guard" });
    expect(bench.take("fault")).toEqual([{ type: "fault", problem: "modem-silent" }]);
  });

  it("a modem that knows data only is none for fax", () => {
    const bench = new Bench().feed({ type: "open" });
    for (let i = 0; i < 6; i++) bench.says(OK);
    expect(bench.says("\r\n0\r\n\r\nOK\r\n").take("fault")).toEqual([{ type: "fault", problem: "modem-not-class1" }]);
  });
});

describe("dialling", () => {
  it("asks first whether the modem is still there, and tells what it says of the number", () => {
    for (const [said, how] of [
      ["BUSY", "busy"],
      ["NO ANSWER", "no-answer"],
      ["NO CARRIER", "no-carrier"],
      ["NO DIAL TONE", "no-dialtone"],
      ["VOICE", "voice"],
      ["ERROR", "refused"],
      ["DELAYED 00:05:00", "refused"],
    ]) {
      const bench = ready();
      bench.written();
      bench.feed({ type: "dial", number: "0,123" });
      expect(bench.written()).toEqual(["AT+FCLASS=1"]);
      bench.says(OK);
      expect(bench.written()).toEqual(["ATDT0,123"]);
      bench.says(`\r\n${said}\r\n`);
      expect(bench.take("refused")).toEqual([{ type: "refused", how, said }]);
      expect(bench.written()).toEqual(["ATH"]);
      expect(bench.says(OK).take("on-hook")).toHaveLength(1);
    }
  });

  it("CONNECT is the far end's V.21 already: a frame follows without a command", () => {
    const bench = ready().feed({ type: "dial", number: "1" }).says(OK);
    bench.says("\r\nCONNECT\r\n\xff\x13\x8c\xa2\xf1\x10\x03\r\nOK\r\n");
    expect(bench.take("connected")).toHaveLength(1);
    expect(bench.events()).toEqual(["v21 up", "frame ffc831", "v21 down"]);
  });

  it("a line that rings is not dialled on", () => {
    const bench = ready().feed({ type: "dial", number: "1" }).says("\r\nRING\r\n");
    expect(bench.take("refused")).toMatchObject([{ how: "refused" }]);
    expect(bench.take("ring")).toHaveLength(1);
  });
});

describe("a modem with nothing to do", () => {
  it("is asked whether it is still there; what is wanted of it meanwhile is done after its answer", () => {
    const bench = ready().feed({ type: "probe" });
    expect(bench.written().at(-1)).toBe("AT");
    expect(bench.says("\r\nRING\r\n").take("ring")).toHaveLength(1);
    expect(bench.feed({ type: "answer" }).written()).toEqual([]);
    expect(bench.says(OK).written()).toEqual(["ATA"]);
    const dead = ready().feed({ type: "probe" }).feed({ type: "guard" });
    expect(dead.take("fault")).toEqual([{ type: "fault", problem: "modem-silent" }]);
  });
});

describe("being called", () => {
  it("says RING with the caller's number, answers, and sends its first frames without a command", () => {
    const bench = ready();
    bench.says("\r\nRING\r\n").says("\r\nDATE = 0101\r\nNMBR = 030 23125001\r\n").says("\r\nRING\r\n");
    expect(bench.take("ring")).toEqual([{ type: "ring" }, { type: "ring", from: "03023125001" }]);
    bench.written();
    bench.feed({ type: "answer" });
    bench.does(
      { type: "send-tone", tone: "ced" },
      { type: "send-frames", frames: [id(FCF.CSI, "1"), frame(FCF.DIS, true)] },
    );
    expect(bench.written()).toEqual(["ATA"]);
    expect(bench.take("began").map(({ action }) => action.type)).toEqual(["send-tone"]);
    bench.says(CONNECT);
    // FF C0 02 and the id, without FCS, each octet turned round.
    expect(bench.written()[0]).toMatch(/^ff0340.*1003$/);
    bench.says(CONNECT);
    expect(bench.written()).toEqual(["ff13801003"]);
    bench.says(OK);
    expect(bench.take("sent")).toHaveLength(2);
  });

  it("hears it when nobody is there any more", () => {
    const bench = ready().feed({ type: "answer" }).says(NO_CARRIER);
    expect(bench.events()).toEqual(["hangup-by-peer"]);
  });
});

describe("hearing V.21", () => {
  it("asks for each frame, and reports one whose FCS was wrong", () => {
    const bench = inCall().does(LISTEN);
    expect(bench.written()).toEqual(["AT+FRH=3"]);
    bench.says(CONNECT).says([0xff, 0x03, 0x40, 0x00, 0x00, 0x10, 0x03]).says("\r\nERROR\r\n").does();
    expect(bench.events()).toEqual(["v21 up", "bad frame ffc002"]);
    expect(bench.written()).toEqual(["AT+FRH=3"]);
    bench.says(NO_CARRIER);
    expect(bench.events()).toEqual(["v21 down"]);
  });

  it("a frame that lost an octet on the serial line is bad whatever the modem says", () => {
    const bench = inCall().does(LISTEN).says(CONNECT);
    // A DIS with its FCS, the last but one gone.
    bench.says([0xff, 0x13, 0x80, 0x00, 0xee, 0xf8, 0xc4, 0x80, 0x01, 0x76, 0x10, 0x03]).says(OK);
    expect(bench.events()[1]).toMatch(/^bad frame/);
  });

  it("breaks it off with CAN when something is to be said, not sooner than a modem heeds it", () => {
    const command: Action = { type: "send-frames", frames: [frame(FCF.DCN | 0x80, true)] };
    const early = inCall().does(LISTEN);
    early.written();
    expect(early.does(command).written()).toEqual([]);
    expect(early.feed({ type: "guard" }).written()).toEqual(["18"]);
    expect(early.says(OK).written()).toEqual(["AT+FTH=3"]);

    const late = inCall().does(LISTEN).feed({ type: "guard" });
    late.written();
    expect(late.does(command).written()).toEqual(["18"]);
    // The frame was on its way at that moment: it comes to nothing.
    late.says(CONNECT).says([0xff, 0x13, 0x8c, 0xa2, 0xf1, 0x10, 0x03]);
    expect(late.says(OK).written()).toEqual(["AT+FTH=3"]);
  });

  it("asks again after a moment when there was nothing, and takes ERROR for a line that is gone", () => {
    const bench = inCall().does(LISTEN).says(NO_CARRIER);
    bench.written();
    expect(bench.feed({ type: "guard" }).written()).toEqual(["AT+FRH=3"]);
    expect(bench.says("\r\nERROR\r\n").events()).toEqual(["hangup-by-peer"]);
  });
});

describe("sending", () => {
  it("keeps silence between two signals, and listens for theirs to end before the first", () => {
    const bench = inCall();
    bench.does(
      { type: "send-frames", frames: [frame(FCF.DCS | 0x80, true)] },
      { type: "send-training", modulation: "v17-14400", octets: 2700 },
    );
    expect(bench.written()).toEqual(["AT+FRS=8"]);
    expect(bench.says(OK).written()).toEqual(["AT+FTH=3"]);
    expect(bench.says(CONNECT).written()).toEqual(["ff13831003"]);
    expect(bench.says(OK).written()).toEqual(["AT+FTS=8"]);
    expect(bench.says(OK).written()).toEqual(["AT+FTM=145"]);
    expect(bench.says(CONNECT).take("write")).toMatchObject([
      { octets: new Uint8Array(tcfOctets("v17-14400")), more: true },
    ]);
    expect(bench.feed({ type: "taken" }).written()).toEqual(["1003"]);
    bench.says(OK);
    expect(bench.take("sent")).toHaveLength(2);
  });

  it("turns the bits of a page round, doubles DLE, and takes the short training", () => {
    const bench = inCall();
    // 08 turned round is 10, the DLE.
    const octets = Uint8Array.of(0x08, 0x01, 0x80);
    bench.does({ type: "send-page", modulation: "v17-9600", shortTraining: true, octets }).says(OK);
    bench.says(CONNECT);
    expect(bench.written()).toEqual(["AT+FRS=8", "AT+FTM=98", "10108001"]);
  });

  it("sends a block with error correction as HDLC of its own, from flags to flags", () => {
    const bench = inCall();
    const frames = [Uint8Array.of(0xff, 0xc0, 0x60, 0x00, 0x55)];
    bench.does({ type: "send-ecm-block", modulation: "v29-9600", shortTraining: false, frames, rcp: 3 }).says(OK);
    bench.says(CONNECT);
    const [, command, data] = bench.written() as [string, string, string];
    expect(command).toBe("AT+FTM=96");
    // 250 ms of flags are 300 octets at 9600 bit/s; then FF with a zero put in behind five ones.
    expect(data.slice(0, 600)).toBe("7e".repeat(300));
    expect(data.slice(600, 604)).toBe("df07");
  });

  it("a far end that talks on is talked over after three seconds", () => {
    const bench = inCall().does({ type: "send-frames", frames: [frame(FCF.MCF, true)] });
    bench.written();
    expect(bench.feed({ type: "guard" }).written()).toEqual(["18"]);
    expect(bench.says(OK).written()).toEqual(["AT+FTH=3"]);
  });

  it("a modem that takes every frame for the last is asked for its carrier again", () => {
    const bench = inCall().does({
      type: "send-frames",
      frames: [id(FCF.TSI | 0x80, "1"), frame(FCF.DCS | 0x80, true)],
    });
    bench.says(OK).says(CONNECT).written();
    expect(bench.says(OK).written()).toEqual(["AT+FTH=3"]);
    expect(bench.says(CONNECT).written()).toEqual(["ff13831003"]);
  });

  it("hears of it when the line goes in the midst of a page", () => {
    const bench = inCall().does({
      type: "send-page",
      modulation: "v29-9600",
      shortTraining: false,
      octets: new Uint8Array(20_000),
    });
    bench.says(OK).says(CONNECT).says(NO_CARRIER);
    expect(bench.take("event")).toMatchObject([{ event: { type: "hangup-by-peer", sending: true } }]);
  });
});

describe("hearing pages", () => {
  const training: Action = { type: "listen", for: "training", modulation: "v17-14400", shortTraining: false };
  const page: Action = { type: "listen", for: "page", modulation: "v17-14400", shortTraining: true };

  it("counts a training check, and then listens to V.21 by itself", () => {
    const bench = inCall().does(training);
    bench.says(CONNECT).says([0, 0, 0, 5, 0]).says([0x10, 0x03]).says(NO_CARRIER).does();
    expect(bench.events()).toEqual(["v17-14400 up", "training 5 1", "v17-14400 down"]);
    expect(bench.written()).toEqual(["AT+FRM=145", "AT+FRH=3"]);
  });

  it("turns the bits of a page round, and DLE DLE is one octet of it, in whatever pieces", () => {
    const bench = inCall().does(page).says(CONNECT);
    bench.says([0x01, 0x10]).says([0x10, 0x80]).says([0x10]).says([0x03]).says(NO_CARRIER);
    expect(bench.events()).toEqual(["v17-14400 up", "page-data 80", "page-data 0801", "v17-14400 down"]);
  });

  it("turns to V.21 at +FCERROR, and back when nothing comes of it", () => {
    const bench = inCall().does(page).says("\r\n+FCERROR\r\n");
    expect(bench.written()).toEqual(["AT+FRM=146", "AT+FRH=3"]);
    bench.feed({ type: "guard" }).feed({ type: "guard" });
    expect(bench.written()).toEqual(["18"]);
    expect(bench.says(OK).written()).toEqual(["AT+FRM=146"]);
    bench.says("\r\n+FCERROR\r\n").says(CONNECT).says([0xff, 0x13, 0x8c, 0xa2, 0xf1, 0x10, 0x03]).says(OK);
    expect(bench.events()).toEqual(["v21 up", "frame ffc831", "v21 down"]);
  });

  it("understands a modem that turns to V.21 by itself", () => {
    const bench = inCall().does(page).says("\r\n+FRH:3\r\n").says(CONNECT);
    bench.says([0xff, 0x13, 0x8c, 0xa2, 0xf1, 0x10, 0x03]).says(OK);
    expect(bench.events()).toEqual(["v21 up", "frame ffc831", "v21 down"]);
  });
});

describe("the end", () => {
  it("a page is cut off where it stands, then the line is cleared", () => {
    const bench = inCall().does({
      type: "send-page",
      modulation: "v29-9600",
      shortTraining: false,
      octets: new Uint8Array(20_000),
    });
    bench.says(OK).says(CONNECT).written();
    expect(bench.feed({ type: "hang-up" }).written()).toEqual(["1003"]);
    expect(bench.says(OK).written()).toEqual(["ATH"]);
    expect(bench.says(OK).take("on-hook")).toHaveLength(1);
  });

  it("a modem that does not even hang up is given up", () => {
    const bench = inCall().feed({ type: "hang-up" }).feed({ type: "guard" }).feed({ type: "guard" });
    expect(bench.take("fault")).toEqual([{ type: "fault", problem: "modem-silent" }]);
  });

  it("no octets of a modem make it throw or grow", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const words = [
      OK,
      CONNECT,
      NO_CARRIER,
      "\r\nERROR\r\n",
      "\r\n+FCERROR\r\n",
      "\x10\x03",
      "\x10",
      "\r",
      "RING\r",
      "~~~~",
      "\xff\x13",
    ];
    const acts: Action[] = [
      LISTEN,
      { type: "listen", for: "page", modulation: "v17-9600", shortTraining: true },
      { type: "listen", for: "ecm", modulation: "v29-9600", shortTraining: false },
      { type: "send-frames", frames: [frame(FCF.MCF, true)] },
      { type: "send-page", modulation: "v29-7200", shortTraining: false, octets: new Uint8Array(9_000) },
    ];
    for (let round = 0; round < 400; round++) {
      const bench = random(2) === 0 ? inCall() : ready();
      for (let step = 0; step < 60; step++) {
        const what = random(10);
        if (what < 5) bench.says(words[random(words.length)]!);
        else if (what < 6) bench.says(Array.from({ length: random(40) }, () => random(256)));
        else if (what < 7) bench.feed({ type: "guard" });
        else if (what < 8) bench.feed({ type: "taken" });
        else if (what < 9) bench.does(acts[random(acts.length)]!);
        else
          bench.feed(
            [{ type: "hang-up" }, { type: "answer" }, { type: "dial", number: "1" }, { type: "cut" }][
              random(4)
            ] as DteEvent,
          );
      }
      expect(bench.dte.line.length).toBeLessThanOrEqual(256);
      expect(structuredClone(bench.dte)).toEqual(bench.dte);
    }
  });
});
