// A modem as a fax line, in virtual time: whole calls over the emulated modem, and modems that fail.

import type { FaxCallReport } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler, same } from "@depesche/ports/contract/fax-trunk";
import { FULL_CAPABILITIES } from "@depesche/t30";
import { renderLadder } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FarEnd, type ModemDouble, PLAIN, TelephoneNetwork } from "./telephone-network.double.ts";
import { type Class1LineOptions, openClass1Trunk } from "./trunk.ts";

const OWN = "+493023125920";
const NEVER = new AbortController().signal;
const SECOND = 1_000_000;

let network: TelephoneNetwork;
let trunk: ReturnType<typeof openClass1Trunk>;
beforeEach(() => {
  network = new TelephoneNetwork();
});
afterEach(async () => {
  await trunk.close();
  network.stop();
});

function open(...lines: Partial<Class1LineOptions>[]): void {
  trunk = openClass1Trunk({
    lines: (lines.length > 0 ? lines : [{}]).map((options) => ({
      place: { host: "modem.example", port: 5801 },
      number: OWN,
      ...options,
    })),
    wall: network.wall,
    openStream: network.openStream,
  });
}

function send(pages = [contractPage(1)], signal = NEVER, to = "+493023125000"): Promise<FaxCallReport> {
  const ids = { id: "1.0.1", to, from: OWN, stationId: "+49 30 23125 920" };
  return trunk.call({ ...ids, pages: contractSource(pages) }, signal);
}

function farEnd(end: FarEnd): void {
  network.farEnds.set("493023125000", end);
}

function machine(options: Extract<FarEnd, { kind: "machine" }>["options"] = {}): void {
  farEnd({ kind: "machine", options });
}

function arrived(page: ReturnType<typeof contractPage>, n = 0): boolean {
  const received = network.received.get("493023125000")?.[n];
  return received !== undefined && same([received], [page]);
}

function said(report: FaxCallReport): string[] {
  return renderLadder(report.ladder)!
    .filter(({ kind }) => kind !== "indicator" && kind !== "timer")
    .map(({ from, name }) => `${from[0]} ${name}`);
}

/** What goes wrong with the modem as soon as it is there. */
async function breakModem(how: (modem: ModemDouble) => void): Promise<void> {
  await expect.poll(() => network.modem).toBeDefined();
  how(network.modem!);
}

describe("a call over a modem", () => {
  it("has a ladder with the frames of both sides, to the last", async () => {
    open();
    machine();
    const report = await send();
    expect(said(report).join(", ")).toBe(
      "c CNG, a CSI, a DIS, c TSI, c DCS, c TCF, a CFR, c training, c page data, c PPS-EOP, a MCF, c DCN",
    );
  });

  it("trains down where the far end refuses, and sends without error correction in each modulation", async () => {
    open();
    for (const rate of [12000, 9600, 7200, 4800, 2400] as const) {
      machine({ ...PLAIN, mood: { trainsUpTo: rate } });
      const report = await send();
      expect(report).toMatchObject({ outcome: "OK", ecm: false, rateBps: rate });
      expect(arrived(contractPage(1))).toBe(true);
    }
  });

  it("repeats the frames of a block that came damaged", async () => {
    open();
    machine({ mood: { damages: [{ page: 1, block: 1, attempt: 1, frames: [0, 2] }] } });
    const report = await send();
    expect(report.outcome).toBe("OK");
    expect(said(report).filter((word) => word === "a PPR")).toHaveLength(1);
    expect(arrived(contractPage(1))).toBe(true);
  });

  it("sends a page again that was refused", async () => {
    open();
    machine({ mood: { refuseOncePage: 1 } });
    const report = await send();
    expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 1 });
    expect(said(report)).toContain("a RTN");
  });

  it("says its command again after 3 s without an answer, and three times in all", async () => {
    open();
    machine({ mood: { script: [{ at: "CFR", attempt: 1, does: { do: "skip" } }] } });
    expect((await send()).outcome).toBe("OK");
    machine({ mood: { silent: "training" } });
    const report = await send();
    expect(report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "no-answer-to-dcs" } });
    expect(said(report).filter((word) => word === "c DCS")).toHaveLength(3);
  });

  it("hears of it when the line is cut in the midst of a page", async () => {
    open();
    machine({ ...PLAIN, mood: { hangUpInPage: 2 } });
    const report = await send([contractPage(1), contractPage(2)]);
    expect(report).toMatchObject({ outcome: "SENDFAIL", pagesConfirmed: 1, interrupted: false });
  });

  it("offers only what the modem can", async () => {
    open();
    machine();
    await breakModem((modem) => {
      modem.filter = (octets) => replaced(octets, "24,48,72,73,74,96,97,98,121,122,145,146", "(24,48,72,96)");
    });
    expect(await send()).toMatchObject({ outcome: "OK", rateBps: 9600 });
  });

  it("is stopped at once: DCN when there is time for it, then the line is cut", async () => {
    open();
    machine(PLAIN);
    const stop = new AbortController();
    const pages = Array.from({ length: 3 }, (_, i) => contractPage(i));
    const ids = { id: "1.0.1", to: "+493023125000", from: OWN, stationId: "" };
    const call = trunk.call(
      {
        ...ids,
        pages: contractSource(pages),
        progress: (p) => {
          if (p.state === "sending") network.wall.at(network.wall.nowUs() + SECOND / 2, () => stop.abort());
        },
      },
      stop.signal,
    );
    let stoppedUs = 0;
    stop.signal.addEventListener("abort", () => {
      stoppedUs = network.wall.nowUs();
    });
    expect(await call).toMatchObject({ interrupted: true, pagesConfirmed: 0 });
    expect(network.wall.nowUs() - stoppedUs).toBeLessThan(1.6 * SECOND);
    // The line can be used again.
    machine();
    expect((await send()).outcome).toBe("OK");
  });

  it("dials as its line wants it", async () => {
    open({ dial: { prefix: "0,", country: "49" } });
    network.farEnds.set("003023125000", { kind: "machine" });
    expect((await send()).outcome).toBe("OK");
    expect(network.talk).toContain("> ATDT0,03023125000␍");
  });
});

function replaced(octets: Uint8Array, what: string, by: string): Uint8Array {
  return Buffer.from(Buffer.from(octets).toString("latin1").replace(what, by), "latin1");
}

describe("modems that fail", () => {
  it("one that is not there is a fault that passes, named, and is found when it comes", async () => {
    network.away = true;
    open();
    machine();
    const report = await send();
    expect(report).toMatchObject({ outcome: "ISDNERR", temporary: true, cause: { code: "modem-not-there" } });
    network.away = false;
    await expect.poll(async () => (await send()).outcome).toBe("OK");
  });

  it("one that says nothing is given up by name before anything is dialled", async () => {
    open();
    machine();
    await breakModem((modem) => {
      modem.deaf = true;
    });
    expect(await send()).toMatchObject({ outcome: "ISDNERR", temporary: true, cause: { code: "modem-silent" } });
    expect(network.calls).toBe(0);
  });

  it("one that knows no fax, and one that refuses its set-up, are named", async () => {
    open();
    await breakModem((modem) => {
      modem.filter = (octets) => replaced(octets, "0,1,1.0", "0");
    });
    expect((await send()).cause.code).toBe("modem-not-class1");
    await trunk.close();
    network.modem = undefined;
    open({ init: ["AT+NOSUCH=1"] });
    expect((await send()).cause.code).toBe("modem-refuses-setup");
  });

  it("one that vanishes in the midst of a page ends the call by name, and the page is not called sent", async () => {
    open();
    machine();
    const ids = { id: "1.0.1", to: "+493023125000", from: OWN, stationId: "" };
    const report = await trunk.call(
      {
        ...ids,
        pages: contractSource([contractPage(1)]),
        progress: (p) => {
          if (p.state === "sending") network.wall.at(network.wall.nowUs() + SECOND / 2, () => network.modem?.break());
        },
      },
      NEVER,
    );
    expect(report).toMatchObject({ outcome: "ISDNERR", pagesConfirmed: 0, cause: { code: "modem-gone" } });
    expect(report.temporary).toBeFalsy();
    await expect.poll(async () => (await send()).outcome).toBe("OK");
  });

  it("one that falls silent before the first page ends the call as a fault that passes", async () => {
    open();
    machine();
    await breakModem((modem) => {
      modem.filter = (octets) => {
        if (Buffer.from(octets).includes(0x13)) modem.deaf = true;
        return modem.deaf ? undefined : octets;
      };
    });
    const report = await send();
    expect(report).toMatchObject({ outcome: "ISDNERR", temporary: true, cause: { code: "modem-silent" } });
  });

  it("one that answers garbage is given up", async () => {
    open();
    await breakModem((modem) => {
      modem.filter = () => Buffer.from("\r\n@@@@\r\nfoo\r\n".repeat(300));
    });
    expect(await send()).toMatchObject({ outcome: "ISDNERR", cause: { code: "modem-garbage" } });
  });

  it("octets that come one by one, with pauses, change nothing", async () => {
    open();
    machine();
    await breakModem((modem) => modem.speakSlowly());
    expect(await send()).toMatchObject({ outcome: "OK", ecm: true });
    expect(arrived(contractPage(1))).toBe(true);
  });
});

describe("calls that come in over a modem", () => {
  it("are answered with what the handler says, and the caller's number is told when the modem tells it", async () => {
    open({ init: ["AT+VCID=1"] });
    const { handler, diary, pages } = keepingHandler();
    await trunk.answer([OWN], handler);
    expect(await network.dialIn([contractPage(4)])).toMatchObject({ cause: "completed", pages: 1 });
    await expect.poll(() => diary.at(-1)).toBe("ended OK 1");
    expect(diary[0]).toBe(`accept ${OWN} 493023125001`);
    expect(same(pages, [contractPage(4)])).toBe(true);
  });

  it("are left ringing on a line that only sends", async () => {
    open({ receive: false });
    const { handler, diary } = keepingHandler();
    await trunk.answer([OWN], handler);
    expect(trunk.answered()).toEqual([]);
    expect(await network.dialIn([contractPage(4)])).toBe("no-answer");
    expect(diary).toEqual([]);
  });

  it("find the line again after it was gone, and answered() says when it is there", async () => {
    open();
    const { handler } = keepingHandler();
    await trunk.answer([OWN], handler);
    network.modem?.break();
    expect(trunk.answered()).toEqual([]);
    await expect.poll(() => trunk.answered()).toEqual([OWN]);
    expect(await network.dialIn([contractPage(4)])).toMatchObject({ cause: "completed" });
  });

  it("a modem that was switched off is missed within a minute or two, though its line says nothing", async () => {
    open();
    await trunk.answer([OWN], keepingHandler().handler);
    const atUs = network.wall.nowUs();
    network.modem!.deaf = true;
    network.away = true;
    await expect.poll(() => trunk.answered()).toEqual([]);
    expect(network.wall.nowUs() - atUs).toBeGreaterThan(0);
  });

  it("and one that rings is not dialled over", async () => {
    open();
    machine();
    let decide = (_: { stationId: string } | undefined) => {};
    let asked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const accept = () =>
      new Promise<{ stationId: string } | undefined>((resolve) => {
        decide = resolve;
        asked();
      });
    await trunk.answer([OWN], keepingHandler({ accept }).handler);
    const inbound = network.dialIn([contractPage(4)]);
    await wasAsked;
    const outbound = send();
    expect(network.calls).toBe(0);
    decide({ stationId: "" });
    expect(await inbound).toMatchObject({ cause: "completed" });
    expect((await outbound).outcome).toBe("OK");
  });
});

describe("several modems", () => {
  it("carry as many calls at once as there are, and the others wait", async () => {
    open({}, { number: "+493023125921" });
    network.farEnds.set("493023125000", { kind: "machine", options: { capabilities: FULL_CAPABILITIES } });
    const reports = await Promise.all([send(), send(), send()]);
    expect(reports.map(({ outcome }) => outcome)).toEqual(["OK", "OK", "OK"]);
    expect(network.mostAtOnce).toBe(2);
  });

  it("leave the call of a modem that hears no dial tone to another, even one that has to be waited for", async () => {
    open({}, { number: "+493023125921" });
    machine();
    await expect.poll(() => network.modems.length).toBe(2);
    const [dead, other] = network.modems;
    const noDialTone = new TextEncoder().encode("\r\nNO DIALTONE\r\n");
    dead!.filter = (octets) => (Buffer.from(octets).includes("CONNECT") ? noDialTone : octets);
    const reports = await Promise.all([send(), send(), send()]);
    expect(reports.map(({ outcome }) => outcome)).toEqual(["OK", "OK", "OK"]);
    other!.filter = dead!.filter;
    expect(await send()).toMatchObject({ outcome: "ISDNERR", temporary: true, cause: { code: "modem-no-dialtone" } });
  });
});
