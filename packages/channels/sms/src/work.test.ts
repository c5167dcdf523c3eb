import type { AttemptOrder, SmsCarrier, SmsMessage, SmsReport } from "@depesche/ports";
import { describe, expect, it } from "vitest";
import { openSmsWork } from "./work.ts";

const TAKEN: SmsReport = { outcome: "OK", cause: { code: "carrier-accepted", text: "taken" }, carrierId: "SM1" };

function order(change: Partial<AttemptOrder> = {}): AttemptOrder {
  return {
    key: "7.12.1",
    accountId: 1,
    sender: { name: "Demo" },
    address: "+491713920001",
    reference: "",
    content: { text: "Hallo", documents: [] },
    options: {},
    pageCount: 1,
    repeat: false,
    ...change,
  };
}

/** Sends one order through a carrier that answers `answer`; gives the report and what the carrier was handed. */
async function send(given: AttemptOrder, answer: SmsReport = TAKEN, stop = new AbortController()) {
  const submitted: SmsMessage[] = [];
  const carrier: SmsCarrier = {
    async submit(message, signal) {
      submitted.push(message);
      if (answer.cause.code === "interrupted") stop.abort();
      expect(signal).toBe(stop.signal);
      return answer;
    },
    close: async () => {},
  };
  const context = { line: 0, signal: stop.signal, progress: () => {} };
  return { report: await openSmsWork({ carrier }).send(given, context), submitted };
}

describe("the SMS channel", () => {
  it("hands over number, text, attempt key and the true number of parts", async () => {
    const { report, submitted } = await send(order({ content: { text: "€".repeat(153), documents: [] } }));
    expect(submitted).toEqual([{ id: "7.12.1", to: "+491713920001", text: "€".repeat(153), flash: false, parts: 3 }]);
    expect(report).toEqual({ outcome: "OK", cause: TAKEN.cause, pages: 3, carrierId: "SM1" });
  });

  it("hands over sender and flash", async () => {
    const { submitted } = await send(order({ options: { smsFrom: "Praxis Nord", flashSms: true } }));
    expect(submitted[0]).toMatchObject({ from: "Praxis Nord", flash: true });
  });

  it.each(["12345678901234567", "Zwölf", "Zwoelf Buchst", "12 34", ""])("refuses the sender %j", async (smsFrom) => {
    const { report, submitted } = await send(order({ options: { smsFrom } }));
    expect(report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "sms-sender" } });
    expect(report.temporary).toBeUndefined();
    expect(submitted).toEqual([]);
  });

  it("refuses a job without text and one of more than 255 parts", async () => {
    expect((await send(order({ content: { documents: [] } }))).report.cause.code).toBe("sms-empty");
    const long = order({ content: { text: "a".repeat(255 * 153 + 1), documents: [] } });
    expect((await send(long)).report.cause.code).toBe("sms-too-long");
  });

  it("passes a temporary refusal on", async () => {
    const throttled: SmsReport = { outcome: "SENDFAIL", cause: { code: "carrier-20429", text: "t" }, temporary: true };
    expect((await send(order(), throttled)).report).toEqual({ ...throttled });
  });

  it("an attempt cut by our own stop is interrupted; an answer that came in time stands", async () => {
    const cut: SmsReport = { outcome: "SENDFAIL", cause: { code: "interrupted", text: "t" }, temporary: true };
    expect((await send(order(), cut)).report).toMatchObject({ interrupted: true });
    const stop = new AbortController();
    stop.abort();
    expect((await send(order(), TAKEN, stop)).report).not.toHaveProperty("interrupted");
  });

  it("has fifty slots unless told otherwise", () => {
    const carrier: SmsCarrier = { submit: async () => TAKEN, close: async () => {} };
    expect([openSmsWork({ carrier }).slots, openSmsWork({ carrier, slots: 4 }).slots]).toEqual([50, 4]);
  });
});
