import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble, job, recipient } from "../house.double.ts";
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

describe("ladder --exchange", () => {
  const line = { lineUs: 4_500_000, from: "answerer", kind: "frame", name: "CSI", meaning: "who I am", fields: [] };
  const house = {
    "GET /exchange/calls": { body: { calls: [{ id: 3 }, { id: 2 }], onLine: [{ id: 4 }] } },
    "GET /exchange/calls/4/ladder": { body: { lines: [line] } },
    "GET /exchange/calls/4/ladder.pcap": Buffer.from([0xd4, 0xc3, 0xb2, 0xa1]),
  };

  it("shows the latest call of the exchange, or the one of a number, its rows and its capture", async () => {
    expect((await run(["ladder", "--exchange", "last"], house)).out).toMatch(/exchange:4[\s\S]*CSI/);
    expect((await run(["ladder", "--exchange", "4", "--decode", "1"], house)).out).toContain("CSI");
    const pcap = path.join(folder, "call.pcap");
    expect(await run(["ladder", "--exchange", "4", "--pcap", pcap], house)).toMatchObject({ exitCode: EXIT.ok });
    expect(fs.readFileSync(pcap)).toHaveLength(4);
  });

  it("says when there was no call, and what a number of a call looks like", async () => {
    const none = { "GET /exchange/calls": { body: { calls: [], onLine: [] } } };
    expect(await run(["ladder", "--exchange", "last"], none)).toMatchObject({ exitCode: EXIT.notFound });
    expect(await run(["ladder", "--exchange", "seven"], none)).toMatchObject({ exitCode: EXIT.usage });
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
      out:
        "Call from +493023125007 to +493023125900: OK, 2 pages in 36 s\n" +
        "Look: depesche inbox, or the inbox in the dashboard.\n",
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

describe("trigger", () => {
  const sent = (outcome: string) => ({
    "POST /v1/jobs": { status: 201, body: { id: 17, recipients: 1, pages: 1, notices: [] } },
    "GET /v1/jobs/17": { body: job({ outcomes: { [outcome]: 1 } }) },
    "GET /v1/jobs/17/recipients?limit=1": {
      body: { items: [recipient({ outcome, cause: { code: "sip-486", text: "The number is busy." } })] },
    },
  });

  it("busy sends a real fax without redials to the busy number, and says where to look", async () => {
    const said = await run(["trigger", "busy"], sent("BUSY"));
    expect(said.exitCode).toBe(EXIT.ok);
    expect(said.out).toContain("◐ BUSY: The number is busy.");
    expect(said.out).toContain("depesche ladder 17 --decode");
    expect(house?.json("POST /v1/jobs")).toMatchObject({
      channel: "fax",
      recipients: ["+493023125101"],
      options: { busyRedials: 0, repeats: 0 },
    });
  });

  it("another outcome than the one that was wanted is a failure", async () => {
    const said = await run(["trigger", "busy", "--json"], sent("OK"));
    expect(said).toMatchObject({ exitCode: EXIT.failed, err: "" });
    expect(JSON.parse(said.out)).toMatchObject({ event: "busy", asWanted: false, job: { id: 17 } });
  });

  it("sms-reply answers the number that wrote last", async () => {
    const message = { sid: "SM1", direction: "outbound-api", from: "+493023125901", to: "+491713920001", text: "x" };
    const said = await run(["trigger", "sms-reply", "--text", "STOP"], {
      "GET /sms/messages?to=%2B491713920001": { body: { messages: [message] } },
      "POST /sms/messages": { status: 201, body: { ...message, from: message.to, to: message.from, text: "STOP" } },
    });
    expect(said.exitCode).toBe(EXIT.ok);
    expect(house?.json("POST /sms/messages")).toEqual({ from: "+491713920001", to: "+493023125901", text: "STOP" });
    expect(said.out).toContain("21610");
  });

  it("letter-bounce sends the letter and lets the post bring it back", async () => {
    const file = path.join(folder, "a.pdf");
    fs.writeFileSync(file, "%PDF-");
    const RETURNED = "POST /print-shop/letters/17-0/returned";
    const rows = (fields: object) => ({ body: { items: [recipient(fields)] } });
    const said = await run(["trigger", "letter-bounce", file], {
      ...sent("OK"),
      "POST /v1/documents": { status: 201, body: { hash: "ab", bytes: 5 } },
      "GET /v1/jobs/17": { body: job({ channel: "letter" }) },
      "GET /v1/jobs/17/recipients?limit=1": [rows({}), rows({ delivery: "accepted" }), rows({ delivery: "returned" })],
      "GET /print-shop/letters": [
        { body: { letters: [{ id: "17-0", state: "acknowledged" }] } },
        { body: { letters: [{ id: "17-0", state: "handed-over" }] } },
      ],
      "PUT /v1/clock": { body: {} },
      [RETURNED]: { body: {} },
    });
    expect(said).toMatchObject({ exitCode: EXIT.ok, out: expect.stringContaining("✓ OK, returned") });
    expect(house?.asked.some((r) => r.what === RETURNED)).toBe(true);
    expect(house?.json("PUT /v1/clock")).toEqual({ advanceMs: 3_600_000 });
  });

  it("--list names everything that can happen, and a mistyped word is told what is like it", async () => {
    expect((await run(["trigger", "--list"], {})).out.split("\n")).toHaveLength(13);
    await house?.close();
    expect(await run(["trigger", "bussy"], {})).toMatchObject({
      exitCode: EXIT.usage,
      err: expect.stringContaining("Did you mean busy?"),
    });
  });
});
