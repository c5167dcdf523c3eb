// Fax: every outcome of the simulated numbers through SOAP, several recipients, lists, cancelling (DESIGN section 8).

import { describe, expect, it } from "vitest";
import { client, finished, fixture, sendJob, soap, statusRows, town } from "./post-office.ts";

const LETTER = { SendFilename1: "letter.pdf", SendFile1: fixture("letter.pdf") };

describe("a fax to a simulated number", () => {
  it.each([
    ["002", "OK"],
    ["102", "Busy"],
    ["202", "No Answer"],
    ["302", "Voice"],
    ["402", "Call failed"],
    ["502", "Call failed"],
    ["602", "No Service"],
    ["702", "Send-Fail"],
    ["802", "OK"],
  ])("+49 30 23125 %s ends %s", async (digits, result) => {
    const job = await sendJob({ Recipient: `+493023125${digits}[Vorgang ${digits}]`, ...LETTER });
    expect(job).toMatchObject({ RecipientsCount: "1", PageCount: "2" });
    const status = await finished(job.JobId);
    expect(status).toMatchObject({ return: "0", SendResult: result });
    expect(statusRows(status)).toEqual([
      expect.objectContaining({ JOBTYPE: "FAX", RESULT: result, REFID: `Vorgang ${digits}` }),
    ]);
  });

  it("REST tells unassigned and broken network apart, which FAX.de does not", async () => {
    const outcomeOf = async (to: string) => {
      const { id } = await client.createJob({ channel: "fax", recipients: [to], text: "Guten Tag" });
      await finished(String(id));
      return (await client.recipients(id)).items[0];
    };
    expect(await outcomeOf("+493023125403")).toMatchObject({ outcome: "NORING", cause: { code: "sip-404" } });
    expect(await outcomeOf("+493023125503")).toMatchObject({
      outcome: "ISDNERR",
      attempts: 1,
      cause: { code: "sip-503" },
    });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("an old machine, +49 30 23125 91%i, takes both pages", async (z) => {
    const number = `+4930231259 1${z}`.replace(" ", "");
    const job = await sendJob({ Recipient: number, ...LETTER });
    expect(await finished(job.JobId)).toMatchObject({ SendResult: "OK", RemoteId: expect.stringContaining(`91${z}`) });
    const { faxes } = await town(`/exchange/machines/${encodeURIComponent(number)}/faxes`);
    expect(faxes.at(-1)).toMatchObject({ pages: 2 });
  });

  it.each([8, 9])("a machine that gives up, +49 30 23125 91%i, is a Send-Fail or no fax at all", async (z) => {
    const job = await sendJob({
      Recipient: `+49302312591${z}`,
      ...LETTER,
      SendFilename2: "more.pdf",
      SendFile2: fixture("letter.pdf"),
    });
    const { SendResult } = await finished(job.JobId);
    expect(["Send-Fail", "Voice"]).toContain(SendResult);
  });
});

describe("a job of several recipients", () => {
  it("is multi, with one row each in the order given", async () => {
    const job = await sendJob({
      Recipient: "+49 30 23125 001[a],+493023125102[b], 030/23125203 [c]",
      SendText: "Guten Tag, Grüße aus dem Postamt",
    });
    expect(job.RecipientsCount).toBe("3");
    const status = await finished(job.JobId);
    expect(status.SendResult).toBe("multi");
    expect(statusRows(status).map((row) => [row.REFID, row.RESULT])).toEqual([
      ["a", "OK"],
      ["b", "Busy"],
      ["c", "No Answer"],
    ]);
  });

  it("comes as a RecipientFile of five hundred lines", async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `+4930231250${String(i % 40).padStart(2, "0")};zeile ${i}\r\n`);
    const job = await sendJob({ RecipientFile: Buffer.from(lines.join("")), SendText: "Rundschreiben" });
    expect(job.RecipientsCount).toBe("500");
    const rows = statusRows(await finished(job.JobId, 80_000));
    expect(rows.map((row) => row.REFID)).toEqual(lines.map((_, i) => `zeile ${i}`));
    expect(rows.every((row) => row.RESULT === "OK")).toBe(true);
  });
});

describe("CancelJob", () => {
  it("ends a job that waits for its date; what was cancelled stays so", async () => {
    const job = await sendJob({
      Recipient: "+493023125001,+493023125002",
      SendText: "Später",
      SendDateTime: nextYear(),
    });
    expect(await soap("JobStatus", { JobId: job.JobId })).toMatchObject({ return: "6", SendResult: "" });
    expect((await soap("CancelJob", { JobId: job.JobId })).return).toBe("0");
    const status = await finished(job.JobId);
    expect(statusRows(status).map((row) => row.RESULT)).toEqual(["Canceled", "Canceled"]);
    expect((await soap("CancelJob", { JobId: job.JobId })).return).toBe("1");
  });

  it("knows neither foreign nor made-up jobs", async () => {
    expect((await soap("CancelJob", { JobId: "99999999" })).return).toBe("-1");
    const job = await sendJob({ Recipient: "+493023125001", SendText: "Meins" });
    expect((await soap("CancelJob", { Account: "2000", JobId: job.JobId })).return).toBe("-1");
    expect((await soap("JobStatus", { Account: "2000", JobId: job.JobId })).return).toBe("5");
  });
});

/** Eleven months ahead of the simulated clock would pass in minutes at 1000x; FAX.de's limit is a year. */
function nextYear(): string {
  return new Date(Date.now() + 330 * 86_400_000).toISOString();
}
