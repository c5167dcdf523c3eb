import { describe, expect, it, vi } from "vitest";
import { createSoapReader, type SoapReaderOptions, type SoapResult } from "./index.ts";

// Bodies of 10 MB and more are nothing but work: 15 s with eight busy neighbours on one core.
vi.setConfig({ testTimeout: 60_000 });

const BINARY = new Set(["RecipientFile", "SendFile1", "SendFile2", "SendFile3"]);
const utf8 = (text: string) => new TextEncoder().encode(text);

interface Read {
  result: SoapResult;
  /** Content of binaries by number, as text. */
  binaries: string[];
}

function readBytes(chunks: Iterable<Uint8Array>, options: Partial<SoapReaderOptions> = {}): Read {
  const binaries: string[] = [];
  const reader = createSoapReader({
    binaryParts: BINARY,
    onBinaryChunk: (n, bytes) => {
      binaries[n] = (binaries[n] ?? "") + String.fromCharCode(...bytes);
    },
    ...options,
  });
  for (const chunk of chunks) if (reader.write(chunk)) break;
  return { result: reader.end(), binaries };
}
const read = (text: string, options?: Partial<SoapReaderOptions>) => readBytes([utf8(text)], options);

const ENVELOPE = 'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"';
const envelope = (body: string, header = "") =>
  `<SOAP-ENV:Envelope ${ENVELOPE}>${header}<SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
const call = (parts: string, beside = "") => envelope(`<n:SendJob xmlns:n="urn:x">${parts}</n:SendJob>${beside}`);

function problemOf(read: Read): string {
  return read.result.ok ? `read ${read.result.operation}` : read.result.problem;
}
function part(read: Read, name: string) {
  if (!read.result.ok) throw new Error(read.result.detail);
  return read.result.parts.get(name);
}

const PHP = `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="urn:XMLWSIntf-IntfXMLWS" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body><ns1:SendJob><Account xsi:type="xsd:string">1000</Account><Password xsi:type="xsd:string">a&amp;b &lt;c&gt; &#228;</Password><JobType xsi:type="xsd:int">0</JobType><Recipient xsi:type="xsd:string">+493023125001[ä1]</Recipient><RecipientFile xsi:nil="true"/><SendText xsi:type="xsd:string"></SendText><SendFilename1 xsi:type="xsd:string">a.txt</SendFilename1><SendFile1 xsi:type="xsd:base64Binary">SGFsbG8g
V2VsdA==</SendFile1></ns1:SendJob></SOAP-ENV:Body></SOAP-ENV:Envelope>
`;

describe("the reader on what clients send", () => {
  it("reads PHP SoapClient's rpc/encoded call", () => {
    const seen = read(PHP);
    expect(seen.result).toMatchObject({
      ok: true,
      operation: "SendJob",
      namespace: "urn:XMLWSIntf-IntfXMLWS",
      encoded: true,
    });
    expect(part(seen, "Password")).toEqual({ kind: "text", text: "a&b <c> ä" });
    expect(part(seen, "Recipient")).toEqual({ kind: "text", text: "+493023125001[ä1]" });
    expect(part(seen, "RecipientFile")).toEqual({ kind: "nil" });
    expect(part(seen, "SendText")).toEqual({ kind: "text", text: "" });
    expect(part(seen, "SendFile1")).toEqual({ kind: "binary", binary: 0, bytes: 10 });
    expect(part(seen, "Options")).toBeUndefined();
    expect(seen.binaries).toEqual(["Hallo Welt"]);
  });

  it("reads zeep's call without xsi:type and encodingStyle", () => {
    const seen = read(`<?xml version='1.0' encoding='utf-8'?>
<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"><soap-env:Body><ns0:CancelJob xmlns:ns0="urn:XMLWSIntf-IntfXMLWS"><Account>1000</Account><Password>geheim</Password><JobId>17</JobId></ns0:CancelJob></soap-env:Body></soap-env:Envelope>`);
    expect(seen.result).toMatchObject({ operation: "CancelJob", encoded: false });
    expect(part(seen, "JobId")).toEqual({ kind: "text", text: "17" });
  });

  it("resolves gSOAP's multiref parts, binary ones too, to elements after the call", () => {
    const seen = read(
      envelope(
        `<ns1:SendJob xmlns:ns1="urn:x"><Account>1000</Account><SendText href="#_3"/><SendFile1 href="#_1"/><SendFile2 href="#_2"/><SendFile3 href="#_1"/></ns1:SendJob>
<id xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="_1" xsi:type="SOAP-ENC:base64">SGFsbG8=</id><id id="_2"></id><id id="_3">Guten Tag</id>`,
      ),
    );
    expect(part(seen, "SendText")).toEqual({ kind: "text", text: "Guten Tag" });
    expect(part(seen, "SendFile1")).toEqual({ kind: "binary", binary: 0, bytes: 5 });
    expect(part(seen, "SendFile2")).toEqual({ kind: "binary", binary: 1, bytes: 0 });
    expect(part(seen, "SendFile3")).toEqual({ kind: "binary", binary: 0, bytes: 5 });
    expect(seen.binaries).toEqual(["Hallo"]);
  });

  it("reads SOAP::Lite's texts, which come as base64 as soon as they hold an umlaut", () => {
    const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
    const typed = (type: string, content: string) => call(`<SendText ${xsi} xsi:type="${type}">${content}</SendText>`);
    const text = (document: string) => part(read(document), "SendText");
    const greeting = { kind: "text", text: "Grüße €" };
    expect(text(typed("xsd:base64Binary", "R3LDvMOf\nZSDigqw="))).toEqual(greeting);
    expect(text(typed("SOAP-ENC:base64", "R3L832UggA=="))).toEqual(greeting);
    expect(text(call('<SendText href="#t"/>', `<m id="t" ${xsi} xsi:type="c:base64">R3L832UggA==</m>`))).toEqual(
      greeting,
    );
    expect(text(typed("xsd:string", "R3L832UggA=="))).toEqual({ kind: "text", text: "R3L832UggA==" });
    expect(text(typed("xsd:base64Binary", "Grüße €"))).toEqual(greeting);
    expect(problemOf(read(typed("xsd:base64Binary", "AAAA")))).toBe("bad-character");
  });

  it("finds a binary value that stands before the part that refers to it", () => {
    const seen = read(
      envelope(
        `<id id="a" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/" e:root="0">SGFsbG8=</id><SendJob><SendFile1 href="#a"/></SendJob>`,
      ),
    );
    expect(part(seen, "SendFile1")).toEqual({ kind: "binary", binary: 0, bytes: 5 });
    expect(seen.binaries).toEqual(["Hallo"]);
  });

  it("reads .NET's document/literal call, whose parts are in the namespace", () => {
    const seen = read(
      `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body><JobStatus xmlns="urn:XMLWSIntf-IntfXMLWS"><Account>1000</Account><Password xsi:nil="true" /><JobId> 017 </JobId></JobStatus></soap:Body></soap:Envelope>`,
    );
    expect(seen.result).toMatchObject({ operation: "JobStatus", namespace: "urn:XMLWSIntf-IntfXMLWS" });
    expect(part(seen, "Password")).toEqual({ kind: "nil" });
    expect(part(seen, "JobId")).toEqual({ kind: "text", text: " 017 " });
  });

  it.each([
    ["CDATA", "<SendFile1><![CDATA[SGFs]]>bG8=</SendFile1>"],
    ["a comment inside", "<SendFile1>SGFs<!-- > half time -->bG8=</SendFile1>"],
    ["character references", "<SendFile1>SGF&#115;bG8&#x3D;</SendFile1>"],
    ["a > in an attribute", `<SendFile1 note="a>b">SGFsbG8=</SendFile1>`],
    ["blanks and line ends", "<SendFile1>\r\n SG Fs\tbG8=\n</SendFile1>"],
    ["no padding", "<SendFile1>SGFsbG8</SendFile1>"],
  ])("decodes a binary part with %s", (_what, xml) => {
    const seen = read(call(xml));
    expect(part(seen, "SendFile1")).toEqual({ kind: "binary", binary: 0, bytes: 5 });
    expect(seen.binaries).toEqual(["Hallo"]);
  });

  it.each([
    ["SGFs*bG8=", "base64-character", 4],
    ["SGFs&lt;bG8=", "base64-character", 4],
    ["SGFsbG8=QQ==", "base64-after-padding", 8],
    ["SGFsb", "base64-length", 5],
    ["=", "base64-length", 0],
    ["SGäFs", "base64-character", 2],
  ])("names what is wrong with the base64 %s and reads on", (text, problem, at) => {
    const seen = read(call(`<SendFile1>${text}</SendFile1><Account>1</Account>`));
    expect(part(seen, "SendFile1")).toMatchObject({ kind: "binary", problem: { problem, at } });
    expect(part(seen, "Account")).toEqual({ kind: "text", text: "1" });
  });

  it("gives the same result wherever the body is cut in two, and byte by byte", () => {
    const bytes = utf8(PHP.replace("V2VsdA", "V2<!--x-->Vs&#100;A"));
    const whole = readBytes([bytes]);
    expect(part(whole, "SendFile1")).toMatchObject({ bytes: 10 });
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(readBytes([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    expect(readBytes(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it("passes 8 MB of base64 on in pieces no larger than the chunk they came in", () => {
    const line = utf8(`${"QUJD".repeat(19)}\n`);
    const pieces: number[] = [];
    const reader = createSoapReader({ binaryParts: BINARY, onBinaryChunk: (_n, bytes) => pieces.push(bytes.length) });
    const [before, after] = call("<SendFile1>|</SendFile1>").split("|");
    reader.write(utf8(before!));
    const chunk = new Uint8Array(line.length * 800);
    for (let i = 0; i < 800; i++) chunk.set(line, i * line.length);
    for (let i = 0; i < 130; i++) reader.write(chunk);
    reader.write(utf8(after!));
    expect(reader.end()).toMatchObject({ ok: true });
    expect(pieces.reduce((a, b) => a + b, 0)).toBe(130 * 800 * 57);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(chunk.length);
  });
});

describe("the limit of markup", () => {
  it("does not count a large file that comes in CDATA, as UTF-16 or behind a comment", () => {
    const data = "QUJD".repeat(2_000_000);
    const wide = new Uint8Array(Buffer.from(call(`<SendFile1>${data}</SendFile1>`), "utf16le"));
    const bodies = [
      utf8(call(`<SendFile1><![CDATA[${data}]]></SendFile1>`)),
      utf8(call(`<SendFile1><!-- file -->${data}</SendFile1>`)),
      wide,
    ];
    for (const body of bodies) {
      const reader = createSoapReader({ binaryParts: BINARY, onBinaryChunk: () => {} });
      for (let at = 0; at < body.length; at += 65_536) reader.write(body.subarray(at, at + 65_536));
      const result = reader.end();
      expect(result.ok && result.parts.get("SendFile1")).toMatchObject({ bytes: 6_000_000 });
    }
  });
});

describe("the reader on encodings", () => {
  const text = call("<SendText>Grüße, 5 €</SendText><SendFile1>SGFsbG8=</SendFile1>");
  const sixteen = (value: string, littleEndian: boolean, mark: boolean) => {
    const units = mark ? `\ufeff${value}` : value;
    const view = new DataView(new ArrayBuffer(units.length * 2));
    for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), littleEndian);
    return new Uint8Array(view.buffer);
  };
  const single = (value: string, euro: number) => Uint8Array.from(value, (c) => (c === "€" ? euro : c.charCodeAt(0)));
  const declared = (label: string, value = text) => `<?xml version="1.0" encoding="${label}"?>${value}`;

  it.each<[string, Uint8Array, string | undefined]>([
    ["UTF-8 without any word of it", utf8(text), undefined],
    ["UTF-8 with a byte order mark", utf8(`\ufeff${text}`), undefined],
    ["a byte order mark against the HTTP charset", utf8(`\ufeff${text}`), "iso-8859-1"],
    ["the HTTP charset against the declaration", utf8(declared("iso-8859-1")), "UTF-8"],
    ["UTF-16LE with mark", sixteen(declared("utf-16"), true, true), undefined],
    ["UTF-16BE with mark", sixteen(declared("utf-16"), false, true), undefined],
    ["UTF-16LE without mark", sixteen(text, true, false), undefined],
    ["UTF-16 by HTTP charset, no mark", sixteen(text, true, false), "utf-16"],
    ["UTF-16BE by HTTP charset", sixteen(text, false, false), "utf-16be"],
    ["windows-1252 by declaration", single(declared("windows-1252"), 0x80), undefined],
    ["windows-1252 by HTTP charset", single(text, 0x80), "Windows-1252"],
    ["ISO-8859-15 by declaration", single(declared("ISO-8859-15"), 0xa4), undefined],
    ["ISO-8859-1 that is windows-1252 in truth", single(declared("ISO-8859-1"), 0x80), undefined],
    ["a declaration of UTF-16 that cannot be true", utf8(declared("utf-16")), undefined],
  ])("reads %s", (_what, bytes, charset) => {
    for (const size of [bytes.length, 1, 7]) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      const seen = readBytes(chunks, { charset });
      expect(part(seen, "SendText")).toEqual({ kind: "text", text: "Grüße, 5 €" });
      expect(seen.binaries).toEqual(["Hallo"]);
    }
  });

  it("refuses bytes that are not in the charset, and charsets it does not know", () => {
    expect(problemOf(readBytes([single(text, 0x80)]))).toBe("bad-encoding");
    expect(problemOf(read(declared("ebcdic-cp-de")))).toBe("unknown-charset");
    expect(problemOf(read(text, { charset: "koi8-r" }))).toBe("unknown-charset");
    expect(problemOf(readBytes([utf8(text), Uint8Array.of(0xc3)]))).toBe("bad-encoding");
  });
});

describe("the reader on headers and versions", () => {
  it("answers SOAP 1.2 with VersionMismatch", () => {
    const seen = read(
      `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><SendJob/></e:Body></e:Envelope>`,
    );
    expect(seen.result).toMatchObject({ problem: "soap-version", fault: "VersionMismatch" });
  });

  it("refuses a header that must be understood by us, and passes over others", () => {
    const header = (attributes: string) =>
      envelope(
        "<SendJob/>",
        `<SOAP-ENV:Header><h:Security xmlns:h="urn:h" ${attributes}><h:x/></h:Security></SOAP-ENV:Header>`,
      );
    expect(read(header('SOAP-ENV:mustUnderstand="1"')).result).toMatchObject({
      problem: "header-not-understood",
      fault: "MustUnderstand",
    });
    expect(read(header('SOAP-ENV:mustUnderstand="0"')).result).toMatchObject({ operation: "SendJob" });
    expect(read(header('SOAP-ENV:mustUnderstand="1" SOAP-ENV:actor="urn:other"')).result).toMatchObject({ ok: true });
    expect(read(header('mustUnderstand="1"')).result).toMatchObject({ ok: true });
  });
});

describe("the reader on bad input", () => {
  it.each([
    ["", "not-well-formed"],
    ["   ", "not-well-formed"],
    ["<", "not-well-formed"],
    ["hello", "not-well-formed"],
    ["<html></html>", "not-soap"],
    [call("<Account>1</Acount>"), "not-well-formed"],
    [call("<Account>1"), "not-well-formed"],
    [`${call("")}<more/>`, "not-well-formed"],
    [call("<SendFile1>SGFs"), "not-well-formed"],
    [call("<Account>&auml;</Account>"), "not-well-formed"],
    [call("<Account>&constructor;</Account>"), "not-well-formed"],
    [call("<Account>&#0;</Account>"), "not-well-formed"],
    [call("<Account>&#55357;</Account>"), "not-well-formed"],
    [call("<Account>a\u0007b</Account>"), "bad-character"],
    [call('<Account a="1" a="2"/>'), "not-well-formed"],
    [call('<Account __proto__="1" hasOwnProperty="1" constructor="1" a="x">1</Account>'), "read SendJob"],
    [envelope(""), "no-call"],
    [`<SOAP-ENV:Envelope ${ENVELOPE}/>`, "no-call"],
    [call("<Account>1</Account><Account>2</Account>"), "duplicate-part"],
    [call("<Account><b>1</b></Account>"), "part-not-simple"],
    [call('<SendFile1><xop:Include xmlns:xop="urn:xop" href="cid:1"/></SendFile1>'), "part-not-simple"],
    [`<!DOCTYPE x [<!ENTITY a "b">]>${call("<Account>&a;</Account>")}`, "doctype-refused"],
    [`<!DOCTYPE x SYSTEM "file:///etc/passwd">${call("")}`, "doctype-refused"],
    [`<!doctype x>${call("")}`, "doctype-refused"],
    [`<?xml version="1.0"?><?php exit; ?>${call("")}`, "instruction-refused"],
    [call("<?xml version='1.0'?>"), "instruction-refused"],
    [call('<Account href="#none"/>'), "href-unresolved"],
    [call('<Account href="http://127.0.0.1/"/>'), "href-unresolved"],
    [call('<Account href="#a"/>', '<x id="a" href="#b"/><x id="b" href="#a"/>'), "href-cycle"],
    [call('<Account id="me" href="#me"/>'), "href-cycle"],
    [call('<SendFile1 id="me" href="#me"/>'), "href-cycle"],
    [call("", '<x id="a"/><x id="a"/>'), "duplicate-id"],
    [call(`<SendText>${"x".repeat(1024 * 1024 + 1)}</SendText>`), "part-too-long"],
  ])("answers %j with %s", (xml, expected) => {
    expect(problemOf(read(xml))).toBe(expected);
  });

  it.each<[string, string, string]>([
    ["200,000 elements deep", call("<a>".repeat(200_000)), "too-deep"],
    [
      "200,000 attributes",
      call(`<a ${Array.from({ length: 200_000 }, (_, i) => `a${i}="1"`).join(" ")}/>`),
      "too-many-attributes",
    ],
    ["the same attribute 200,000 times", call(`<a ${'a="1" '.repeat(200_000)}/>`), "not-well-formed"],
    ["an attribute of 10 MB", call(`<a b="${"x".repeat(10_000_000)}"/>`), "not-well-formed"],
    ["200,000 parts", call(Array.from({ length: 200_000 }, (_, i) => `<a${i}/>`).join("")), "too-many-parts"],
    [
      "200,000 headers",
      envelope("<SendJob/>", `<SOAP-ENV:Header>${"<a/>".repeat(200_000)}</SOAP-ENV:Header>`),
      "too-many-elements",
    ],
    ["10 MB of comments", call("<!---->".repeat(1_500_000)), "markup-too-long"],
    ["10 MB of comments in a file", call(`<SendFile1>${"<!---->".repeat(1_500_000)}</SendFile1>`), "markup-too-long"],
    ["10 MB of references in a file", call(`<SendFile1>${"&#65;".repeat(2_000_000)}</SendFile1>`), "markup-too-long"],
    ["10 MB of >", call(">".repeat(10_000_000)), "markup-too-long"],
    ["a name of 10 MB", `<${"a".repeat(10_000_000)}/>`, "not-well-formed"],
    ["a doctype of 10 MB", `<!DOCTYPE a [${"<!ENTITY a 'b'>".repeat(700_000)}`, "doctype-refused"],
    [
      "a chain of 60 references",
      call('<Account href="#x0"/>', Array.from({ length: 60 }, (_, i) => `<x id="x${i}" href="#x${i + 1}"/>`).join("")),
      "href-cycle",
    ],
  ])("refuses %s", (_what, xml, expected) => {
    const bytes = utf8(xml);
    const chunks = [];
    for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
    expect(problemOf(readBytes(chunks))).toBe(expected);
  });

  it("reads no further once it has refused", () => {
    const reader = createSoapReader({ binaryParts: BINARY, onBinaryChunk: () => {} });
    expect(reader.write(utf8("<!DOCTYPE x>"))).toMatchObject({ problem: "doctype-refused" });
    expect(reader.write(utf8(call("")))).toMatchObject({ problem: "doctype-refused" });
    expect(reader.end()).toMatchObject({ ok: false, problem: "doctype-refused", fault: "Client" });
  });
});
