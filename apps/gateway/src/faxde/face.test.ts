import { gzipSync } from "node:zlib";
import type { IntakeProblem } from "@depesche/ports";
import { INTAKE_PROBLEMS } from "@depesche/ports";
import { beforeEach, describe, expect, it } from "vitest";
import { HouseDouble, NOON } from "./house.double.ts";
import { faxdeFace } from "./index.ts";

let house: HouseDouble;
beforeEach(() => {
  house = new HouseDouble();
});

const URL_ENCODED = "http://gateway.example/xmlws.exe/soap/IntfXMLWS";
const base64 = (text: string) => Buffer.from(text).toString("base64");
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function envelope(operation: string, parts: Record<string, string | number>, namespace = "urn:caller"): string {
  const body = Object.entries({ Account: "1000", Password: "geheim", ...parts });
  const xml = body.map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`).join("");
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><n:${operation} xmlns:n="${namespace}">${xml}</n:${operation}></s:Body></s:Envelope>`;
}

type Body = string | Uint8Array | ReadableStream;

async function post(body: Body, headers: Record<string, string> = {}, url = URL_ENCODED, source = "127.0.0.1") {
  const env = { incoming: { socket: { remoteAddress: source } } };
  const request = new Request(url, {
    method: "POST",
    body,
    headers: { "Content-Type": "text/xml", ...headers },
    duplex: "half",
  });
  return await faxdeFace(house).request(request, undefined, env);
}

/** Out parts in order, and the answer's notices. */
async function call(operation: string, parts: Record<string, string | number> = {}, source?: string) {
  const response = await post(envelope(operation, parts), {}, URL_ENCODED, source);
  const text = await response.text();
  const found = [...text.matchAll(/<(\w+) xsi:type="xsd:\w+">([^<]*)<\/\1>/g)].map((m) => [m[1]!, m[2]!] as const);
  const out: Record<string, string> = Object.fromEntries(found);
  return {
    status: response.status,
    text,
    names: found.map(([name]) => name),
    out,
    notice: response.headers.get("Depesche-Notice"),
  };
}
const sendJob = (parts: Record<string, string | number>) =>
  call("SendJob", { JobType: 0, Recipient: "+493023125001", SendText: "Guten Tag", ...parts });
const codeOf = async (parts: Record<string, string | number>) => Number((await sendJob(parts)).out.return);

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
    } satisfies Record<IntakeProblem, number>);
  });

  it("gives zero values with every refusal, but the first job's number with -77", async () => {
    house.result = { ok: false, problem: "duplicate", detail: "as before", jobId: 12 };
    const answer = await sendJob({});
    expect(answer.out).toEqual({ JobId: "12", RecipientsCount: "0", PageCount: "0", return: "-77" });
    expect(answer.status).toBe(200);
    expect(answer.notice).toBe("duplicate: as before");
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
    expect((await post(body)).status).toBe(200);
    expect(house.submitted[0]?.files).toEqual([
      { name: "a.txt", text: "Hallo" },
      { name: "b.txt", text: "Hallo" },
    ]);
    expect(house.spool.open).toBe(0);
  });
});

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

describe("the wire", () => {
  const status = envelope("JobStatus", { JobId: 1 });

  it.each([
    ["http://gateway.example/xmlws.exe", "encoded"],
    ["http://gateway.example/xmlws.exe?soap/IntfXMLWS", "encoded"],
    [URL_ENCODED, "encoded"],
    ["http://gateway.example/xmlws.exe/soap/literal/IntfXMLWS", "literal"],
    ["http://gateway.example/xmlws.exe/soap/doclit/IntfXMLWS", "doclit"],
  ])("answers at %s in %s", async (url, style) => {
    const text = await (await post(status, {}, url)).text();
    expect(text).toContain(
      {
        encoded: '<return xsi:type="xsd:int">5</return></NS1:',
        literal: "<return>5</return></NS1:",
        doclit: "<NS1:return>5</NS1:return><NS1:SendResult>",
      }[style],
    );
  });

  it("answers in the service's namespace when the call is in none", async () => {
    const text = await (await post(status.replaceAll("n:JobStatus", "JobStatus"))).text();
    expect(text).toContain('xmlns:NS1="urn:XMLWSIntf-IntfXMLWS"');
  });

  it.each(["gzip", "x-gzip", "GZIP"])("unpacks %s", async (encoding) => {
    const response = await post(gzipSync(status), { "Content-Encoding": encoding });
    expect(await response.text()).toContain(">5</return>");
  });

  it.each<[string, () => Body, Record<string, string>, number, string]>([
    ["XML that breaks off", () => status.slice(0, -20), {}, 500, "Client"],
    ["an empty body", () => "", {}, 500, "Client"],
    [
      "SOAP 1.2",
      () => status.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
      {},
      500,
      "VersionMismatch",
    ],
    ["an unknown operation", () => envelope("constructor", {}), {}, 500, "Client"],
    ["a charset that is not kept", () => Buffer.from(status.replace("geheim", "\u00fc"), "latin1"), {}, 500, "Client"],
    ["broken gzip", () => gzipSync(status).subarray(0, 60), { "Content-Encoding": "gzip" }, 500, "Client"],
    ["what only says it is gzip", () => status, { "Content-Encoding": "gzip" }, 500, "Client"],
    ["an unknown Content-Encoding", () => status, { "Content-Encoding": "br" }, 415, "Client"],
    ["attachments", () => status, { "Content-Type": "multipart/related; boundary=x" }, 415, "Client"],
    ["a body over the limit", () => status + " ".repeat(1024 * 1024), {}, 413, "Client"],
    ["a body that says it is over the limit", () => status, { "Content-Length": "1048577" }, 413, "Client"],
    [
      "a body over the limit once unpacked",
      () => gzipSync(status + " ".repeat(50_000_000)),
      { "Content-Encoding": "gzip" },
      413,
      "Client",
    ],
    [
      "gzip without end that holds nothing",
      () => Buffer.concat(Array.from({ length: 60_000 }, () => gzipSync(""))),
      { "Content-Encoding": "gzip" },
      413,
      "Client",
    ],
  ])("refuses %s and keeps no file", async (_what, body, headers, code, fault) => {
    const response = await post(body(), headers);
    const text = await response.text();
    expect(response.status).toBe(code);
    expect(text).toContain(`<faultcode>SOAP-ENV:${fault}</faultcode>`);
    expect(house.spool.open).toBe(0);
    expect(house.faults).toEqual([]);
  });

  it("drops the files of a body that breaks off", async () => {
    const start = envelope("SendJob", { SendFile1: base64("x".repeat(1000)) }).split("</SendFile1>")[0]!;
    let sent = false;
    const body = new ReadableStream({
      pull(controller) {
        if (sent) return controller.error(new Error("connection reset"));
        sent = true;
        controller.enqueue(new TextEncoder().encode(start));
      },
    });
    expect((await post(body)).status).toBe(500);
    expect(house.spool.open).toBe(0);
    expect(house.faults).toEqual([]);
  });

  it("answers a Server fault and tells its keeper when the ledger is away", async () => {
    house.ledgerFault = new Error("connection refused");
    const response = await post(status);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain("<faultcode>SOAP-ENV:Server</faultcode>");
    expect(house.faults).toEqual([house.ledgerFault]);
  });
});

describe("WSDL and page", () => {
  const get = async (path: string, headers: Record<string, string> = {}) =>
    (await faxdeFace(house).request(`http://gateway.example:8080${path}`, { headers })).text();

  it.each([
    ["/xmlws.exe?wsdl/IntfXMLWS", "rpc", "/xmlws.exe/soap/IntfXMLWS"],
    ["/xmlws.exe/wsdl/IntfXMLWS", "rpc", "/xmlws.exe/soap/IntfXMLWS"],
    ["/xmlws.exe?wsdl", "rpc", "/xmlws.exe/soap/IntfXMLWS"],
    ["/xmlws.exe?WSDL", "rpc", "/xmlws.exe/soap/IntfXMLWS"],
    ["/xmlws.exe/soap/IntfXMLWS?wsdl", "rpc", "/xmlws.exe/soap/IntfXMLWS"],
    ["/xmlws.exe?wsdl=literal", "rpc", "/xmlws.exe/soap/literal/IntfXMLWS"],
    ["/xmlws.exe?wsdl=doclit", "document", "/xmlws.exe/soap/doclit/IntfXMLWS"],
    ["/xmlws.exe/soap/doclit/IntfXMLWS?wsdl", "document", "/xmlws.exe/soap/doclit/IntfXMLWS"],
  ])("serves the WSDL at %s", async (path, style, address) => {
    const wsdl = await get(path);
    expect(wsdl).toContain(`<soap:binding style="${style}"`);
    expect(wsdl).toContain(`<soap:address location="http://gateway.example:8080${address}"/>`);
  });

  it("names https when a proxy in front says so, and believes no other scheme", async () => {
    expect(await get("/xmlws.exe?wsdl", { "X-Forwarded-Proto": "https, http" })).toContain(
      'location="https://gateway.example:8080/',
    );
    expect(await get("/xmlws.exe?wsdl", { "X-Forwarded-Proto": "javascript" })).toContain(
      'location="http://gateway.example:8080/',
    );
  });

  it("shows people the five signatures", async () => {
    const page = await get("/xmlws.exe?intf=IntfXMLWS");
    expect(page).toContain("int CancelJob(in  string Account");
    expect(page).toContain("http://gateway.example:8080/xmlws.exe?wsdl=doclit");
  });
});
