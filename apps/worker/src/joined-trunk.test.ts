import type { FaxCallReport, FaxTrunk } from "@depesche/ports";
import { describe, expect, it } from "vitest";
import { class1OptionsOf, t38ConfigOf } from "./fax-trunks.ts";
import { joinTrunks } from "./joined-trunk.ts";

/** A trunk whose calls last until they are ended, and who was called over it. */
function trunkDouble(name: string, log: string[], numbers: string[] = []) {
  const ends: ((report?: Partial<FaxCallReport>) => void)[] = [];
  const trunk: FaxTrunk = {
    call: (order) => {
      log.push(`${name} ${order.to}`);
      return new Promise((resolve) => ends.push((report = {}) => resolve(report as FaxCallReport)));
    },
    async answer(given) {
      log.push(`${name} answers ${given.join(" ")}`);
    },
    answered: () => numbers,
    close: async () => void log.push(`${name} closed`),
  };
  return { trunk, end: (report?: Partial<FaxCallReport>) => ends.splice(0).forEach((end) => void end(report)) };
}

const order = (from: string, to: string) => ({
  id: "1.0.1",
  to,
  from,
  stationId: "",
  pages: { count: 0, page: async () => new Uint8Array(0) },
});
const NEVER = new AbortController().signal;

describe("several trunks as one", () => {
  it("a call goes out on its sender's own line while that is free, else on the one with most free lines", async () => {
    const log: string[] = [];
    const modem = trunkDouble("modem", log);
    const sip = trunkDouble("sip", log);
    const joined = joinTrunks([
      { trunk: modem.trunk, numbers: ["+1"], lines: 1 },
      { trunk: sip.trunk, numbers: ["+2"], lines: 2 },
    ]);
    const calls = ["+1", "+1", "+3"].map((from, i) => joined.call(order(from, `to${i}`), NEVER));
    expect(log).toEqual(["modem to0", "sip to1", "sip to2"]);
    modem.end();
    await calls[0];
    void joined.call(order("+2", "to3"), NEVER);
    expect(log.at(-1)).toBe("modem to3");
    sip.end();
  });

  it("a call that a trunk cannot place goes out on another that has room, and on none twice", async () => {
    const log: string[] = [];
    const modem = trunkDouble("modem", log);
    const sip = trunkDouble("sip", log);
    const joined = joinTrunks([
      { trunk: modem.trunk, numbers: ["+1"], lines: 2 },
      { trunk: sip.trunk, numbers: ["+2"], lines: 1 },
    ]);
    const away = { outcome: "ISDNERR", temporary: true, lineUs: 0 } as const;
    const calls = ["to0", "to1"].map((to) => joined.call(order("+1", to), NEVER));
    modem.end(away);
    // One found the only line of the other; for the second there is none.
    expect(await calls[1]).toMatchObject(away);
    expect(log).toEqual(["modem to0", "modem to1", "sip to0"]);
    sip.end({ outcome: "OK" });
    expect(await calls[0]).toMatchObject({ outcome: "OK" });
    const begun = joined.call(order("+1", "to2"), NEVER);
    modem.end({ ...away, lineUs: 1 });
    expect(await begun).toMatchObject({ temporary: true, lineUs: 1 });
    expect(log.at(-1)).toBe("modem to2");
  });

  it("each trunk answers its own numbers, and all close", async () => {
    const log: string[] = [];
    const joined = joinTrunks([
      { trunk: trunkDouble("modem", log, ["+1"]).trunk, numbers: ["+1"], lines: 1 },
      { trunk: trunkDouble("sip", log, ["+2"]).trunk, numbers: ["+2", "+4"], lines: 2 },
    ]);
    await joined.answer(["+1", "+2", "+9"], {} as never);
    expect(log).toEqual(["modem answers +1", "sip answers +2"]);
    expect(joined.answered()).toEqual(["+1", "+2"]);
    await joined.close();
    expect(log.slice(2)).toEqual(["modem closed", "sip closed"]);
  });
});

describe("a line of the configuration", () => {
  it("is a modem on a device or behind TCP", () => {
    const number = "+493023125920";
    expect(class1OptionsOf({ kind: "class1", tcp: "[::1]:5801", number, country: "49", dialPrefix: "0," })).toEqual({
      place: { host: "::1", port: 5801 },
      number,
      dial: { prefix: "0,", country: "49" },
    });
    const device = class1OptionsOf({
      kind: "class1",
      device: "/dev/ttyS0",
      baud: 57600,
      number,
      init: ["AT&K3"],
      receive: false,
    });
    expect(device).toMatchObject({ place: { device: "/dev/ttyS0", baud: 57600 }, init: ["AT&K3"], receive: false });
  });

  it("is a SIP trunk that says how we are reached, and registers only when it is told to", async () => {
    const config = await t38ConfigOf({
      kind: "t38",
      host: "127.0.0.1",
      numbers: ["+493023125900"],
      user: "fax",
      password: "geheim",
      udptl: { redundancy: { image: 2 } },
    });
    expect(config).toMatchObject({
      exchange: { host: "127.0.0.1", port: 5060, transport: "udp" },
      bind: "127.0.0.1",
      offers: ["udptl", "audio"],
      register: false,
      credentials: { user: "fax", password: "geheim" },
      udptl: { redundancy: { v21: 3, image: 2 } },
    });
  });
});
