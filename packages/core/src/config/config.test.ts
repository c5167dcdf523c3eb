import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openConfigFile } from "./file.ts";
import { CONFIG_SCHEMA, isOutside, readConfig } from "./outside.ts";

const MODEM = { kind: "class1", device: "/dev/ttyUSB0", number: "+493023125920" };

function problems(value: unknown): string[] {
  const read = readConfig(JSON.stringify(value));
  return read.ok ? [] : read.problems;
}

const lines = (...all: unknown[]) => ({ fax: { lines: all } });

describe("depesche.config.json", () => {
  it("takes a modem on a device, one behind TCP, and a SIP trunk", () => {
    const trunk = {
      kind: "t38",
      host: "pbx.example",
      numbers: ["+493023125900"],
      user: "fax",
      password: "geheim",
      register: true,
    };
    const behindTcp = { kind: "class1", tcp: "127.0.0.1:5801", number: "+493023125921", init: ["AT&K3", "ATM0"] };
    const config = lines(MODEM, behindTcp, trunk);
    expect(readConfig(JSON.stringify({ $schema: "x", ...config }))).toEqual({ ok: true, config });
    expect(readConfig("{}")).toEqual({ ok: true, config: {} });
  });

  it("names the path of an unknown key and what was probably meant", () => {
    expect(problems(lines({ ...MODEM, nummer: "+493023125920" }))).toEqual([
      '$.fax.lines[0].nummer is not known here (did you mean "number"?).',
    ]);
    expect(problems({ faks: {} })).toEqual(['$.faks is not known here (did you mean "fax"?).']);
    expect(problems({ "fax lines": 1 })[0]).toContain('$["fax lines"] is not known here');
  });

  it("names a kind that is none, and the one that was meant", () => {
    expect(problems(lines({ kind: "clas1", tcp: "a:1", number: "+493023125920" }))).toEqual([
      '$.fax.lines[0].kind must be "class1" or "t38" (did you mean "class1"?).',
    ]);
  });

  it("says what is missing and what is of the wrong kind", () => {
    expect(problems(lines({ kind: "class1", device: "/dev/ttyS0" }))).toEqual(["$.fax.lines[0].number is missing."]);
    expect(problems({ fax: [] })).toEqual(["$.fax must be an object, not a list."]);
    expect(problems(lines({ ...MODEM, baud: 9600 }))[0]).toBe(
      "$.fax.lines[0].baud must be one of 19200, 38400, 57600, 115200.",
    );
    expect(problems(lines({ ...MODEM, number: "030 23125" }))[0]).toContain('such as "+493023125920"');
  });

  it("wants a modem to have one way in", () => {
    expect(problems(lines({ kind: "class1", number: "+493023125920" }))).toEqual([
      '$.fax.lines[0] needs "device" or "tcp", and not none of them.',
    ]);
    expect(problems(lines({ ...MODEM, tcp: "a:1" }))[0]).toContain("not more than one");
  });

  it("wants nothing twice that can be there once only, and no user without a password", () => {
    expect(problems(lines(MODEM, MODEM))).toEqual(["$.fax.lines[1].device is already taken by $.fax.lines[0].device."]);
    const trunk = { kind: "t38", host: "a", numbers: ["+493023125900"], user: "fax" };
    expect(problems(lines(trunk))).toEqual(['$.fax.lines[0] needs both "user" and "password", or neither.']);
    const accounts = [
      { id: 7, name: "a" },
      { id: 7, name: "b" },
    ];
    expect(problems({ accounts })).toEqual(["$.accounts[1].id is already taken by $.accounts[0].id."]);
  });

  it("wants a port to be one", () => {
    const modem = (tcp: string) => problems(lines({ kind: "class1", tcp, number: "+493023125920" }));
    expect(modem("a:65535")).toEqual([]);
    for (const tcp of ["a:0", "a:65536"])
      expect(modem(tcp)).toEqual(["$.fax.lines[0].tcp must end with a port from 1 to 65535."]);
    const trunk = { kind: "t38", host: "a", outboundProxy: "[::1]:99999", numbers: ["+493023125900"] };
    expect(problems(lines(trunk))).toEqual(["$.fax.lines[0].outboundProxy must end with a port from 1 to 65535."]);
    expect(problems(lines())).toEqual(["$.fax.lines must have at least one entry."]);
  });

  it("takes no key that no Authorization header can carry", () => {
    const account = (apiKey: string) => ({ accounts: [{ id: 7, name: "a", apiKey }] });
    expect(problems(account("a key of your own"))).toEqual([
      '$.accounts[0].apiKey does not have the form it must have, such as "a-key-of-your-own".',
    ]);
    expect(problems(account("schlüssel-der-firma"))[0]).toContain("$.accounts[0].apiKey");
    expect(problems(account("a-key-of-your-own"))).toEqual([]);
  });

  it("says where a file is no JSON", () => {
    const read = readConfig("{,}");
    expect(read.ok ? [] : read.problems[0]).toContain("$ is not JSON");
  });

  it("is a schema that other validators can take: JSON and nothing else", () => {
    expect(JSON.parse(JSON.stringify(CONFIG_SCHEMA))).toEqual(CONFIG_SCHEMA);
  });
});

describe("the configuration file", () => {
  it("is looked for where DEPESCHE_CONFIG says, then in the data folder; without one nothing is outside", () => {
    const folder = mkdtempSync(join(tmpdir(), "depesche-config-"));
    try {
      const none = openConfigFile({ DEPESCHE_DATA: folder });
      expect(none).toEqual({ ok: true, config: {} });
      writeFileSync(join(folder, "depesche.config.json"), JSON.stringify(lines(MODEM)));
      const found = openConfigFile({ DEPESCHE_DATA: folder });
      expect(found).toMatchObject({ ok: true, path: join(folder, "depesche.config.json") });
      expect(found.ok && isOutside(found.config)).toBe(true);
      writeFileSync(join(folder, "other.json"), "{}");
      const named = openConfigFile({ DEPESCHE_CONFIG: join(folder, "other.json"), DEPESCHE_DATA: folder });
      expect(named.ok && isOutside(named.config)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("that is named and not there, or wrong, is an error that names it", () => {
    const missing = openConfigFile({ DEPESCHE_CONFIG: "/nowhere/depesche.json" });
    expect(missing).toEqual({
      ok: false,
      problems: ["The configuration file /nowhere/depesche.json (DEPESCHE_CONFIG) cannot be read: is not there."],
    });
  });
});
