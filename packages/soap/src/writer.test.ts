import { describe, expect, it } from "vitest";
import {
  createBase64Decoder,
  createBase64Encoder,
  type Operation,
  streamPieces,
  writeFault,
  writeResponse,
} from "./index.ts";

const JOB_STATUS: Operation = {
  name: "JobStatus",
  in: [{ name: "Account", type: "string" }],
  out: [
    { name: "SendResult", type: "string" },
    { name: "FaxId", type: "long" },
    { name: "At", type: "dateTime" },
    { name: "StatusFile", type: "base64Binary" },
  ],
};

async function text(pieces: Parameters<typeof streamPieces>[0]): Promise<string> {
  let out = "";
  for await (const chunk of streamPieces(pieces)) out += new TextDecoder().decode(chunk);
  return out;
}
async function* bytesOf(...chunks: number[][]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Uint8Array.from(chunk);
}

describe("writeResponse", () => {
  it("writes rpc/encoded as Delphi did: all parts typed, return last, the caller's namespace", () => {
    const pieces = writeResponse(
      JOB_STATUS,
      { style: "encoded", namespace: 'urn:a"b' },
      { SendResult: "a<b&c", return: 0, StatusFile: Uint8Array.of(65) },
    );
    expect(pieces).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/">' +
        '<SOAP-ENV:Body SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><NS1:JobStatusResponse xmlns:NS1="urn:a&quot;b">' +
        '<SendResult xsi:type="xsd:string">a&lt;b&amp;c</SendResult><FaxId xsi:type="xsd:long">0</FaxId><At xsi:type="xsd:dateTime">1899-12-30T00:00:00.000Z</At>' +
        '<StatusFile xsi:type="xsd:base64Binary">QQ==</StatusFile><return xsi:type="xsd:int">0</return>' +
        "</NS1:JobStatusResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>\n",
    ]);
  });

  it("writes rpc/literal without types and document/literal qualified with return first", async () => {
    const literal = await text(writeResponse(JOB_STATUS, { style: "literal", namespace: "urn:x" }, { return: 5 }));
    expect(literal).toContain('<NS1:JobStatusResponse xmlns:NS1="urn:x"><SendResult></SendResult><FaxId>0</FaxId>');
    expect(literal).toContain("<return>5</return></NS1:JobStatusResponse>");
    expect(literal).not.toContain("encodingStyle");
    const doclit = await text(writeResponse(JOB_STATUS, { style: "doclit", namespace: "urn:x" }, { return: 5 }));
    expect(doclit).toContain(
      '<NS1:JobStatusResponse xmlns:NS1="urn:x"><NS1:return>5</NS1:return><NS1:SendResult></NS1:SendResult>',
    );
  });

  it("streams base64 that comes in uneven chunks", async () => {
    const values = { return: 0, StatusFile: bytesOf([72], [], [97, 108, 108], [111]) };
    expect(await text(writeResponse(JOB_STATUS, { style: "literal", namespace: "urn:x" }, values))).toContain(
      "<StatusFile>SGFsbG8=</StatusFile>",
    );
  });

  it("never writes what XML cannot carry", async () => {
    const out = await text(
      writeResponse(JOB_STATUS, { style: "literal", namespace: "" }, { SendResult: "a\u0000b\ud800c\r" }),
    );
    expect(out).toContain("<SendResult>a\ufffdb\ufffdc&#13;</SendResult>");
  });
});

describe("writeFault", () => {
  it("names the code in the envelope's namespace and escapes the text", () => {
    expect(writeFault("Client", "a < b")).toContain(
      "<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>a &lt; b</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body>",
    );
  });
});

describe("base64", () => {
  it("comes back the same for every length and every way of cutting", () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
      const encoder = createBase64Encoder();
      const encoded =
        encoder.push(bytes.subarray(0, length >> 1)) + encoder.push(bytes.subarray(length >> 1)) + encoder.end();
      expect(encoded).toBe(Buffer.from(bytes).toString("base64"));
      const out: number[] = [];
      const decoder = createBase64Decoder((chunk) => out.push(...chunk));
      for (const character of encoded) decoder.push(Uint8Array.of(character.charCodeAt(0)), 0);
      expect(decoder.end()).toBeUndefined();
      expect(out).toEqual([...bytes]);
    }
  });
});
