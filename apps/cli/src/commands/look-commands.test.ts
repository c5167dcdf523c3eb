import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble, problem } from "../house.double.ts";
import { ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";

let house: HouseDouble | undefined;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-cli-"));
});
afterEach(async () => {
  await house?.close();
  house = undefined;
  fs.rmSync(folder, { recursive: true });
});

async function run(args: string[], answers: Parameters<typeof houseDouble>[0] = {}, env: Record<string, string> = {}) {
  house = await houseDouble(answers);
  const io = ioDouble({ ...house.env, ...env });
  const exitCode = await runProgram(args, io);
  return { exitCode, ...io.written };
}

const IDLE = { line: 0, state: "idle" };
const BUSY = {
  line: 1,
  state: "sending",
  attempt: "17.0.1",
  address: "+493023125001",
  page: 1,
  pages: 2,
  rateBps: 9600,
};

describe("lines", () => {
  it("are a table with state in words, the other end and the page", async () => {
    const { out } = await run(["lines"], { "GET /v1/lines": { body: { items: [IDLE, BUSY] } } });
    expect(out).toContain("1 of 2 lines busy: 1 sending\n");
    expect(out).toMatch(/1 {2}→ sending +17\.0\.1 +\+493023125001 +1\/2 +9600 bit\/s/);
  });

  it("--watch elsewhere than on a terminal counts once a second, until Ctrl-C", async () => {
    house = await houseDouble({ "GET /v1/lines": { body: { items: [IDLE, BUSY] } } });
    const io = ioDouble(house.env);
    const { pause } = io;
    let pauses = 0;
    io.pause = async (ms) => {
      if (++pauses === 3) io.interrupt();
      await pause(ms);
    };
    expect(await runProgram(["lines", "--watch"], io)).toBe(EXIT.ok);
    expect(io.written.out).toBe("1 of 2 lines busy: 1 sending\n".repeat(3));
    expect(io.monotonic()).toBe(3_000);
  });

  it("--watch on a terminal draws over what it drew", async () => {
    house = await houseDouble({ "GET /v1/lines": { body: { items: [IDLE, BUSY] } } });
    const io = ioDouble({ ...house.env, NO_COLOR: "1" }, { columns: 100 });
    const { pause } = io;
    let pauses = 0;
    io.pause = async (ms) => {
      if (++pauses === 2) io.interrupt();
      await pause(ms);
    };
    await runProgram(["lines", "--watch"], io);
    expect(io.written.out.split("\x1b[4A")).toHaveLength(2);
  });
});

const FAX = {
  id: 3,
  receivedAt: "2026-11-22T12:00:00.000Z",
  originator: "+493023125007",
  called: "+493023125900",
  remoteId: "\x1b[31mX",
  pages: 2,
  complete: false,
  state: "new",
};

describe("inbox", () => {
  it("lists what came in, and what a sender wrote cannot command the terminal", async () => {
    const { out } = await run(["inbox"], { "GET /v1/inbound?limit=50": { body: { items: [FAX] } } });
    expect(out).toMatch(/3 {2}new +22 Nov 2026, 13:00:00 {2}\+493023125007 {2}\+493023125900 {2}2, broken off/);
    expect(out).not.toContain("\x1b");
  });

  it("fetches files whole, under the fax's number", async () => {
    const out = path.join(folder, "new");
    const said = await run(["inbox", "fetch", "3", "--out", out], {
      "GET /v1/inbound/3": { body: FAX },
      "GET /v1/inbound/3.tif": Buffer.from("II*\0"),
    });
    expect(said.exitCode).toBe(EXIT.ok);
    expect(fs.readdirSync(out)).toEqual(["inbox-3.tif"]);
    expect(fs.readFileSync(path.join(out, "inbox-3.tif"), "latin1")).toBe("II*\0");
  });

  it("makes no folder for a fax that is not there", async () => {
    const out = path.join(folder, "new");
    const gone = { "GET /v1/inbound/3": { status: 404, body: problem(404, "not-found", "There is no such fax.") } };
    expect(await run(["inbox", "fetch", "3", "--out", out], gone)).toMatchObject({ exitCode: EXIT.notFound });
    expect(fs.existsSync(out)).toBe(false);
  });

  it("deletes one after the other", async () => {
    const said = await run(["inbox", "delete", "3", "4"], {
      "DELETE /v1/inbound/3": { body: {} },
      "DELETE /v1/inbound/4": { body: {} },
    });
    expect(said.out).toBe("Fax 3 deleted.\nFax 4 deleted.\n");
  });

  it.each([
    [["inbox", "fech", "3"], "Did you mean fetch?"],
    [["inbox", "fetch"], "Which fax?"],
    [["inbox", "fetch", "3"], "Where to? depesche inbox fetch 3 --out DIR"],
    [["inbox", "delete", "x"], '"x" is no number'],
    [["inbox", "fetch", "3", "--out", "x", "--format", "png"], "--format takes one of tif, pdf"],
  ])("%o is a usage error that says what to do", async (args, text) => {
    expect(await run(args)).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining(text) });
    expect(house?.asked).toEqual([]);
  });
});

describe("check", () => {
  const letter = new URL("../../../../test/fixtures/letter.pdf", import.meta.url).pathname;

  it("finds address, zone, sheets, envelope and postage of a good letter, without any gateway", async () => {
    const { exitCode, out } = await run(["check", letter]);
    expect(exitCode).toBe(EXIT.ok);
    expect(out).toContain("✓");
    expect(out).toContain("12345 Musterhausen");
    expect(out).toContain("recipient zone below the DV zone");
    expect(out).toMatch(/sheets +1, printed on both sides/);
    expect(out).toMatch(/postage +Standardbrief, 0\.95 EUR/);
    expect(house?.asked).toEqual([]);
  });

  it("on one side it takes more sheets and more grams", async () => {
    const { out } = await run(["check", letter, "--simplex", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ ok: true, pages: 2, sheets: 2, gram: 14.48, zone: "dv", postageCent: 95 });
  });

  it("what cannot be sent fails, with number and page of each finding, in German where it is spoken", async () => {
    const file = path.join(folder, "note.txt");
    fs.writeFileSync(file, "Nur ein Text\n");
    const { exitCode, out } = await run(["check", file], {}, { LANG: "de_DE" });
    expect(exitCode).toBe(EXIT.failed);
    expect(out).toContain("✗ Fehler 2001, Seite 1");
    expect(out).toContain("steht keine Anschrift");
  });

  it("a file that lies about its type is named", async () => {
    const file = path.join(folder, "note.pdf");
    fs.writeFileSync(file, "Nur ein Text\n");
    expect(await run(["check", file])).toMatchObject({
      exitCode: EXIT.failed,
      err: expect.stringContaining("cannot be made into a letter"),
    });
  });
});
