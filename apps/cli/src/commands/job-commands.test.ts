import { afterEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { type HouseDouble, houseDouble, job, problem } from "../house.double.ts";
import { ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";

let house: HouseDouble | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

async function run(args: string[], answers: Parameters<typeof houseDouble>[0] = {}, env: Record<string, string> = {}) {
  house = await houseDouble(answers);
  const io = ioDouble({ ...house.env, ...env });
  const exitCode = await runProgram(args, io);
  return { exitCode, ...io.written };
}

const asked = () => house?.asked.map((r) => r.what);

describe("pause and resume", () => {
  it("say of a job that is done that nothing of it waits", async () => {
    const said = await run(["pause", "17"], { "POST /v1/jobs/17/pause": { body: job({ paused: true }) } });
    expect(said.out).toBe("Job 17 is done: every recipient is final, so nothing of it waits or goes on.\n");
  });

  it("hold a job and tell how much of it is left", async () => {
    const held = job({ state: "open", paused: true, final: 3, total: 10 });
    const said = await run(["pause", "17"], { "POST /v1/jobs/17/pause": { body: held } });
    expect(said).toMatchObject({ exitCode: EXIT.ok, err: "" });
    expect(said.out).toContain("Job 17 is paused; 7 of 10 recipients are not final.");
  });

  it("let it go on, in German where the environment speaks it", async () => {
    const answers = { "POST /v1/jobs/17/resume": { body: job({ state: "open", final: 3, total: 10 }) } };
    const { out } = await run(["resume", "17"], answers, { LANG: "de_DE.UTF-8" });
    expect(out).toBe("Auftrag 17 läuft weiter; 7 von 10 Empfängern stehen noch aus.\n");
  });
});

describe("jobs", () => {
  it("are a table, the latest first, of those asked for", async () => {
    const said = await run(["jobs", "--state", "open", "--channel", "fax"], {
      "GET /v1/jobs?limit=20&state=open&channel=fax": {
        body: { items: [job({ state: "open", paused: true, final: 2, total: 5, outcomes: { OK: 1, BUSY: 1 } })] },
      },
    });
    expect(said.exitCode).toBe(EXIT.ok);
    expect(said.out).toMatch(/17 {2}fax +paused +2\/5 +.* 1 OK, 1 BUSY +letter\.pdf/);
  });

  it("beyond one page of the API are read page after page, up to the limit", async () => {
    const { out } = await run(["jobs", "--limit", "1001", "--json"], {
      "GET /v1/jobs?limit=1000": { body: { items: Array.from({ length: 1000 }, () => job()), next: "x" } },
      "GET /v1/jobs?limit=1&cursor=x": { body: { items: [job({ id: 16 })], next: "y" } },
    });
    expect(JSON.parse(out)).toHaveLength(1001);
  });

  it.each([
    [["jobs", "--state", "half"], '--state takes one of open, done, not "half".'],
    [["jobs", "--limit", "0"], "--limit must be a whole number from 1 to 100000"],
    [["jobs", "17"], "takes no words"],
  ])("%o is a usage error", async (args, text) => {
    expect(await run(args)).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining(text) });
  });
});

const GROUP = {
  channel: "fax",
  outcome: "BUSY",
  cause: { code: "sip-486", text: "The number is busy." },
  count: 12,
  jobs: 3,
  oldestAt: "2026-11-22T10:00:00.000Z",
  latestAt: "2026-11-22T11:00:00.000Z",
};

describe("failures", () => {
  it("are groups with count, cause and the cause in words", async () => {
    const said = await run(["failures", "--where", "channel=fax"], {
      "GET /v1/failures/groups?channel=fax": { body: { items: [GROUP] } },
    });
    expect(said.exitCode).toBe(EXIT.ok);
    expect(said.out).toMatch(/12 {2}fax +◐ BUSY +sip-486 +3 {2}.*The number is busy\./);
  });

  it("tell their cause in German where it is spoken", async () => {
    const groups = { "GET /v1/failures/groups": { body: { items: [GROUP] } } };
    const said = await run(["failures"], groups, { LANG: "de_DE.UTF-8" });
    expect(said.out).toContain("Der Anschluss ist besetzt.");
    expect(said.out).not.toContain("The number is busy.");
  });

  it("one by one name recipient and cause", async () => {
    const one = { ...GROUP, job: 17, n: 4, address: "+493023125101", reference: "", attempts: 4, at: GROUP.latestAt };
    const said = await run(["failures", "--each"], { "GET /v1/failures?limit=50": { body: { items: [one] } } });
    expect(said.out).toMatch(/17\.4 {2}\+493023125101 {2}◐ BUSY {2}4 attempts/);
  });
});

describe("again", () => {
  const WHERE = "outcome=BUSY and to=+4930";
  const GROUPS = "GET /v1/failures/groups?outcome=BUSY&address=%2B4930";
  const groups = { [GROUPS]: { body: { items: [GROUP] } } };

  it("with --dry shows groups and count, and sends nothing", async () => {
    const said = await run(["again", "--where", WHERE, "--dry"], {
      ...groups,
      "POST /v1/again": { body: { recipients: 12, sources: 3, jobs: [] } },
    });
    expect(said.out).toContain("12 recipients out of 3 jobs");
    expect(said.out).toContain("Nothing was sent");
    expect(asked()).toEqual([GROUPS, "POST /v1/again"]);
    expect(house?.json("POST /v1/again")).toEqual({ where: { outcome: "BUSY", address: "+4930" }, dryRun: true });
  });

  it("without it counts first, then sends, and names the new jobs", async () => {
    const said = await run(["again", "--where", WHERE], {
      ...groups,
      "POST /v1/again": [
        { body: { recipients: 12, sources: 3, jobs: [] } },
        { body: { recipients: 12, sources: 3, jobs: [21, 22, 23] } },
      ],
    });
    expect(said.exitCode).toBe(EXIT.ok);
    expect(said.out).toContain("12 recipients are sent again as 3 jobs: 21, 22, 23");
    expect(house?.json("POST /v1/again")).toEqual({ where: { outcome: "BUSY", address: "+4930" } });
  });

  it("sends nothing when nothing is chosen", async () => {
    const said = await run(["again", "--where", WHERE], {
      [GROUPS]: { body: { items: [] } },
      "POST /v1/again": { body: { recipients: 0, sources: 0, jobs: [] } },
    });
    expect(said.out).toBe("There is nothing to send again.\n");
    expect(asked()).toHaveLength(2);
  });

  it("of one job resends that job", async () => {
    const said = await run(["again", "17"], { "POST /v1/jobs/17/resend": { body: { recipients: 2, id: 30 } } });
    expect(said.out).toBe("2 recipients are sent again as 1 job: 30\ndepesche status 30 tells how it goes.\n");
  });

  it("shows where an expression is wrong", async () => {
    const said = await run(["again", "--where", "outcome=BUSI"]);
    expect(said).toEqual({
      exitCode: EXIT.usage,
      out: "",
      err:
        'depesche: --where, character 9: "BUSI" is no outcome. Did you mean BUSY? Known: OK, BUSY, NOANSWER, VOICE, ' +
        "NORING, ISDNERR, NOSERVICE, SENDFAIL, BLACKLIST, CANCELLED.\n  outcome=BUSI\n          ^\n",
    });
    expect(asked()).toEqual([]);
  });

  it("needs a job or an expression, and not both", async () => {
    expect(await run(["again"])).toMatchObject({ exitCode: EXIT.usage });
    await house?.close();
    expect(await run(["again", "17", "--where", WHERE])).toMatchObject({ exitCode: EXIT.usage });
  });

  it("tells what a gateway answers that has no dead letters to give", async () => {
    const none = {
      "GET /v1/failures/groups?job=17": { status: 404, body: problem(404, "not-found", "Nothing here.") },
    };
    expect(await run(["again", "--where", "job=17"], none)).toMatchObject({
      exitCode: EXIT.notFound,
      err: "depesche: Nothing here.\n",
    });
  });
});
