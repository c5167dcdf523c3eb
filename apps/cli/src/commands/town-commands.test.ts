import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble } from "../house.double.ts";
import { ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";

let house: HouseDouble | undefined;
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-cli-"));
});
afterEach(async () => {
  await house?.close();
  fs.rmSync(folder, { recursive: true });
});

async function run(args: string[], answers: Parameters<typeof houseDouble>[0]) {
  house = await houseDouble(answers);
  const io = ioDouble(house.env);
  return { exitCode: await runProgram(args, io), ...io.written };
}

const FAXES = "GET /exchange/machines/%2B493023125001/faxes";
const fax = (n: number, from = "+493023125900") => ({ n, from, remoteId: "Depesche", simAt: 0, pages: n + 1 });

describe("received", () => {
  const three = {
    [FAXES]: { body: { faxes: [fax(7), fax(8, "+493023125002"), fax(9)] } },
    [`${FAXES}/7.tif`]: Buffer.from("II*\0 seven"),
    [`${FAXES}/8.tif`]: Buffer.from("II*\0 eight"),
    [`${FAXES}/9.tif`]: Buffer.from("II*\0 nine"),
  };

  it("writes each fax under a name that sorts by arrival, the newest with the newest time", async () => {
    const out = path.join(folder, "new", "folder");
    const said = await run(["received", "+493023125001", "--out", out], three);
    expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
    const names = fs.readdirSync(out).sort();
    expect(names).toEqual([
      "fax-493023125001-0008-from-493023125900.tif",
      "fax-493023125001-0009-from-493023125002.tif",
      "fax-493023125001-0010-from-493023125900.tif",
    ]);
    const times = names.map((name) => fs.statSync(path.join(out, name)).mtimeMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
    expect(fs.readFileSync(path.join(out, names[1] as string), "latin1")).toBe("II*\0 eight");
    expect(said.out.split("\n")[2]).toContain("10 pages");
  });

  it("--last fetches the newest only, and --json tells the files", async () => {
    const { out } = await run(["received", "+493023125001", "--out", folder, "--last", "--json"], three);
    expect(JSON.parse(out)).toEqual([
      { ...fax(9), file: path.join(folder, "fax-493023125001-0010-from-493023125900.tif") },
    ]);
    expect(fs.readdirSync(folder)).toHaveLength(1);
  });

  it("a machine without a fax has an exit code of its own", async () => {
    expect(
      await run(["received", "+493023125001", "--out", folder], { [FAXES]: { body: { faxes: [] } } }),
    ).toMatchObject({
      exitCode: EXIT.notFound,
      err: "depesche: The machine behind +493023125001 holds no fax.\n",
    });
  });

  it("a place where nothing can be written is named", async () => {
    const file = path.join(folder, "file");
    fs.writeFileSync(file, "");
    const said = await run(["received", "+493023125001", "--out", file], three);
    expect(said).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining(file) });
  });

  it("number and folder must be given", async () => {
    expect(await run(["received"], {})).toMatchObject({ exitCode: EXIT.usage });
    await house?.close();
    expect(await run(["received", "+493023125001"], {})).toMatchObject({
      exitCode: EXIT.usage,
      err: expect.stringContaining("depesche received +493023125001 --out DIR"),
    });
  });
});

describe("trigger fax-in", () => {
  const call = {
    from: "+493023125007",
    to: "+493023125900",
    result: "OK",
    cause: "",
    pages: 2,
    lineUs: 36e6,
    ringUs: 0,
  };
  const CALLS = "POST /exchange/calls";
  const args = ["trigger", "fax-in", "--from", "+493023125007", "--to", "+493023125900"];

  function file(name: string, content: string): string {
    fs.writeFileSync(path.join(folder, name), content, "latin1");
    return path.join(folder, name);
  }

  it("sends a TIFF as it is and says how the call ended", async () => {
    const said = await run([...args, file("a.tif", "II*\0pixels")], { [CALLS]: { status: 201, body: call } });
    expect(said).toEqual({
      exitCode: EXIT.ok,
      out: "Call from +493023125007 to +493023125900: OK, 2 pages in 36 s\n",
      err: "",
    });
    expect(house?.json(CALLS)).toEqual({
      from: "+493023125007",
      to: "+493023125900",
      tiff: Buffer.from("II*\0pixels").toString("base64"),
    });
  });

  it("leaves any other document to the town, with its name", async () => {
    await run([...args, file("letter.pdf", "%PDF-")], { [CALLS]: { status: 201, body: call } });
    expect(house?.json(CALLS)).toMatchObject({ name: "letter.pdf", document: Buffer.from("%PDF-").toString("base64") });
  });

  it("a call that did not end well fails, with its cause", async () => {
    const busy = { ...call, result: "BUSY", cause: "sip-486", pages: 0, lineUs: 0 };
    expect(await run([...args, file("a.tif", "MM\0*")], { [CALLS]: { body: busy } })).toMatchObject({
      exitCode: EXIT.failed,
      out: expect.stringContaining("BUSY (sip-486)"),
    });
  });

  it("what the town refuses is told in its words", async () => {
    const refusal = { status: 400, body: { error: "The document cannot be faxed (broken): no pages" } };
    expect(await run([...args, file("a.pdf", "x")], { [CALLS]: refusal })).toMatchObject({
      exitCode: EXIT.refused,
      err: "depesche: The simulators refused: The document cannot be faxed (broken): no pages\n",
    });
  });

  it.each([[["trigger"]], [["trigger", "earthquake"]], [["trigger", "fax-in"]]])(
    "%o is a usage error",
    async (words) => {
      expect(await run(words, {})).toMatchObject({ exitCode: EXIT.usage });
    },
  );
});
