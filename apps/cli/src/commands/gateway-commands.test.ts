import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT, OUTCOME_EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble, job, problem, recipient } from "../house.double.ts";
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

const ACCEPTED = { status: 201, body: { id: 17, recipients: 1, pages: 2, notices: ["One recipient stood twice."] } };
const HASH = "ab".repeat(32);
const UPLOADED = { status: 201, body: { hash: HASH, bytes: 5 } };
const rows = (...items: object[]) => ({ body: { items } });

function file(name: string, content: string): string {
  const at = path.join(folder, name);
  fs.writeFileSync(at, content);
  return at;
}

describe("send", () => {
  it("uploads the document and hands the job in with the demo key", async () => {
    const pdf = file("letter.pdf", "%PDF-");
    const said = await run(["send", "fax", "+493023125001", "+493023125002[b]", pdf], {
      "POST /v1/documents": UPLOADED,
      "POST /v1/jobs": ACCEPTED,
    });
    expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
    expect(said.out).toBe("Job 17 accepted: 1 recipient, 2 pages or parts each.\n  One recipient stood twice.\n");
    expect(house?.asked[0]?.body.toString()).toBe("%PDF-");
    expect(house?.asked[0]?.key).toBe("Bearer demo-key");
    expect(house?.json("POST /v1/jobs")).toEqual({
      channel: "fax",
      recipients: [{ address: "+493023125001" }, { address: "+493023125002", reference: "b" }],
      documents: [{ name: "letter.pdf", hash: HASH }],
    });
  });

  it("reads the document from standard input at -, which is no number", async () => {
    const { stdin } = process;
    Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from("%PDF-")]), configurable: true });
    try {
      const said = await run(["send", "fax", "+493023125001", "-"], {
        "POST /v1/documents": UPLOADED,
        "POST /v1/jobs": ACCEPTED,
      });
      expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
      expect(house?.json("POST /v1/jobs")).toMatchObject({ documents: [{ name: "stdin", hash: HASH }] });
    } finally {
      Object.defineProperty(process, "stdin", { value: stdin, configurable: true });
    }
  });

  it("takes recipients from a list, a subject, a time on the simulated clock and another key", async () => {
    const list = file("list.csv", "kunde@ok.example,7\n");
    const args = ["send", "mail", "--list", list, "--text", "Hallo", "--subject", "Wichtig", "--at", "+2h"];
    await run([...args, "--key", "other"], {
      "POST /v1/jobs": ACCEPTED,
      "GET /v1/clock": { body: { now: "2030-01-01T00:00:00.000Z" } },
    });
    expect(house?.json("POST /v1/jobs")).toEqual({
      channel: "mail",
      recipients: [{ address: "kunde@ok.example", reference: "7" }],
      documents: [],
      text: "Hallo",
      options: { subject: "Wichtig" },
      sendAt: "2030-01-01T02:00:00.000Z",
    });
    expect(house?.asked.at(-1)?.key).toBe("Bearer other");
  });

  it("a letter has no recipients of its own", async () => {
    await run(["send", "letter", file("a.pdf", "%PDF-")], {
      "POST /v1/documents": UPLOADED,
      "POST /v1/jobs": ACCEPTED,
    });
    expect(house?.json("POST /v1/jobs")).toEqual({ channel: "letter", documents: [{ name: "a.pdf", hash: HASH }] });
  });

  it("watches until every outcome stands, and its exit code tells them", async () => {
    const answers = {
      "POST /v1/jobs": ACCEPTED,
      "GET /v1/jobs/17": [
        { body: job({ state: "open", final: 0, outcomes: {} }) },
        { body: job({ outcomes: { BUSY: 1 } }) },
      ],
      "GET /v1/lines": {
        body: { items: [{ line: 3, state: "sending", attempt: "17.0.1", page: 1, pages: 2, rateBps: 14400 }] },
      },
      "GET /v1/jobs/17/recipients?limit=20": rows(
        recipient({
          outcome: "BUSY",
          pages: 0,
          durationMs: 0,
          cause: { code: "sip-486", text: "The number is busy." },
        }),
      ),
    };
    const said = await run(["send", "fax", "+493023125101", "--text", "x", "--watch"], answers);
    expect(said.exitCode).toBe(OUTCOME_EXIT.BUSY);
    expect(said.err).toBe("0/1 sending page 1 of 2, 14400 bit/s\n1/1 1 BUSY\n");
    expect(said.out).toContain("Job 17, fax: done");
    expect(said.out).toMatch(/0 {2}\+493023125001 {2}BUSY .*The number is busy\./);
    expect(said.out).toContain("depesche ladder 17 shows the call.");
  });

  it("with --json there is one document on stdout and nothing else anywhere", async () => {
    const said = await run(["send", "sms", "+491713920001", "--text", "x", "--watch", "--json"], {
      "POST /v1/jobs": ACCEPTED,
      "GET /v1/jobs/17": { body: job({ channel: "sms" }) },
      "GET /v1/jobs/17/recipients?limit=1000": rows(recipient()),
    });
    expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
    expect(JSON.parse(said.out)).toMatchObject({ id: 17, state: "done", recipients: [{ outcome: "OK" }] });
  });

  it.each([
    [["send"], "What is to be sent?"],
    [["send", "telex", "x"], '"telex" is no channel'],
    [["send", "fax", "letter.pdf"], "A fax needs a number"],
    [["send", "fax", "+493023125001"], "A fax needs a document or --text."],
    [["send", "sms", "+491713920001", "letter.pdf", "--text", "x"], "An SMS takes no file"],
    [["send", "sms", "+491713920001,+491713920002", "--text", "x"], "Each recipient is a word of its own"],
    [["send", "fax", "+49", "30", "23125", "001", "a.pdf"], '"+49" is too short for a number.'],
    [["send", "letter"], "A letter needs a document"],
    [["send", "fax", "+493023125001", "nowhere.pdf"], "nowhere.pdf cannot be read: no such file or folder."],
    [["send", "sms", "+491713920001", "--text", "x", "--at", "soon"], "--at takes a time like"],
  ])("%o is a usage error that says what to do", async (args, text) => {
    const said = await run(args);
    expect(said.exitCode).toBe(EXIT.usage);
    expect(said.err).toContain(text);
    expect(house?.asked).toEqual([]);
  });

  it("an empty file is not sent", async () => {
    const said = await run(["send", "fax", "+493023125001", file("empty.pdf", "")]);
    expect(said).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining("is empty") });
  });

  it("what the gateway refuses is told with its reason, code and place", async () => {
    const refusal = {
      ...problem(400, "invalid", "The request is not valid."),
      errors: [{ at: "options.subject", message: "too long" }],
    };
    const said = await run(["send", "mail", "a@ok.example", "--text", "x"], {
      "POST /v1/jobs": { status: 400, body: refusal },
    });
    expect(said).toEqual({
      exitCode: EXIT.refused,
      out: "",
      err: "depesche: The gateway refused: The request is not valid. (invalid)\n  options.subject: too long\n",
    });
  });
});

describe("status", () => {
  it.each([
    [job(), EXIT.ok],
    [job({ outcomes: { OK: 1, BUSY: 1 }, total: 2, final: 2 }), OUTCOME_EXIT.BUSY],
    [job({ outcomes: { OK: 1, BUSY: 1, VOICE: 1 }, total: 3, final: 3 }), EXIT.failed],
    // A refused recipient is not among those counted, but nobody got anything.
    [job({ outcomes: { OK: 1, NORING: 1 }, total: 2, final: 2, counted: 1 }), OUTCOME_EXIT.NORING],
    [job({ state: "open", final: 0, outcomes: {} }), EXIT.running],
    [job({ state: "open", final: 1, total: 2, outcomes: { OK: 1 } }), EXIT.running],
    [job({ outcomes: { CANCELLED: 1 }, cancelled: true }), OUTCOME_EXIT.CANCELLED],
  ])("of %o exits with %i", async (one, exitCode) => {
    const said = await run(["status", "17"], {
      "GET /v1/jobs/17": { body: one },
      "GET /v1/jobs/17/recipients?limit=50": rows(recipient()),
    });
    expect(said.exitCode).toBe(exitCode);
  });

  it("speaks German where the environment does, and outcomes keep their words", async () => {
    const answers = {
      "GET /v1/jobs/17": { body: job({ total: 60, final: 60, outcomes: { BUSY: 3, OK: 57 } }) },
      "GET /v1/jobs/17/recipients?limit=50": rows(recipient({ repeated: true })),
    };
    const { out } = await run(["status", "17"], answers, { LANG: "de_DE.UTF-8" });
    expect(out).toContain("Auftrag 17, Fax: erledigt");
    expect(out).toContain("57 OK, 3 BUSY");
    expect(out).toContain("ging vielleicht zweimal hinaus");
    expect(out).toContain("und 59 weitere; --all zeigt sie");
  });

  it("with --json holds all recipients, page after page", async () => {
    const { out } = await run(["status", "17", "--json"], {
      "GET /v1/jobs/17": { body: job({ total: 2, outcomes: { OK: 2 } }) },
      "GET /v1/jobs/17/recipients?limit=1000": { body: { items: [recipient()], next: "1" } },
      "GET /v1/jobs/17/recipients?limit=1000&cursor=1": rows(recipient({ n: 1 })),
    });
    expect(JSON.parse(out)).toMatchObject({ id: 17, recipients: [{ n: 0 }, { n: 1 }] });
  });

  it("what others wrote cannot command the terminal", async () => {
    const { out } = await run(["status", "17"], {
      "GET /v1/jobs/17": { body: job({ title: "\x1b]0;x\x07evil" }) },
      "GET /v1/jobs/17/recipients?limit=50": rows(recipient({ remoteId: "\x1b[31mX" })),
    });
    expect(out).not.toContain("\x1b");
    expect(out).toContain("evil");
  });

  it("a job that is not there is an exit code of its own, a word that is no job a usage error", async () => {
    const gone = { "GET /v1/jobs/17": { status: 404, body: problem(404, "not-found", "There is no such job.") } };
    expect(await run(["status", "17"], gone)).toEqual({
      exitCode: EXIT.notFound,
      out: "",
      err: "depesche: There is no such job.\n",
    });
    await house?.close();
    expect(await run(["status", "seventeen"])).toMatchObject({ exitCode: EXIT.usage });
  });

  it("a wrong key says where the right one goes", async () => {
    const wrong = { "GET /v1/jobs/17": { status: 401, body: problem(401, "unauthorized", "This key is not known.") } };
    expect(await run(["status", "17", "--key", "x"], wrong)).toMatchObject({
      exitCode: EXIT.refused,
      err: expect.stringContaining("--key or DEPESCHE_API_KEY"),
    });
  });

  it("an answer that is no JSON is a fault, said in a sentence", async () => {
    const said = await run(["status", "17"], { "GET /v1/jobs/17": Buffer.from("<html>") });
    expect(said.exitCode).toBe(EXIT.fault);
    expect(said.err).not.toContain("    at ");
  });
});

it("cancel tells what was stopped and what is still on the line", async () => {
  const said = await run(["cancel", "17"], { "POST /v1/jobs/17/cancel": { body: { cancelled: 5, inFlight: 1 } } });
  expect(said).toEqual({
    exitCode: EXIT.ok,
    out: "Job 17: 5 recipients cancelled.\n  1 attempt is under way; the outcome follows.\n",
    err: "",
  });
});

describe("ladder", () => {
  it("of a fax that came in is read by its number in the inbox", async () => {
    const { exitCode, out } = await run(["ladder", "inbox:3", "--json"], {
      "GET /v1/inbound/3/ladder": { body: { lines: [] } },
    });
    expect(exitCode).toBe(EXIT.ok);
    expect(JSON.parse(out)).toEqual({ inbox: "inbox:3", lines: [] });
  });

  const attempts = { "GET /v1/jobs/17/recipients/0/attempts": rows({ key: "17.0.1" }, { key: "17.0.2" }) };
  const lines = [{ lineUs: 0, from: "caller", kind: "sip", name: "INVITE", meaning: "call", fields: [] }];

  it("of a job is that of the last attempt of its first recipient", async () => {
    const { exitCode, out } = await run(["ladder", "17"], {
      ...attempts,
      "GET /v1/attempts/17.0.2/ladder": { body: { lines } },
    });
    expect(exitCode).toBe(EXIT.ok);
    expect(out).toContain("Call 17.0.2");
    expect(out).toContain("INVITE");
  });

  it("of an attempt is asked for by its name, and goes into a capture file", async () => {
    const pcap = path.join(folder, "call.pcap");
    const { exitCode } = await run(["ladder", "17.3.1", "--pcap", pcap], {
      "GET /v1/attempts/17.3.1/ladder.pcap": Buffer.from([0xd4, 0xc3, 0xb2, 0xa1]),
    });
    expect(exitCode).toBe(EXIT.ok);
    expect([...fs.readFileSync(pcap)]).toEqual([0xd4, 0xc3, 0xb2, 0xa1]);
  });

  it("without any attempt there is none, and a word that names no call is a usage error", async () => {
    const none = { "GET /v1/jobs/17/recipients/0/attempts": rows() };
    expect(await run(["ladder", "17"], none)).toMatchObject({ exitCode: EXIT.notFound });
    await house?.close();
    expect(await run(["ladder", "17.0.0"])).toMatchObject({ exitCode: EXIT.usage });
  });
});
