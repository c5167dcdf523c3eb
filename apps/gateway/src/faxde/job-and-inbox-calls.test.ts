import { beforeEach, describe, expect, it } from "vitest";
import { callFace, type Parts } from "./caller.double.ts";
import { HouseDouble, NOON } from "./house.double.ts";

let house: HouseDouble;
beforeEach(() => {
  house = new HouseDouble();
});
const call = (operation: string, parts?: Parts, source?: string) => callFace(house, operation, parts, source);

describe("JobStatus", () => {
  const header = '"RECIPIENT","JOBTYPE","RESULT","REMOTEID","PAGES","SENDDATETIME","DURATION","REFID"\r\n';
  const file = (out: Record<string, string>) => Buffer.from(out.StatusFile!, "base64");

  it("tells result, time and station of a job with one recipient, and its row", async () => {
    house.addJob(5, [{ remoteId: "+49 30 23125 000", pages: 2, durationMs: 18_600, reference: 'a "b",ü' }]);
    const answer = await call("JobStatus", { JobId: " 005 " });
    expect(answer.names).toEqual(["SendResult", "SendDateTime", "RemoteId", "StatusFile", "return"]);
    expect(answer.out).toMatchObject({
      return: "0",
      SendResult: "OK",
      SendDateTime: "2026-03-02 11:00:00",
      RemoteId: "+49 30 23125 000",
    });
    expect(file(answer.out).toString()).toBe(
      `${header}"+493023125000","FAX","OK","+49 30 23125 000","2","2026-03-02 11:00:00","19","a ""b"",ü"\r\n`,
    );
  });

  it("says multi and the time of the last sending for several recipients", async () => {
    house.addJob(5, [{}, { outcome: "NORING", sentAt: undefined }, { outcome: "CANCELLED" }]);
    const { out } = await call("JobStatus", { JobId: 5 });
    expect(out).toMatchObject({ return: "0", SendResult: "multi", SendDateTime: "2026-03-02 11:00:05", RemoteId: "" });
    expect(file(out).toString().split("\r\n").slice(1)).toEqual([
      '"+493023125000","FAX","OK","","0","2026-03-02 11:00:00","0",""',
      '"+493023125001","FAX","Call failed","","0","","0",""',
      '"+493023125002","FAX","Canceled","","0","2026-03-02 11:00:00","0",""',
      "",
    ]);
  });

  it.each([
    ["OK", "OK"],
    ["BUSY", "Busy"],
    ["NOANSWER", "No Answer"],
    ["VOICE", "Voice"],
    ["NORING", "Call failed"],
    ["ISDNERR", "Call failed"],
    ["NOSERVICE", "No Service"],
    ["SENDFAIL", "Send-Fail"],
    ["BLACKLIST", "Black-List"],
    ["CANCELLED", "Canceled"],
  ] as const)("calls %s %s", async (outcome, word) => {
    house.addJob(5, [{ outcome }]);
    expect((await call("JobStatus", { JobId: 5 })).out.SendResult).toBe(word);
  });

  it("says no more of a failed SMS than that it failed, unless the number could not even be tried", async () => {
    house.addJob(
      5,
      [
        { outcome: "NORING", attempts: 1 },
        { outcome: "NORING", attempts: 0 },
      ],
      { channel: "sms" },
    );
    const rows = file((await call("JobStatus", { JobId: 5 })).out)
      .toString()
      .split("\r\n");
    expect(rows.slice(1, 3).map((row) => row.split(",")[2])).toEqual(['"Send-Fail"', '"Call failed"']);
  });

  it("leaves the duration of other channels empty and writes windows-1252 for accounts that want it", async () => {
    house.account.statusFileCharset = "windows-1252";
    house.addJob(5, [{ address: "+491713920001", reference: "Grüße €→", durationMs: 5 }], { channel: "sms" });
    const bytes = file((await call("JobStatus", { JobId: 5 })).out);
    expect(bytes.toString("latin1")).toBe(
      `${header}"+491713920001","SMS","OK","","0","2026-03-02 11:00:00","","Grüße \x80?"\r\n`,
    );
  });

  it("streams 12,345 rows in order", async () => {
    house.addJob(
      5,
      Array.from({ length: 12_345 }, (_, i) => ({ reference: `r${i}` })),
    );
    const lines = file((await call("JobStatus", { JobId: 5 })).out)
      .toString()
      .trim()
      .split("\r\n");
    expect(lines).toHaveLength(12_346);
    expect(lines.slice(1).every((row, i) => row.endsWith(`"r${i}"`))).toBe(true);
  });

  it("answers 6 with empty parts while the job runs, and 5 for what is no job of the account", async () => {
    house.addJob(5, [{}], { state: "open" });
    house.addJob(6, [{}], { accountId: 2 });
    expect((await call("JobStatus", { JobId: 5 })).out).toEqual({
      return: "6",
      SendResult: "",
      SendDateTime: "",
      RemoteId: "",
      StatusFile: "",
    });
    for (const JobId of [6, 7, "", "x", "5;", "1e1", "-5", "99999999999999999999"]) {
      expect((await call("JobStatus", { JobId })).out.return).toBe("5");
    }
  });
});

describe("CancelJob", () => {
  it.each([
    [{ found: true, cancelled: 2, inFlight: 0 }, "0"],
    [{ found: true, cancelled: 0, inFlight: 1 }, "0"],
    [{ found: true, cancelled: 0, inFlight: 0 }, "1"],
    [{ found: false, cancelled: 0, inFlight: 0 }, "-1"],
  ])("answers %j with %s", async (result, code) => {
    house.cancelResult = result;
    expect((await call("CancelJob", { JobId: 5 })).out).toEqual({ return: code });
  });

  it("answers -1 to a number that is none", async () => {
    expect((await call("CancelJob", { JobId: "x" })).out.return).toBe("-1");
  });
});

describe("the inbox", () => {
  it("hands out the oldest fax until it is deleted", async () => {
    house.images.set("hash", Uint8Array.of(0x49, 0x49, 0x2a, 0));
    house.faxes.push({
      id: 3,
      accountId: 1,
      receivedAt: NOON,
      originator: "+493023125007",
      called: "+493023125900",
      remoteId: "Büro <1>",
      pages: 2,
      complete: true,
      badLines: 0,
      tiffHash: "hash",
      state: "new",
    });
    for (let i = 0; i < 2; i++) {
      const answer = await call("RequestReceived");
      expect(answer.names).toEqual(["FaxId", "ReceiveDate", "Originator", "RemoteId", "Pages", "FaxImage", "return"]);
      expect(answer.out).toEqual({
        FaxId: "3",
        ReceiveDate: "2026-03-02T11:00:00.000Z",
        Originator: "+493023125007",
        RemoteId: "Büro &lt;1&gt;",
        Pages: "2",
        FaxImage: "SUkqAA==",
        return: "0",
      });
    }
    expect((await call("DeleteReceived", { FaxId: 3 })).out).toEqual({ return: "0" });
    expect((await call("DeleteReceived", { FaxId: 3 })).out).toEqual({ return: "5" });
    expect((await call("DeleteReceived", { FaxId: "x" })).out).toEqual({ return: "5" });
    const empty = await call("RequestReceived");
    expect(empty.out).toMatchObject({ return: "5", FaxId: "0", ReceiveDate: "1899-12-30T00:00:00.000Z", FaxImage: "" });
  });

  it("answers a fault when the image is lost, so that nobody deletes the fax unseen", async () => {
    house.faxes.push({
      id: 3,
      accountId: 1,
      receivedAt: NOON,
      originator: "",
      called: "",
      remoteId: "",
      pages: 1,
      complete: true,
      badLines: 0,
      tiffHash: "gone",
      state: "new",
    });
    const answer = await call("RequestReceived");
    expect(answer.status).toBe(500);
    expect(answer.text).toContain("<faultcode>SOAP-ENV:Server</faultcode>");
    expect(house.faults).toHaveLength(1);
  });
});

describe("logins", () => {
  it.each([
    ["JobStatus", { empty: "1", unknown: "1", wrong: "2", often: "2", trial: "3", locked: "4" }],
    ["CancelJob", { empty: "-2", unknown: "-2", wrong: "-2", often: "-2", trial: "-3", locked: "-3" }],
    ["RequestReceived", { empty: "1", unknown: "1", wrong: "2", often: "2", trial: "3", locked: "4" }],
    ["DeleteReceived", { empty: "1", unknown: "1", wrong: "2", often: "2", trial: "3", locked: "4" }],
  ])("have the codes of %s", async (operation, codes) => {
    const code = async (parts: Record<string, string>, source?: string) =>
      (await call(operation, parts, source)).out.return;
    expect(await code({ Account: "" })).toBe(codes.empty);
    expect(await code({ Account: "9" })).toBe(codes.unknown);
    expect(await code({ Password: "x" })).toBe(codes.wrong);
    expect(await code({}, "192.0.2.66")).toBe(codes.often);
    house.account.trialEndsAt = NOON;
    house.account.trial = true;
    expect(await code({})).toBe(codes.trial);
    house.account.locked = true;
    expect(await code({})).toBe(codes.locked);
  });
});
