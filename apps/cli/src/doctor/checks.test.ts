import { once } from "node:events";
import * as fs from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { readSettings, type Settings } from "@depesche/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeDataFolder } from "../data-lock.ts";
import { type HouseDouble, houseDouble } from "../house.double.ts";
import { examine, type Finding, nodeFinding } from "./checks.ts";

/** The servers live in this very process: when it is away, they do not answer either. */
const PATIENCE_MS = 15_000;

let folder: string;
let house: HouseDouble | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-doctor-"));
});
afterEach(async () => {
  await house?.close();
  house = undefined;
  fs.rmSync(folder, { recursive: true });
});

async function findings(env: Record<string, string> = {}, programs: string[] = []): Promise<Map<string, Finding>> {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  for (const name of programs) fs.writeFileSync(path.join(bin, name), "");
  const read = readSettings({ DEPESCHE_DATA: path.join(folder, "data"), ...env });
  if (!read.ok) throw new Error(read.problems.join());
  const settings: Settings = read.settings;
  const all = await examine({ settings, nodeVersion: "20.19.0", env: { PATH: bin }, patienceMs: PATIENCE_MS });
  return new Map(all.map((f) => [f.check, f]));
}

it.each([
  ["20.19.0", "ok"],
  ["24.1.0", "ok"],
  ["20.18.9", "wrong"],
  ["18.20.0", "wrong"],
])("Node %s is %s", (version, state) => {
  expect(nodeFinding(version).state).toBe(state);
});

describe("the doctor", () => {
  it("finds the database that npm ships and a data folder that can be made", async () => {
    const found = await findings();
    expect(found.get("database")).toMatchObject({ state: "ok", key: "doctor.postgres.ok" });
    expect(found.get("data")).toMatchObject({ state: "ok", key: "doctor.data.new" });
  });

  it("knows all modems of its own exchange, not only the first", async () => {
    const last = createServer().listen(0, "127.0.0.1");
    await once(last, "listening");
    try {
      const modem = (last.address() as AddressInfo).port - 9;
      house = await houseDouble({ "GET /health": { body: { ok: true, ports: { modem } } } });
      const env = { DEPESCHE_SIM_PORT: house.env.DEPESCHE_PORT as string, DEPESCHE_MODEM_PORT: String(modem) };
      const found = await findings(env);
      expect(found.get("port:DEPESCHE_MODEM_PORT")).toMatchObject({ state: "ok", key: "doctor.port.ours" });
    } finally {
      last.close();
    }
  });

  it("knows its own house from strangers on a port", async () => {
    house = await houseDouble({ "GET /health": { body: { ok: true, parts: {} } } });
    const ours = house.env.DEPESCHE_PORT as string;
    const found = await findings({ DEPESCHE_PORT: ours, DEPESCHE_SMTP_PORT: ours });
    expect(found.get("port:DEPESCHE_PORT")).toMatchObject({ state: "ok", key: "doctor.port.ours" });
    await house.close();
    house = await houseDouble({ "GET /health": { body: { status: "up" } } });
    fs.rmSync(path.join(folder, "bin"), { recursive: true });
    const strange = await findings({ DEPESCHE_PORT: house.env.DEPESCHE_PORT as string });
    expect(strange.get("port:DEPESCHE_PORT")).toMatchObject({
      state: "wrong",
      key: "doctor.port.taken",
      values: { variable: "DEPESCHE_PORT" },
    });
  });

  it("says who holds the data folder", async () => {
    const held = takeDataFolder(path.join(folder, "data"));
    const found = await findings();
    held.release();
    expect(found.get("data")).toMatchObject({ key: "doctor.data.owned", values: { pid: process.pid } });
  });

  it("asks outside servers whether they are there", async () => {
    house = await houseDouble({});
    const found = await findings({
      DATABASE_URL: `postgresql://u:p@127.0.0.1:${house.env.DEPESCHE_PORT}/d`,
      REDIS_URL: "redis://127.0.0.1:9",
    });
    expect(found.get("database")).toMatchObject({ state: "ok", key: "doctor.server.ok" });
    expect(found.get("redis")).toMatchObject({
      state: "wrong",
      values: { variable: "REDIS_URL", place: "127.0.0.1:9" },
    });
  });

  it("tells optional programs that are there from those that are absent, with their packages", async () => {
    const found = await findings({}, ["gs"]);
    expect(found.get("program:gs")?.state).toBe("ok");
    expect(found.get("program:tesseract")).toMatchObject({
      state: "absent",
      values: { debian: "tesseract-ocr tesseract-ocr-deu" },
    });
  });
});
