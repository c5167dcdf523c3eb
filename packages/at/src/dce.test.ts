// An emulated modem as a terminal sees it: the dialogues of efax and HylaFAX, octet for octet, in virtual time.
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the octets of the wire are control characters

import type { Ifp } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { createDce, type DceAction, type DceEvent, type DceState, dceWakeUs, stepDce } from "./dce.ts";
import { type HdlcFrame, newHdlcReader, readHdlc } from "./hdlc.ts";

const hex = (text: string) => Uint8Array.from(text.split(" "), (octet) => Number.parseInt(octet, 16));
const v21 = (...fields: [string, string?][]): Ifp => ({
  kind: "data",
  modulation: "v21",
  fields: fields.map(([type, data]) => ({ type: type as "hdlc-data", ...(data !== undefined && { data: hex(data) }) })),
});
const indicator = (name: string): Ifp => ({ kind: "indicator", indicator: name as "no-signal" });

/** A modem on the desk, with time that moves when it is told to. */
class Desk {
  readonly state: DceState = createDce({ number: "+493023125920" });
  nowUs = 0;
  said = "";
  line: { atMs: number; ifp: Ifp }[] = [];
  did: string[] = [];
  stopped = false;

  do(event: DceEvent): this {
    const out: DceAction[] = [];
    stepDce(this.state, event, this.nowUs, out);
    for (const action of out) {
      if (action.type === "dte") for (const octet of action.bytes) this.said += String.fromCharCode(octet);
      else if (action.type === "ifp") this.line.push({ atMs: Math.round(this.nowUs / 1000), ifp: action.ifp });
      else if (action.type === "flow") this.stopped = action.stop;
      else this.did.push(action.type === "dial" ? `dial ${action.number}` : action.type);
    }
    return this;
  }
  type(text: string): this {
    return this.do({ type: "dte", bytes: Uint8Array.from(text, (char) => char.charCodeAt(0)) });
  }
  send(octets: string): this {
    return this.do({ type: "dte", bytes: hex(octets) });
  }
  hear(...ifps: Ifp[]): this {
    for (const ifp of ifps) this.do({ type: "ifp", ifp });
    return this;
  }
  /** Everything that is due in the next so many milliseconds happens. */
  wait(ms: number): this {
    const untilUs = this.nowUs + ms * 1000;
    for (;;) {
      const dueUs = dceWakeUs(this.state);
      if (dueUs === undefined || dueUs > untilUs) break;
      this.nowUs = Math.max(this.nowUs, dueUs);
      this.do({ type: "wake" });
    }
    this.nowUs = untilUs;
    return this;
  }
  /** What the terminal was told since it was asked last. */
  heard(): string {
    const { said } = this;
    this.said = "";
    return said;
  }
  /** The same as hexadecimal octets. */
  octets(): string {
    return Array.from(this.heard(), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
  }
  /** What went out on the line, one word an IFP. */
  words(): string[] {
    const words = this.line.map(({ ifp }) =>
      ifp.kind === "indicator"
        ? ifp.indicator
        : ifp.fields
            .map(({ type, data }) => (data ? [...data].map((o) => o.toString(16).padStart(2, "0")).join("") : type))
            .join("+"),
    );
    this.line = [];
    return words;
  }
}

/** A caller in fax class whose call is up. */
function calling(): Desk {
  const desk = new Desk().type("ATE0\rAT+FCLASS=1\rATDT123\r");
  desk.do({ type: "call", what: "connected" });
  desk.wait(500);
  desk.heard();
  desk.words();
  return desk;
}

const OK = "\r\nOK\r\n";
const CONNECT = "\r\nCONNECT\r\n";

describe("commands", () => {
  it("efax's and HylaFAX's first lines are answered as real modems do", () => {
    const desk = new Desk();
    expect(desk.type("ATQ0V1\r").heard()).toBe(`ATQ0V1\r${OK}`);
    expect(desk.type("ATE0\r").heard()).toBe(`ATE0\r${OK}`);
    expect(desk.type("ATI3\r").heard()).toBe(`\r\nDepesche Class 1 modem\r\n${OK}`);
    expect(desk.type("AT+FCLASS=?\r").heard()).toBe(`\r\n0,1,1.0\r\n${OK}`);
    expect(desk.type("AT+FCLASS=1\r").heard()).toBe(OK);
    expect(desk.type("AT+FTM=?\r").heard()).toBe(`\r\n24,48,72,73,74,96,97,98,121,122,145,146\r\n${OK}`);
    expect(desk.type("ATS0=0\rATS8=2\rATS7=60\rATM0\r").heard()).toBe(OK.repeat(4));
    expect(desk.type("ATS7?\r").heard()).toBe(`\r\n060\r\n${OK}`);
    expect(desk.type("ATZ\r").heard()).toBe(OK);
    expect(desk.type("ATS7?\r").heard()).toBe(`ATS7?\r\r\n050\r\n${OK}`);
  });

  it("the text and its CR, or each octet, may come in a write of its own, with LF behind", () => {
    const desk = new Desk().type("ATE0\r").wait(100);
    desk.heard();
    for (const char of "AT+FCLASS=1\r\n") desk.type(char).wait(20);
    expect(desk.heard()).toBe(OK);
  });

  it("several commands stand on a line, in any case, with spaces; the first wrong one ends it", () => {
    const desk = new Desk().type("ATE0\r");
    desk.heard();
    expect(desk.type("at &f e0 v1 x4 s0=0 l2 m1 &c1 &d2 \\n0 %c0 +fclass=1; +fclass?\r").heard()).toBe(
      `\r\n1\r\n${OK}`,
    );
    expect(desk.type("ATE2\r").heard()).toBe("\r\nERROR\r\n");
    expect(desk.type("ATJ9\r").heard()).toBe("\r\nERROR\r\n");
    expect(desk.type("AT+FNIX=1;+FCLASS=0\r").heard()).toBe("\r\nERROR\r\n");
    expect(desk.type("AT+FCLASS=8\r").heard()).toBe("\r\nERROR\r\n");
    expect(desk.type("ATS300?\r").heard()).toBe("\r\nERROR\r\n");
    expect(desk.type("AT+FCLASS?\r").heard()).toBe(`\r\n1\r\n${OK}`);
  });

  it("backspace takes a character back, A/ repeats the line, the parity bit counts for nothing", () => {
    const desk = new Desk().type("ATE0\r");
    desk.heard();
    expect(desk.type("ATS7=99\b\b33\rATS7?\r").heard()).toBe(`${OK}\r\n033\r\n${OK}`);
    expect(desk.type("A/").heard()).toBe(`\r\n033\r\n${OK}`);
    expect(
      desk.do({ type: "dte", bytes: Uint8Array.from("ATS7?\r", (c) => c.charCodeAt(0) | 0x80) }).heard(),
    ).toContain("033");
  });

  it("an overlong line is an ERROR once its CR comes, and the next line is read", () => {
    const desk = new Desk().type("ATE0\r");
    desk.heard();
    desk.type(`AT${"X4".repeat(5000)}`);
    expect(desk.state.line.text.length).toBeLessThan(600);
    expect(desk.type("\rAT\r").heard()).toBe(`\r\nERROR\r\n${OK}`);
  });

  it("V0 gives numbers, Q1 gives nothing", () => {
    const desk = new Desk().type("ATE0V0\r");
    desk.heard();
    expect(desk.type("AT\rATJ\r").heard()).toBe("0\r4\r");
    expect(desk.type("ATI3\r").heard()).toBe("Depesche Class 1 modem\r\n0\r");
    expect(desk.type("ATQ1\rAT\r").heard()).toBe("");
  });

  it("fax commands off the line, or with a modulation that does not exist, are an ERROR", () => {
    const desk = new Desk().type("ATE0+FCLASS=1\r");
    desk.heard();
    expect(desk.type("AT+FTH=3\rAT+FRM=145\r").heard()).toBe("\r\nERROR\r\n".repeat(2));
    const up = calling().wait(1000).send("18");
    up.heard();
    const onLine = calling();
    onLine.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 01"], ["hdlc-fcs-ok-sig-end"]));
    onLine.heard();
    expect(onLine.type("AT+FTM=147\rAT+FTH=4\rAT+FRS=256\r").heard()).toBe("\r\nERROR\r\n".repeat(3));
  });
});

describe("calls", () => {
  it("a dialled call is CONNECT with the first frame, and CNG sounds until then", () => {
    const desk = new Desk().type("ATE0\rAT+FCLASS=1\rATDT 0,030/23125-001\r").wait(3000);
    expect(desk.did).toEqual(["dial 003023125001"]);
    desk.heard();
    desk.do({ type: "call", what: "connected" }).wait(7200);
    expect(desk.words()).toEqual(["cng", "cng", "cng"]);
    expect(desk.heard()).toBe("");
    desk.hear(indicator("ced")).wait(1000);
    desk.hear(indicator("v21-preamble")).wait(1000);
    desk.hear(v21(["hdlc-data", "ff c8 01 00"]));
    expect(desk.octets()).toBe("0d 0a 43 4f 4e 4e 45 43 54 0d 0a ff 13 80 00");
    desk.hear(v21(["hdlc-data", "77"]), v21(["hdlc-fcs-ok-sig-end"]));
    expect(desk.heard()).toMatch(/\x10\x03\r\nOK\r\n$/);
    expect(desk.wait(5000).words()).toEqual([]);
  });

  it.each([
    ["busy", "BUSY"],
    ["no-answer", "NO ANSWER"],
    ["no-carrier", "NO CARRIER"],
    ["no-dialtone", "NO DIALTONE"],
  ] as const)("%s is told at once as %s", (what, code) => {
    const desk = new Desk().type("ATE0\rATDT1\r").wait(10);
    desk.heard();
    expect(desk.do({ type: "call", what }).heard()).toBe(`\r\n${code}\r\n`);
    expect(desk.type("AT\r").heard()).toBe(OK);
  });

  it("X0 knows no busy tone", () => {
    const desk = new Desk().type("ATE0X0\rATDT1\r").wait(10);
    desk.heard();
    expect(desk.do({ type: "call", what: "busy" }).heard()).toBe("\r\nNO CARRIER\r\n");
  });

  it("S7 ends a call that nobody answers, and one that answers without a fax tone", () => {
    const ringing = new Desk().type("ATE0S7=20\rAT+FCLASS=1\rATD1\r").wait(19_900);
    ringing.heard();
    expect(ringing.wait(200).heard()).toBe("\r\nNO ANSWER\r\n");
    expect(ringing.did).toEqual(["dial 1", "hang-up"]);
    const voice = new Desk()
      .type("ATE0S7=20\rAT+FCLASS=1\rATD1\r")
      .do({ type: "call", what: "connected" })
      .wait(19_900);
    voice.heard();
    expect(voice.wait(200).heard()).toBe("\r\nNO CARRIER\r\n");
  });

  it("any character ends dialling, but not one within the first 125 ms", () => {
    const desk = new Desk().type("ATE0\rATD1\r\n").wait(50).type("\r");
    desk.heard();
    expect(desk.wait(200).heard()).toBe("");
    expect(desk.type("x").heard()).toBe("\r\nNO CARRIER\r\n");
    expect(desk.did).toEqual(["dial 1", "hang-up"]);
  });

  it("RING every five seconds; ATA answers with CED, silence, preamble and CONNECT", () => {
    const desk = new Desk().type("ATE0\rAT+FCLASS=1\r");
    desk.heard();
    desk.do({ type: "call", what: "ring", from: "+493023125001" });
    expect(desk.wait(5100).heard()).toBe("\r\nRING\r\n\r\nRING\r\n");
    desk.type("ATA\r");
    expect(desk.did).toEqual(["answer"]);
    const answeredMs = desk.nowUs / 1000;
    desk.do({ type: "call", what: "connected" }).wait(4000);
    expect(desk.heard()).toBe(CONNECT);
    expect(desk.line.map(({ ifp, atMs }) => [ifp.kind === "indicator" && ifp.indicator, atMs - answeredMs])).toEqual([
      ["ced", 0],
      ["v21-preamble", 2675],
    ]);
  });

  it("a caller that gives up rings no more, and ATA then finds nobody", () => {
    const desk = new Desk().type("ATE0+FCLASS=1\r").do({ type: "call", what: "ring" });
    desk.do({ type: "call", what: "hangup" }).wait(20_000);
    desk.heard();
    expect(desk.type("ATA\r").heard()).toBe("\r\nNO CARRIER\r\n");
    expect(desk.did).toEqual([]);
  });

  it("S0 answers by itself at its ring; the caller's number is told when it is asked for", () => {
    const desk = new Desk().type("ATE0S0=2+VCID=1\r").do({ type: "call", what: "ring", from: "+493023125001" });
    desk.wait(5100);
    expect(desk.heard()).toContain("\r\nNMBR = +493023125001\r\n");
    expect(desk.did).toEqual(["answer"]);
  });

  it("ATZ and ATH without a call hang nothing up", () => {
    const desk = new Desk().type("ATH\rATZ\r");
    expect(desk.did).toEqual([]);
    desk.do({ type: "call", what: "ring" }).type("ATH\r");
    expect(desk.did).toEqual([]);
  });

  it("a far end that hangs up ends what waits with NO CARRIER; then the modem is on hook", () => {
    const desk = calling();
    desk.do({ type: "call", what: "hangup" });
    expect(desk.heard()).toBe("\r\nNO CARRIER\r\n");
    expect(desk.did.at(-1)).toBe("hang-up");
    expect(desk.type("AT+FRH=3\r").heard()).toBe("\r\nERROR\r\n");
  });

  it("who dials while it rings meets the caller, not a free line", () => {
    const desk = new Desk().type("ATE0+FCLASS=1\r").do({ type: "call", what: "ring" });
    desk.heard();
    expect(desk.type("ATD1\r").wait(10).heard()).toBe("\r\nNO CARRIER\r\n");
    expect(desk.did).toEqual([]);
  });

  it("what is on the line without a call is not heard", () => {
    const desk = new Desk().type("ATE0+FCLASS=1\r").hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8"]));
    expect(desk.state.rx.signal).toBeUndefined();
  });

  it("a data call is none", () => {
    const desk = new Desk().type("ATE0\rATD1\r").do({ type: "call", what: "connected" });
    expect(desk.heard()).toMatch(/NO CARRIER/);
    expect(desk.did).toEqual(["dial 1", "hang-up"]);
  });
});

/** On the line, after a first frame has been heard. */
function identified(): Desk {
  const desk = calling();
  desk.hear(
    indicator("v21-preamble"),
    v21(["hdlc-data", "ff c8 01 00"], ["hdlc-fcs-ok-sig-end"]),
    indicator("no-signal"),
  );
  desk.wait(200);
  desk.heard();
  return desk;
}

describe("sending frames", () => {
  it("each frame goes out at 300 bit/s behind a second of preamble, with CONNECT between and OK at the end", () => {
    const desk = identified();
    const beganMs = desk.nowUs / 1000;
    expect(desk.type("AT+FTH=3\r").heard()).toBe(CONNECT);
    desk.send("ff 03 43 10 10 10 03").wait(1500);
    expect(desk.heard()).toBe(CONNECT);
    desk.send("ff 13 83 10 03").wait(1000);
    expect(desk.heard()).toBe(OK);
    const times = desk.line.map(({ atMs }) => atMs - beganMs);
    expect(desk.words()).toEqual([
      "v21-preamble",
      "ff",
      "c0",
      "c2",
      "08",
      "hdlc-fcs-ok",
      "ff",
      "c8",
      "c1",
      "hdlc-fcs-ok-sig-end",
      "no-signal",
    ]);
    expect(times.slice(0, 5)).toEqual([0, 1000, 1027, 1053, 1080]);
  });

  it("a frame that comes octet by octet, and its DLE ETX later, is the same frame", () => {
    const desk = identified();
    desk.type("AT+FTH=3\r").wait(900);
    for (const octet of ["ff", "03", "43", "10", "10", "44"]) desk.send(octet).wait(20);
    desk.wait(3000);
    expect(desk.heard()).toBe(CONNECT);
    desk.send("10").wait(20).send("03").wait(500);
    expect(desk.heard()).toBe(CONNECT);
    expect(desk.words()).toEqual(["v21-preamble", "ff", "c0", "c2", "08", "22", "hdlc-fcs-ok"]);
  });

  it("what a terminal says before CONNECT is no part of its frame", () => {
    const desk = calling();
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 01 00"], ["hdlc-fcs-ok-sig-end"]));
    desk.type("AT+FTH=3\r").send("41 42").wait(100).send("ff 13 84 10 03").wait(3000);
    expect(desk.words()).toEqual(["v21-preamble", "ff", "c8", "21", "hdlc-fcs-ok-sig-end", "no-signal"]);
  });

  it("the line feed behind a command is no part of the frame that follows", () => {
    const desk = identified().type("AT+FTH=3\r").type("\n").send("ff 13 84 10 03").wait(3000);
    expect(desk.words()).toEqual(["v21-preamble", "ff", "c8", "21", "hdlc-fcs-ok-sig-end", "no-signal"]);
  });

  it("a terminal that owes a frame for five seconds loses the carrier with ERROR", () => {
    const desk = identified();
    desk.type("AT+FTH=3\r").wait(4900);
    expect(desk.heard()).toBe(CONNECT);
    expect(desk.wait(200).heard()).toBe("\r\nERROR\r\n");
    expect(desk.words().slice(-2)).toEqual(["hdlc-sig-end", "no-signal"]);
  });

  it("75 ms of silence lie between what was heard and what is sent", () => {
    const desk = calling();
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 01 00"], ["hdlc-fcs-ok-sig-end"]));
    desk.heard();
    desk.type("AT+FTH=3\r").wait(74);
    expect(desk.words()).toEqual([]);
    desk.wait(2);
    expect(desk.words()).toEqual(["v21-preamble"]);
  });

  it("+FTS and +FRS take their time and let the rest of the line follow", () => {
    const desk = identified();
    desk.type("AT+FTS=8;+FTH=3\r").wait(79);
    expect(desk.heard()).toBe("");
    expect(desk.wait(2).heard()).toBe(CONNECT);
  });

  it("+FRS waits until the line is silent", () => {
    const desk = identified();
    desk.hear(indicator("v21-preamble")).type("AT+FRS=7\r").wait(2000);
    expect(desk.heard()).toBe("");
    desk.hear(indicator("no-signal")).wait(69);
    expect(desk.heard()).toBe("");
    expect(desk.wait(2).heard()).toBe(OK);
  });
});

describe("sending pages", () => {
  it("TCF of 1.5 s takes training and 1.5 s of line, whatever the terminal's haste", () => {
    const desk = identified();
    const beganMs = desk.nowUs / 1000;
    expect(desk.type("AT+FTM=145\r").heard()).toBe(CONNECT);
    desk
      .do({ type: "dte", bytes: new Uint8Array(2700) })
      .send("10 03")
      .wait(5000);
    expect(desk.heard().replace(/[\x11\x13]/g, "")).toBe(OK);
    const { line } = desk;
    expect(line[0]).toEqual({ atMs: beganMs, ifp: indicator("v17-14400-long-training") });
    const data = line.flatMap(({ ifp }) => (ifp.kind === "data" ? ifp.fields.flatMap((f) => [...(f.data ?? [])]) : []));
    expect(data.length).toBe(2700);
    expect(line.at(-1)!.atMs - beganMs).toBe(1393 + 1500);
    expect(Math.max(...line.map(({ ifp }) => (ifp.kind === "data" ? (ifp.fields[0]!.data?.length ?? 0) : 0)))).toBe(72);
  });

  it("a full buffer stops the terminal by XOFF and by not being read, and XON lets it go on", () => {
    const desk = identified().type("AT+FTM=146\r");
    desk.heard();
    desk.do({ type: "dte", bytes: new Uint8Array(4000).fill(0x55) });
    expect(desk.heard()).toBe("\x13");
    expect(desk.stopped).toBe(true);
    desk.wait(142 + 1600);
    expect(desk.heard()).toBe("");
    desk.wait(200);
    expect(desk.heard()).toBe("\x11");
    expect(desk.stopped).toBe(false);
  });

  it("a terminal of 50 octets a second leaves gaps on the line and loses nothing", () => {
    const desk = identified().type("AT+FTM=96\r").wait(300);
    desk.heard();
    const page = Array.from({ length: 300 }, (_, i) => (i * 7) & 0xff);
    for (const octet of page) {
      desk.do({ type: "dte", bytes: octet === 0x10 ? Uint8Array.of(0x10, 0x10) : Uint8Array.of(octet) }).wait(20);
    }
    desk.send("10").wait(20).send("03").wait(500);
    expect(desk.heard()).toBe(OK);
    const reversed = (octet: number) =>
      Number.parseInt(octet.toString(2).padStart(8, "0").split("").reverse().join(""), 2);
    const sent = desk.line.flatMap(({ ifp }) =>
      ifp.kind === "data" ? ifp.fields.flatMap((f) => [...(f.data ?? [])]) : [],
    );
    expect(sent).toEqual(page.map(reversed));
  });

  it("what a terminal missed is not made up for: behind a gap the line keeps its pace", () => {
    const desk = identified().type("AT+FTM=96\r").wait(300).send("00 00").wait(3000);
    desk.do({ type: "dte", bytes: new Uint8Array(1200) }).send("10 03");
    desk.heard();
    expect(desk.wait(995).heard()).not.toContain("OK");
    expect(desk.wait(10).heard()).toContain("OK");
  });

  it("five seconds without data or end: ERROR", () => {
    const desk = identified().type("AT+FTM=96\r").wait(300).send("00 00");
    desk.heard();
    expect(desk.wait(5600).heard()).toBe("\r\nERROR\r\n");
  });

  it("HDLC of the terminal's own becomes frames of T.38", () => {
    // 7E 7E, then FF 03 86 (RCP) with its FCS and zeros inserted, as HylaFAX sends it.
    const desk = identified().type("AT+FTM=146\r").wait(200);
    desk.heard();
    const bits = "0111111001111110" + "11111011100000110000001100001";
    expect(bits.length).toBeGreaterThan(0);
    desk.send("7e 7e 7e 7e").wait(50);
    desk.send("10 03").wait(500);
    expect(desk.heard()).toBe(OK);
    expect(desk.words()).toEqual(["v17-14400-short-training", "hdlc-sig-end", "no-signal"]);
  });
});

describe("receiving", () => {
  it("a frame comes with its FCS, DLE doubled, and OK; a damaged one with ERROR", () => {
    const desk = identified().type("AT+FRH=3\r");
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 08 8c"], ["hdlc-fcs-ok"]));
    // FCS of FF 13 10 31: CRC-16/X.25.
    expect(desk.heard()).toMatch(/^\r\nCONNECT\r\n\xff\x13\x10\x101\x66\xe6\x10\x03\r\nOK\r\n$/);
    desk.type("AT+FRH=3\r").hear(v21(["hdlc-data", "ff c8 8c"], ["hdlc-fcs-bad-sig-end"]));
    expect(desk.heard()).toMatch(/\x10\x03\r\nERROR\r\n$/);
  });

  it("one octet an IFP, ends in IFPs of their own, and no preamble announced: the same", () => {
    const desk = identified().type("AT+FRH=3\r");
    for (const octet of ["ff", "c8", "8c"]) desk.hear(v21(["hdlc-data", octet])).wait(30);
    desk
      .hear(v21(["hdlc-fcs-ok"]))
      .wait(30)
      .hear(v21(["hdlc-sig-end"]));
    expect(desk.heard()).toBe(`${CONNECT}\xff\x131\xcc\x9f\x10\x03${OK}`);
  });

  it("the end of a signal that was never heard begins none", () => {
    const desk = identified().type("AT+FRS=7\r").wait(10);
    desk.hear({ kind: "data", modulation: "v17-14400", fields: [{ type: "hdlc-sig-end" }] });
    desk.type("AT+FRH=3\r").hear(v21(["hdlc-sig-end"]));
    expect(desk.state.rx.signal).toBeUndefined();
    expect(desk.heard()).toBe(OK);
  });

  it("a preamble that is announced three times is one", () => {
    const desk = identified().type("AT+FRH=3\r");
    desk.hear(indicator("v21-preamble"), indicator("v21-preamble"), indicator("v21-preamble"));
    expect(desk.heard()).toBe("");
    desk.hear(v21(["hdlc-data", "ff c8 8c"], ["hdlc-fcs-ok-sig-end"]));
    expect(desk.heard()).toMatch(/OK/);
  });

  it("frames that pass while the terminal waits for silence are not lost to its next +FRH", () => {
    const desk = identified().type("AT+FRS=1\r");
    desk.hear(indicator("v21-preamble")).wait(1100);
    desk.hear(v21(["hdlc-data", "ff c8 84"], ["hdlc-fcs-ok-sig-end"]), indicator("no-signal")).wait(120);
    expect(desk.heard()).toBe(OK);
    expect(desk.type("AT+FRH=3\r").heard()).toMatch(/^\r\nCONNECT\r\n\xff\x13!/);
  });

  it("what the modem itself sends wipes out what nobody asked for", () => {
    const desk = identified();
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 84"], ["hdlc-fcs-ok-sig-end"])).wait(100);
    desk.type("AT+FTH=3\r").wait(100).send("ff 13 fb 10 03").wait(3000);
    desk.heard();
    expect(desk.type("AT+FRH=3\r").wait(1000).heard()).toBe("");
  });

  it("a carrier without another frame behind a first one is NO CARRIER", () => {
    const desk = identified().type("AT+FRH=3\r");
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c0 02"], ["hdlc-fcs-ok"])).wait(50);
    desk.heard();
    desk.type("AT+FRH=3\r").hear(indicator("no-signal"));
    expect(desk.heard()).toBe("\r\nNO CARRIER\r\n");
  });

  it("a page is handed over as it comes, least significant bit first, until NO CARRIER", () => {
    const desk = identified().type("AT+FRM=146\r").hear(indicator("v17-14400-short-training"));
    expect(desk.heard()).toBe(CONNECT);
    desk.hear({ kind: "data", modulation: "v17-14400", fields: [{ type: "t4-non-ecm-data", data: hex("00 08 80") }] });
    expect(desk.octets()).toBe("00 10 10 01");
    desk.hear({ kind: "data", modulation: "v17-14400", fields: [{ type: "t4-non-ecm-sig-end" }] });
    // Four zeros more, as of a demodulator that notices the end late: efax finds its RTC only with bits behind it.
    expect(desk.heard()).toBe("\0\0\0\0\x10\x03\r\nNO CARRIER\r\n");
  });

  it("a page that has begun before +FRM was there is handed over from its begin", () => {
    const desk = identified().hear(indicator("v29-9600-training"));
    desk.hear({ kind: "data", modulation: "v29-9600", fields: [{ type: "t4-non-ecm-data", data: hex("80 01") }] });
    expect(desk.type("AT+FRM=96\r").octets()).toBe("0d 0a 43 4f 4e 4e 45 43 54 0d 0a 01 80");
  });

  it("another carrier than the one asked for is +FCERROR, in V0 +F4, and with +FAR=1 a V.21 one +FRH:3", () => {
    const wrong = identified().type("AT+FRM=145\r").hear(indicator("v29-9600-training"));
    expect(wrong.heard()).toBe("\r\n+FCERROR\r\n");
    const v0 = identified().type("ATV0\r").type("AT+FRM=145\r");
    v0.heard();
    expect(v0.hear(indicator("v21-preamble")).heard()).toBe("+F4\r");
    const frames = identified().type("AT+FRH=3\r").hear(indicator("v17-14400-long-training"));
    expect(frames.heard()).toBe("\r\n+FCERROR\r\n");
    const adaptive = identified().type("AT+FAR=1\r");
    adaptive.heard();
    adaptive
      .type("AT+FRM=145\r")
      .hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 8c"], ["hdlc-fcs-ok-sig-end"]));
    expect(adaptive.heard()).toMatch(/^\r\n\+FRH:3\r\n\r\nCONNECT\r\n\xff\x131.*\r\nOK/s);
  });

  it("ECM frames come out of +FRM as bits with flags, zeros inserted and FCS", () => {
    const desk = identified().type("AT+FRM=146\r").hear(indicator("v17-14400-short-training"));
    desk.heard();
    desk.hear({
      kind: "data",
      modulation: "v17-14400",
      fields: [{ type: "hdlc-data", data: hex("ff c0 61") }, { type: "hdlc-fcs-ok" }],
    });
    const flags = desk.heard();
    expect(flags.startsWith("\x7e".repeat(16))).toBe(true);
    const bits = Array.from(flags.slice(16), (char) =>
      char.charCodeAt(0).toString(2).padStart(8, "0").split("").reverse().join(""),
    ).join("");
    // FF and 03, a zero behind five ones of the former.
    expect(bits.startsWith("11111011111000000")).toBe(true);
    desk.hear({ kind: "data", modulation: "v17-14400", fields: [{ type: "hdlc-sig-end" }] });
    expect(desk.heard()).toMatch(/\x10\x03\r\nNO CARRIER\r\n$/);
  });

  it.each(["AT+FRH=3\r", "AT+FRM=96\r", "AT+FRS=200\r"])("CAN ends %j with OK at once", (command) => {
    const desk = identified().type(command).wait(10);
    expect(desk.send("18").heard()).toBe(OK);
    expect(desk.type("AT\r").heard()).toBe(OK);
  });

  it("the rest of a frame that CAN has ended is no frame; the one behind it is", () => {
    const desk = identified().type("AT+FRH=3\r").wait(200);
    desk.hear(indicator("v21-preamble"), v21(["hdlc-data", "ff"])).send("18");
    expect(desk.heard()).toBe(`${CONNECT}\xff\x10\x03${OK}`);
    desk.type("AT+FRH=3\r").hear(v21(["hdlc-data", "c0 40 11 22"], ["hdlc-fcs-ok"]));
    expect(desk.heard()).toBe("");
    desk.hear(v21(["hdlc-data", "ff c8 8c"], ["hdlc-fcs-ok-sig-end"]));
    expect(desk.heard()).toBe(`${CONNECT}\xff\x131\xcc\x9f\x10\x03${OK}`);
  });

  it("the rest of a frame that passes after +FTH is no frame either", () => {
    const desk = identified().hear(indicator("v21-preamble"), v21(["hdlc-data", "ff"]));
    desk.type("AT+FTH=3\r").hear(v21(["hdlc-data", "c8 8c 11 22"], ["hdlc-fcs-ok"]));
    desk.wait(1100).type("\x10\x03").wait(1500);
    expect(desk.heard()).toBe(CONNECT + OK);
    desk.type("AT+FRH=3\r");
    expect(desk.heard()).toBe("");
  });

  it("a character ends a page being received, XON and XOFF do not", () => {
    const desk = identified().type("AT+FRM=96\r").hear(indicator("v29-9600-training")).wait(500);
    desk.heard();
    expect(desk.send("11 13").heard()).toBe("");
    expect(desk.send("18").heard()).toBe(`\x10\x03${OK}`);
  });

  it("a lost piece spoils the frame it belongs to", () => {
    const desk = identified()
      .type("AT+FRH=3\r")
      .hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8"]));
    desk.do({ type: "gap", count: 1 }).hear(v21(["hdlc-data", "8c"], ["hdlc-fcs-ok-sig-end"]));
    expect(desk.heard()).toMatch(/ERROR/);
  });

  it("a lost piece spoils the ECM frame it belongs to, and no other", () => {
    const desk = identified().type("AT+FRM=146\r").hear(indicator("v17-14400-short-training"));
    desk.heard();
    const ecm = (...fields: [string, string?][]): Ifp => ({ ...v21(...fields), modulation: "v17-14400" }) as Ifp;
    desk.hear(ecm(["hdlc-data", "ff c0 60 00 11"]));
    desk.do({ type: "gap", count: 1 });
    desk.hear(ecm(["hdlc-fcs-ok"]), ecm(["hdlc-data", "ff c0 61"], ["hdlc-fcs-ok"]), ecm(["hdlc-sig-end"]));
    const heard = desk.heard();
    const frames: HdlcFrame[] = [];
    const octets = Uint8Array.from(heard.slice(0, heard.indexOf("\x10\x03")), (char) => char.charCodeAt(0));
    readHdlc(newHdlcReader(), octets, frames);
    expect(frames.map(({ frame, ok }) => [frame.length, ok])).toEqual([
      [5, false],
      [3, true],
    ]);
  });

  it("V.21 in the midst of a burst is another carrier than a page's; behind a final frame it is ending", () => {
    const amid = identified().hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c0 02"], ["hdlc-fcs-ok"]));
    expect(amid.type("AT+FRM=145\r").heard()).toBe("\r\n+FCERROR\r\n");
    const ending = identified().hear(indicator("v21-preamble"), v21(["hdlc-data", "ff c8 c1"], ["hdlc-fcs-ok"]));
    ending.type("AT+FRH=3\r");
    ending.heard();
    ending.type("AT+FRM=145\r").hear(v21(["hdlc-sig-end"]), indicator("v17-14400-long-training"));
    expect(ending.heard()).toBe(CONNECT);
  });

  it("a page that has passed is not handed over to a later +FRM once frames were asked for", () => {
    const desk = identified().hear(indicator("v29-9600-training"));
    desk.hear({ kind: "data", modulation: "v29-9600", fields: [{ type: "t4-non-ecm-data", data: hex("80 01") }] });
    desk.hear(indicator("no-signal")).type("AT+FRH=3\r").wait(10).send("18");
    desk.heard();
    expect(desk.type("AT+FRM=96\r").heard()).toBe("");
  });

  it("a signal that never ends is given up after six seconds", () => {
    const desk = identified().type("AT+FRM=96\r").hear(indicator("v29-9600-training"));
    desk.heard();
    expect(desk.wait(5900).heard()).toBe("");
    expect(desk.wait(200).heard()).toBe("\x10\x03\r\nNO CARRIER\r\n");
  });
});
