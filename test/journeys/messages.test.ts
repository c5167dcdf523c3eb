// SMS, mail and letters from SendJob to the carrier's end, with what is told after the outcome.

import { describe, expect, it } from "vitest";
import {
  client,
  eventually,
  finished,
  fixture,
  GATEWAY,
  sendJob,
  statusRows,
  tellTown,
  town,
  townFile,
} from "./post-office.ts";

const sms = (to: string, text: string) => sendJob({ JobType: 1, Recipient: to, SendText: text });
const delivery = async (job: string) => (await client.recipients(Number(job))).items[0]?.delivery;

describe("SMS", () => {
  it.each([
    ["160 letters are one part", "a".repeat(160), "1", "gsm"],
    ["161 letters are two", "a".repeat(161), "2", "gsm"],
    ["153 euro signs are three: an escape is never torn", "€".repeat(153), "3", "gsm"],
    ["70 Cyrillic letters are one", "ж".repeat(70), "1", "ucs2"],
    ["71 Cyrillic letters are two", "ж".repeat(71), "2", "ucs2"],
    ["67 surrogate pairs are three: a pair is never torn", "😀".repeat(67), "3", "ucs2"],
  ])("%s", async (_, text, parts, encoding) => {
    const job = await sms("+491713920003", text);
    expect(job.PageCount).toBe(parts);
    expect((await finished(job.JobId)).SendResult).toBe("OK");
    const { messages } = await town("/sms/messages?to=%2B491713920003&limit=1");
    expect(messages[0]).toMatchObject({ text, parts: Number(parts), encoding });
  });

  it("a signed receipt makes it delivered, or undelivered, beside the outcome", async () => {
    const good = await sms("+491713920001", "Ihr Rezept liegt bereit");
    const lost = await sms("+491713920051", "Kommt nie an");
    expect((await finished(good.JobId)).SendResult).toBe("OK");
    expect((await finished(lost.JobId)).SendResult).toBe("OK");
    await eventually(
      () => delivery(good.JobId),
      (state) => state === "delivered",
    );
    await eventually(
      () => delivery(lost.JobId),
      (state) => state === "undelivered",
    );
    expect((await finished(lost.JobId)).SendResult).toBe("OK");
  });

  it("a receipt with a wrong signature changes nothing", async () => {
    const job = await sms("+491713920082", "Spät zugestellt");
    await finished(job.JobId);
    const form = new URLSearchParams({
      MessageSid: `SM${"0".repeat(32)}`,
      MessageStatus: "undelivered",
      ErrorCode: "30003",
    });
    const url = `${GATEWAY}/callbacks/twilio?attempt=${job.JobId}.0.1`;
    const answer = await fetch(url, { method: "POST", body: form, headers: { "x-twilio-signature": "AAAA" } });
    expect(answer.status).toBe(403);
    expect(await delivery(job.JobId)).not.toBe("undelivered");
  });

  it.each([
    ["+491713920060", "rejected", "Send-Fail"],
    ["+491713920061", "a subscriber who has opted out", "Black-List"],
    ["+491713920090", "an unknown subscriber", "Send-Fail"],
  ])("%s, %s, ends %s", async (to, _, result) => {
    expect((await finished((await sms(to, "Guten Tag")).JobId)).SendResult).toBe(result);
  });

  it("a throttled one is sent again, and arrives once", async () => {
    const text = `Später noch einmal, ${Date.now()}`;
    const job = await sms("+491713920071", text);
    expect((await finished(job.JobId)).SendResult).toBe("OK");
    expect((await client.attempts(Number(job.JobId), 0)).items.length).toBeGreaterThan(1);
    const { messages } = await town("/sms/messages?to=%2B491713920071");
    expect(messages.filter((m: { text: string }) => m.text === text)).toHaveLength(1);
  });
});

describe("mail", () => {
  it("arrives with its text and its attachment, octet for octet", async () => {
    const text = `Guten Tag,\n\nanbei der Brief. ${Date.now()}`;
    const job = await sendJob({
      JobType: 2,
      Recipient: "kunde@ok.example[K-7]",
      SendText: text,
      SendFilename1: "Brief für Sie.pdf",
      SendFile1: fixture("letter.pdf"),
    });
    const status = await finished(job.JobId);
    expect(statusRows(status)).toMatchObject([{ JOBTYPE: "Mail", RESULT: "OK", REFID: "K-7" }]);
    const { messages } = await town("/mail/messages?to=kunde@ok.example&limit=1");
    expect(messages[0].text.replaceAll("\r\n", "\n")).toContain(text);
    expect(JSON.stringify(messages[0].attachments)).toContain("Brief für Sie.pdf");
    const raw = Buffer.from(await townFile(`/mail/messages/${messages[0].id}/raw`)).toString("latin1");
    const attached = Buffer.from(fixture("letter.pdf")).toString("base64");
    expect(raw.replaceAll("\r\n", "")).toContain(attached);
  });

  it("a mailbox that is not there refuses it, a greylisting server gets it again", async () => {
    const bounced = await sendJob({ JobType: 2, Recipient: "bounce@ok.example", SendText: "Niemand da" });
    const later = await sendJob({ JobType: 2, Recipient: "later@ok.example", SendText: `Später ${Date.now()}` });
    expect((await finished(bounced.JobId)).SendResult).not.toBe("OK");
    expect((await client.recipients(Number(bounced.JobId))).items).toMatchObject([{ cause: { code: "smtp-550" } }]);
    expect((await finished(later.JobId)).SendResult).toBe("OK");
  });
});

describe("a letter", () => {
  it.each([
    [3, false],
    [4, true],
  ])("JobType %i is found its address, acknowledged, printed and handed over", async (JobType, colour) => {
    const job = await sendJob({ JobType, SendFilename1: "letter.pdf", SendFile1: fixture("letter.pdf") });
    expect(job).toMatchObject({ RecipientsCount: "1", PageCount: "2" });
    const status = await finished(job.JobId);
    expect(statusRows(status)).toMatchObject([{ JOBTYPE: "Brief", RESULT: "OK", PAGES: "2" }]);
    expect((await client.job(Number(job.JobId))).letter?.address).toEqual([
      "Beispiel & Söhne KG",
      "Frau Erika Beispiel",
      "Lange Straße 12",
      "12345 Musterhausen",
    ]);
    const { letters } = await town("/print-shop/letters");
    const mine = letters.find((letter: { id: string }) => letter.id.startsWith(`${job.JobId}-`));
    expect(mine).toMatchObject({ colour, pages: 2, address: expect.arrayContaining(["12345 Musterhausen"]) });
    const pdf = await townFile(`/print-shop/letters/${mine.id}.pdf`);
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe("%PDF-");
    await eventually(
      () => delivery(job.JobId),
      (state) => state === "handed-over",
      80_000,
    );
  });

  it("without an address in the window is refused, and says why over REST", async () => {
    const refused = client.createJob({
      channel: "letter",
      documents: [{ name: "two-pages.tif", base64: Buffer.from(fixture("two-pages.tif")).toString("base64") }],
    });
    await expect(refused).rejects.toMatchObject({ status: expect.any(Number), problem: { code: expect.any(String) } });
  });
});

it("numbers of the scenario behave as the scenario says", async () => {
  const before = await town("/scenario");
  const numbers = {
    ...before.numbers,
    "+493023199777": { call: { kind: "busy" } },
    "+491719999777": { sms: "undelivered" },
  };
  await tellTown("PUT", "/scenario", { numbers });
  const fax = await sendJob({ Recipient: "+493023199777", SendText: "Wer da?", Options: "FAXRETRY=0" });
  expect((await finished(fax.JobId)).SendResult).toBe("Busy");
  const lost = await sms("+491719999777", "Wer da?");
  await eventually(
    () => delivery(lost.JobId),
    (state) => state === "undelivered",
  );
  await tellTown("PUT", "/scenario", before);
});
