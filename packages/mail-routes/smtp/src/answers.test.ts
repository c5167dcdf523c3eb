import { describe, expect, it } from "vitest";
import { reportOfFault } from "./answers.ts";
import { messageIdOf } from "./route.ts";

const rcpt = (response: string) =>
  reportOfFault({
    message: "Can't send mail",
    code: "EENVELOPE",
    responseCode: Number(response.slice(0, 3)),
    response,
    command: "RCPT TO",
  });

describe("an answer to RCPT TO", () => {
  it.each([
    ["550 5.1.1 User unknown", "NORING", undefined],
    ["550 User unknown", "NORING", undefined],
    ["551 User not local", "NORING", undefined],
    ["501 Bad recipient address syntax", "NORING", undefined],
    ["553 Mailbox name not allowed", "NORING", undefined],
    ["550-5.1.1 The email account\n550 5.1.1 does not exist", "NORING", undefined],
    ["550 5.2.1 Mailbox disabled", "NORING", undefined],
    ["550 5.7.1 Relaying denied", "SENDFAIL", undefined],
    ["554 5.7.1 Client host blocked", "SENDFAIL", undefined],
    ["552 5.2.2 Mailbox full", "SENDFAIL", undefined],
    ["452 4.2.2 Mailbox full", "SENDFAIL", true],
    ["450 4.2.0 Greylisted", "SENDFAIL", true],
    ["421 4.3.2 Shutting down", "SENDFAIL", true],
    ["503 5.5.1 Bad sequence of commands", "SENDFAIL", true],
  ] as const)("%s is %s (temporary: %s)", (response, outcome, temporary) => {
    const report = rcpt(response);
    expect([report.outcome, report.temporary]).toEqual([outcome, temporary]);
    expect(report.cause.code).toBe(`smtp-${response.slice(0, 3)}`);
    expect(report.cause.text).not.toContain("\n");
  });
});

describe("other faults", () => {
  it("550 after DATA says nothing about the mailbox", () => {
    const fault = { message: "x", code: "EMESSAGE", responseCode: 550, response: "550 Spam", command: "DATA" };
    expect(reportOfFault(fault)).toMatchObject({ outcome: "SENDFAIL" });
    expect(reportOfFault(fault).temporary).toBeUndefined();
  });

  it("a refused login is our own setting and may be mended", () => {
    const fault = { message: "Invalid login", code: "EAUTH", responseCode: 535, response: "535 5.7.8 No" };
    expect(reportOfFault(fault)).toMatchObject({ outcome: "SENDFAIL", temporary: true, cause: { code: "smtp-535" } });
  });

  it.each(["ECONNREFUSED", "ETIMEDOUT", "EDNS", "ESOCKET", "ETLS", undefined])("%s is temporary", (code) => {
    expect(reportOfFault({ message: "connect failed", code })).toMatchObject({ outcome: "SENDFAIL", temporary: true });
  });

  it("an answer of megabytes is cut to a sentence", () => {
    expect(rcpt(`550 ${"x\r\n".repeat(1e6)}`).cause.text.length).toBeLessThanOrEqual(300);
  });
});

it("Message-IDs are stable, well-formed and different for different ids", () => {
  expect(messageIdOf("12-0", "depesche.example")).toBe("<depesche.12-0@depesche.example>");
  const ids = ["1.0", "1-0", "1_2e0", "1 0", "1>0", "ü"].map((id) => messageIdOf(id, "d.example"));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^<[A-Za-z0-9._-]+@d\.example>$/);
});
