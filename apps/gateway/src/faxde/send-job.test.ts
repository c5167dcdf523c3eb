import { INTAKE_PROBLEMS, type IntakeProblem } from "@depesche/ports";
import { beforeEach, describe, expect, it } from "vitest";
import { base64, callFace, envelope, type Parts, post } from "./caller.double.ts";
import { HouseDouble, NOON } from "./house.double.ts";

let house: HouseDouble;
beforeEach(() => {
  house = new HouseDouble();
});
const call = (operation: string, parts?: Parts, source?: string) => callFace(house, operation, parts, source);
const sendJob = (parts: Parts) =>
  call("SendJob", { JobType: 0, Recipient: "+493023125001", SendText: "Guten Tag", ...parts });
const codeOf = async (parts: Parts) => Number((await sendJob(parts)).out.return);

describe("SendJob", () => {
  it("hands the whole request to the intake and answers with all parts in WSDL order", async () => {
    const answer = await sendJob({
      Recipient: "+493023125001[ref 1],030/23125-002",
      SendText: "Zeile 1\r\nZeile 2 & <Ende>",
      SendFilename1: "brief.pdf",
      SendFile1: base64("%PDF"),
      SendFilename2: "",
      SendFile2: "",
      SendFilename3: "bild.tif",
      SendFile3: base64("II*"),
      SendeDateTime: "2026-03-03T08:00:00+01:00",
      Options: "STATIONID=Büro;FAXRETRY=2",
    });
    expect(answer.names).toEqual(["JobId", "RecipientsCount", "PageCount", "return"]);
    expect(answer.out).toEqual({ JobId: "17", RecipientsCount: "1", PageCount: "3", return: "0" });
    expect(answer.text).toContain('<NS1:SendJobResponse xmlns:NS1="urn:caller">');
    expect(house.submitted).toEqual([
      {
        account: house.account,
        channel: "fax",
        recipients: [
          { address: "+493023125001", reference: "ref 1" },
          { address: "030/23125-002", reference: "" },
        ],
        text: "Zeile 1\nZeile 2 & <Ende>",
        files: [
          { name: "brief.pdf", text: "%PDF" },
          { name: "bild.tif", text: "II*" },
        ],
        options: { stationId: "Buero", busyRedials: 2 },
        sendAt: NOON + 20 * 3600 * 1000,
        face: "faxde",
      },
    ]);
    expect(house.spool.open).toBe(0);
  });

  it.each([
    ["0", "fax", undefined],
    [" 01 ", "sms", undefined],
    ["2", "mail", undefined],
    ["3", "letter", undefined],
    ["4", "letter", true],
  ])("takes JobType %s as %s", async (JobType, channel, colour) => {
    await sendJob({ JobType });
    expect(house.submitted[0]).toMatchObject({ channel, options: colour ? { colour } : {} });
  });

  it("leaves the address of a letter to its page and keeps its reference", async () => {
    await sendJob({ JobType: 3, Recipient: "+493023125001" });
    await sendJob({ JobType: 3, Recipient: "[Vorgang 7]" });
    expect(house.submitted.map((s) => s.recipients)).toEqual([[], [{ address: "", reference: "Vorgang 7" }]]);
  });

  it("takes a recipient file instead of Recipient", async () => {
    await sendJob({ RecipientFile: base64("Nummer;Referenz\r\n+493023125001;a\r\n+493023125002;b\r\n") });
    expect(house.submitted[0]?.recipients).toEqual([
      { address: "+493023125001", reference: "a" },
      { address: "+493023125002", reference: "b" },
    ]);
    expect(house.spool.open).toBe(0);
  });

  it("names the account's faults in the order of the documentation's codes", async () => {
    expect(await codeOf({ Account: " ", Password: "x", JobType: 99 })).toBe(2);
    expect(await codeOf({ Account: "9", Password: "x", JobType: 99 })).toBe(-2);
    expect(await codeOf({ Password: "x", JobType: 99 })).toBe(-1);
    house.account.locked = true;
    house.account.trial = true;
    house.account.trialEndsAt = NOON;
    expect(await codeOf({ JobType: 99 })).toBe(1);
    house.account.locked = false;
    expect(await codeOf({ JobType: 99 })).toBe(3);
    house.account.trialEndsAt = NOON + 1;
    expect(await codeOf({ JobType: 99 })).toBe(4);
    house.account.channels = ["sms"];
    expect(await codeOf({ JobType: 0, RecipientFile: "*" })).toBe(-8);
    house.account.channels = ["fax"];
    expect(await codeOf({ JobType: 0, RecipientFile: "*", SendFile1: "*" })).toBe(-65);
    expect(await codeOf({ JobType: 0, SendFilename1: "a.pdf", SendFile1: "*" })).toBe(-7);
    expect(house.submitted).toEqual([]);
    expect(house.spool.open).toBe(0);
  });

  it.each(["", "x", "5", "-1", "0x0", "1.0", "99999999999"])("refuses JobType %j with 4", async (JobType) => {
    expect(await codeOf({ JobType })).toBe(4);
  });

  it("answers -8 to QSign until it is built, and 1 to a client that failed too often", async () => {
    expect(await codeOf({ JobType: 8 })).toBe(-8);
    expect((await call("SendJob", { JobType: 0 }, "192.0.2.66")).out.return).toBe("1");
  });

  it("gives every problem of the intake a code of the documentation", async () => {
    const codes: Record<string, number> = {};
    for (const problem of INTAKE_PROBLEMS) {
      house.result = { ok: false, problem, detail: "so it is" };
      codes[problem] = await codeOf({});
    }
    expect(codes).toEqual({
      "account-locked": 1,
      "trial-over": 3,
      "channel-not-released": -8,
      "mass-not-released": -8,
      "foreign-not-released": -8,
      "no-recipient": 8,
      "bad-recipient": 8,
      "recipient-blocked": -5,
      "recipient-blacklisted": 9,
      "premium-0900": 45,
      "premium-0137": 46,
      "premium-service": 47,
      "nothing-to-send": 75,
      "file-missing": 15,
      "file-empty": -3,
      "format-not-supported": -6,
      "not-what-its-name-says": -7,
      "document-broken": -7,
      "document-encrypted": -14,
      "document-too-large": -14,
      "conversion-failed": 58,
      "letter-faulty": -7,
      "text-too-long": -14,
      "trial-too-many-pages": -1309,
      "no-credit": 2,
      duplicate: -77,
      "idempotency-conflict": -4,
      "store-down": -4,
      busy: -4,
    } satisfies Record<IntakeProblem, number>);
  });

  it("gives zero values with every refusal, but the first job's number with -77", async () => {
    house.result = { ok: false, problem: "duplicate", detail: "as before", jobId: 12 };
    const answer = await sendJob({});
    expect(answer.out).toEqual({ JobId: "12", RecipientsCount: "0", PageCount: "0", return: "-77" });
    expect(answer.status).toBe(200);
    expect(answer.notice).toBe("duplicate: as before");
  });

  it("tells the first of many notices only, so that the answer's headers stay small enough to be read", async () => {
    const answer = await sendJob({ Options: "x;".repeat(500) });
    expect(answer.out.return).toBe("0");
    expect(answer.notice).toMatch(/^The option X is not known.*There are 491 more notices\.$/);
    expect(answer.notice!.length).toBeLessThan(5000);
  });

  it("tells a letter without credit by 7 and a file without good recipients by -65", async () => {
    house.result = { ok: false, problem: "no-credit", detail: "" };
    expect(await codeOf({ JobType: 3 })).toBe(7);
    house.result = { ok: false, problem: "bad-recipient", detail: "" };
    expect(await codeOf({ RecipientFile: base64("12\n") })).toBe(-65);
    expect(await codeOf({ RecipientFile: base64("Nummer;Referenz\n\n") })).toBe(-65);
  });

  it("tells a named file that is left out from one that is empty", async () => {
    await sendJob({ SendFilename1: "a.pdf" });
    await sendJob({ SendFilename1: "a.pdf", SendFile1: "" });
    expect(house.submitted.map((s) => s.files)).toEqual([
      [{ name: "a.pdf", text: undefined }],
      [{ name: "a.pdf", text: "" }],
    ]);
    expect(house.spool.open).toBe(0);
  });

  it("answers -4 and accepts nothing when the disk is full, the ledger away or the intake failing", async () => {
    house.spool.room = 2;
    expect(await codeOf({ SendFilename1: "a.txt", SendFile1: base64("Hallo") })).toBe(-4);
    expect(house.submitted).toEqual([]);
    expect(house.spool.open).toBe(0);
    house.ledgerFault = new Error("connection refused");
    expect(await codeOf({})).toBe(-4);
    house.ledgerFault = undefined;
    house.result = new Error("commit failed");
    expect(await codeOf({})).toBe(-4);
    expect(house.faults).toHaveLength(2);
  });

  it.each<[string, Parts]>([
    ["SendDateTime", { SendDateTime: "2999-01-01T00:00:00Z", SendeDateTime: "" }],
    ["SendeDateTime", { SendDateTime: " ", SendeDateTime: "2999-01-01T00:00:00Z" }],
  ])("does not send now what is dated in %s when the other spelling is there and empty", async (_name, parts) => {
    await sendJob(parts);
    expect(house.submitted[0]?.sendAt).toBeGreaterThan(NOON);
  });

  it("refuses a SendDateTime that is no date, in either spelling, by a fault", async () => {
    for (const name of ["SendDateTime", "SendeDateTime"]) {
      const answer = await sendJob({ [name]: "morgen" });
      expect(answer.status).toBe(500);
      expect(answer.text).toContain("<faultcode>SOAP-ENV:Client</faultcode>");
    }
    expect(house.submitted).toEqual([]);
  });

  it("gives two parts that share one multiref value a file each", async () => {
    const body = envelope("SendJob", {
      JobType: 0,
      Recipient: "+493023125001",
      SendFilename1: "a.txt",
      SendFilename2: "b.txt",
    })
      .replace("</n:SendJob>", '<SendFile1 href="#_1"/><SendFile2 href="#_1"/></n:SendJob>')
      .replace("</s:Body>", `<id id="_1">${base64("Hallo")}</id></s:Body>`);
    expect((await post(house, body)).status).toBe(200);
    expect(house.submitted[0]?.files).toEqual([
      { name: "a.txt", text: "Hallo" },
      { name: "b.txt", text: "Hallo" },
    ]);
    expect(house.spool.open).toBe(0);
  });
});
