// Bad input gets its own return code and loses nothing: FAX.de's list, and what HTTP says before it.

import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { envelope, type SoapParts } from "../house/soap.ts";
import { client, fixture, GATEWAY, postSoap, soap } from "./post-office.ts";

const FAX: SoapParts = { JobType: 0, Recipient: "+493023125001", SendText: "x" };
const pdf = fixture("letter.pdf");
const octets = (text: string) => new Uint8Array(Buffer.from(text));

describe("SendJob answers", () => {
  it.each<[string, SoapParts, string]>([
    ["a wrong password", { ...FAX, Password: "falsch" }, "-1"],
    ["an unknown account", { ...FAX, Account: "9" }, "-2"],
    ["an account that is no number", { ...FAX, Account: "' OR 1=1" }, "-2"],
    ["no account", { ...FAX, Account: "" }, "2"],
    ["a JobType that does not exist", { ...FAX, JobType: 5 }, "4"],
    ["a JobType that is no number", { ...FAX, JobType: "Fax" }, "4"],
    ["no recipient", { ...FAX, Recipient: "" }, "8"],
    ["only commas", { ...FAX, Recipient: ", ,," }, "8"],
    ["an emergency number", { ...FAX, Recipient: "112" }, "-5"],
    ["a 0900 number", { ...FAX, Recipient: "09001234567" }, "45"],
    ["a 0137 number", { ...FAX, Recipient: "01371234567" }, "46"],
    ["directory assistance", { ...FAX, Recipient: "11833" }, "47"],
    ["neither text nor file", { JobType: 0, Recipient: "+493023125001" }, "75"],
    ["a file name without a file", { JobType: 0, Recipient: "+493023125001", SendFilename1: "a.pdf" }, "15"],
    ["a letter without a file", { JobType: 3 }, "15"],
    ["an ending nobody knows", { ...FAX, SendFilename1: "a.xyz", SendFile1: octets("x") }, "-6"],
    ["a text called PDF", { ...FAX, SendFilename1: "a.pdf", SendFile1: octets("Guten Tag") }, "-7"],
    ["a PDF called TIFF", { ...FAX, SendFilename1: "a.tif", SendFile1: pdf }, "-7"],
    ["half a PDF", { ...FAX, SendFilename1: "a.pdf", SendFile1: pdf.subarray(0, 900) }, "-7"],
    ["a recipient file that is none", { JobType: 0, SendText: "x", RecipientFile: octets("\0\x01\x02\xff") }, "-65"],
    ["a recipient file that is not base64", { JobType: 0, SendText: "x", RecipientFile: "%%%" }, "-65"],
    [
      "four pages on trial",
      { ...FAX, Account: "2000", SendFilename1: "a.pdf", SendFile1: pdf, SendFilename2: "b.pdf", SendFile2: pdf },
      "-1309",
    ],
    ["a mail on trial", { ...FAX, Account: "2000", JobType: 2, Recipient: "kunde@ok.example" }, "-8"],
  ])("%s with its code", async (_, parts, code) => {
    const before = (await client.jobs({ limit: 1 })).items[0]?.id;
    const answer = await soap("SendJob", parts);
    expect(answer.return).toBe(code);
    expect(answer).toMatchObject({ JobId: "0", RecipientsCount: "0", PageCount: "0" });
    expect((await client.jobs({ limit: 1 })).items[0]?.id).toBe(before);
  });
});

describe("the other calls answer", () => {
  it.each<[string, SoapParts, string]>([
    ["JobStatus", { Account: "9", JobId: 1 }, "1"],
    ["JobStatus", { Password: "falsch", JobId: 1 }, "2"],
    ["JobStatus", { JobId: 123456789 }, "5"],
    ["JobStatus", { JobId: "viele" }, "5"],
    ["CancelJob", { Password: "falsch", JobId: 1 }, "-2"],
    ["RequestReceived", { Account: "9" }, "1"],
    ["RequestReceived", { Password: "falsch" }, "2"],
    ["DeleteReceived", { Password: "falsch", FaxId: 1 }, "2"],
    ["DeleteReceived", { FaxId: 123456789 }, "5"],
  ])("%s %j with %s", async (method, parts, code) => {
    expect((await soap(method, parts)).return).toBe(code);
  });
});

describe("what is no call at all", () => {
  const faultOf = async (response: Response) => ({ status: response.status, text: await response.text() });

  it.each([
    ["nothing", ""],
    ["text", "Guten Tag"],
    ["half an envelope", envelope("SendJob", FAX).slice(0, 200)],
    ["a DOCTYPE", envelope("SendJob", FAX).replace("?>", '?><!DOCTYPE x [<!ENTITY e "x">]>')],
    ["a call that does not exist", envelope("DropTables", {})],
    ["ten thousand elements deep", `<a>${"<a>".repeat(10_000)}`],
  ])("%s is a fault of the caller", async (_, body) => {
    const fault = await faultOf(await postSoap(body));
    expect(fault.status).toBe(500);
    expect(fault.text).toMatch(/<faultcode>[\w-]*:?Client<\/faultcode>/);
  });

  it("a body that says it is larger than 100 MB is refused before it is sent", async () => {
    const { hostname, port } = new URL(GATEWAY);
    const headers = { "content-type": "text/xml", "content-length": 150 * 1024 * 1024 };
    const sent = request({ hostname, port, method: "POST", path: "/xmlws.exe", headers });
    sent.on("error", () => undefined);
    sent.write("<a>");
    const [response] = await once(sent, "response");
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });

  it("a body that turns out larger than 100 MB is refused on the way", async () => {
    const [head, tail] = envelope("SendJob", { ...FAX, SendFile1: "@" }).split("@") as [string, string];
    const piece = new Uint8Array(1024 * 1024).fill(65);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === 0) controller.enqueue(octets(head));
        if (sent++ < 110) return controller.enqueue(piece);
        controller.enqueue(octets(tail));
        controller.close();
      },
    });
    const status = await postSoap(body).then(
      (response) => response.status,
      // The answer may be cut off by the connection's end, since nobody read the rest.
      () => 413,
    );
    expect(status).toBe(413);
    expect((await soap("JobStatus", { JobId: 123456789 })).return).toBe("5");
  });
});
