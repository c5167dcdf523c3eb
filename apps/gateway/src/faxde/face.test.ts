import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { type Body, base64, envelope, post, URL_ENCODED } from "./caller.double.ts";
import { HouseDouble } from "./house.double.ts";
import { faxdeFace } from "./index.ts";

let house: HouseDouble;
beforeEach(() => {
  house = new HouseDouble();
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
    const text = await (await post(house, status, { url })).text();
    expect(text).toContain(
      {
        encoded: '<return xsi:type="xsd:int">5</return></NS1:',
        literal: "<return>5</return></NS1:",
        doclit: "<NS1:return>5</NS1:return><NS1:SendResult>",
      }[style],
    );
  });

  it("answers in the service's namespace when the call is in none", async () => {
    const text = await (await post(house, status.replaceAll("n:JobStatus", "JobStatus"))).text();
    expect(text).toContain('xmlns:NS1="urn:XMLWSIntf-IntfXMLWS"');
  });

  it.each(["gzip", "x-gzip", "GZIP"])("unpacks %s", async (encoding) => {
    const response = await post(house, gzipSync(status), { headers: { "Content-Encoding": encoding } });
    expect(await response.text()).toContain(">5</return>");
  });

  it.each(["utf-8", '"utf-8"', "'UTF-8'"])("reads the charset written %s", async (charset) => {
    const response = await post(house, status, { headers: { "Content-Type": `text/xml; charset=${charset}` } });
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
      () => Buffer.concat(new Array<Buffer>(60_000).fill(gzipSync(""))),
      { "Content-Encoding": "gzip" },
      413,
      "Client",
    ],
  ])("refuses %s and keeps no file", async (_what, body, headers, code, fault) => {
    const response = await post(house, body(), { headers });
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
    expect((await post(house, body)).status).toBe(500);
    expect(house.spool.open).toBe(0);
    expect(house.faults).toEqual([]);
  });

  it("answers a Server fault and tells its keeper when the ledger is away", async () => {
    house.ledgerFault = new Error("connection refused");
    const response = await post(house, status);
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
