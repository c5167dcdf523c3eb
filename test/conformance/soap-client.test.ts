// packages/soap against a SOAP client nobody here wrote: npm soap loads each WSDL, calls, and reads the answers.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createSoapReader,
  type Service,
  type SoapCall,
  type Style,
  streamPieces,
  writeFault,
  writeResponse,
  writeWsdl,
} from "@depesche/soap";
import { createClientAsync } from "soap";
import { afterEach, describe, expect, it } from "vitest";

const SERVICE: Service = {
  interfaceName: "IntfEcho",
  namespace: "urn:EchoIntf-IntfEcho",
  targetNamespace: "http://tempuri.org/",
  operations: [
    {
      name: "Send",
      in: [
        { name: "Text", type: "string" },
        { name: "File", type: "base64Binary", optional: true },
      ],
      out: [
        { name: "Id", type: "long" },
        { name: "At", type: "dateTime" },
        { name: "Text", type: "string" },
        { name: "File", type: "base64Binary" },
      ],
    },
    { name: "Cancel", in: [{ name: "Id", type: "string" }], out: [] },
  ],
};

let server: Server | undefined;
afterEach(() => server?.close());

/** Answers with what it was sent; `calls` keeps what was read. */
async function start(style: Style, calls: SoapCall[]): Promise<string> {
  server = createServer(async (request, response) => {
    const { port } = server!.address() as AddressInfo;
    if (request.method === "GET") return response.end(writeWsdl(SERVICE, style, `http://127.0.0.1:${port}/`));
    let file = "";
    const reader = createSoapReader({
      binaryParts: new Set(["File"]),
      onBinaryChunk: (_n, bytes) => {
        file += new TextDecoder().decode(bytes);
      },
    });
    for await (const chunk of request) reader.write(chunk as Uint8Array);
    const call = reader.end();
    response.setHeader("Content-Type", "text/xml; charset=utf-8");
    if (!call.ok) return response.writeHead(500).end(writeFault(call.fault, call.detail));
    calls.push(call);
    const operation = SERVICE.operations.find((o) => o.name === call.operation)!;
    const text = call.parts.get("Text");
    const values = {
      return: -7,
      Id: 17,
      Text: text?.kind === "text" ? text.text : "",
      File: new TextEncoder().encode(file),
    };
    for await (const piece of streamPieces(writeResponse(operation, { style, namespace: call.namespace }, values)))
      response.write(piece);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** npm soap wraps typed values as {attributes, $value}. */
function plain(result: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => {
      const typed = value !== null && typeof value === "object" && "attributes" in value;
      return [name, typed ? (value as { $value?: unknown }).$value : value];
    }),
  );
}

describe("npm soap", () => {
  it.each<Style>(["encoded", "literal", "doclit"])(
    "loads the %s WSDL, is understood and understands",
    async (style) => {
      const calls: SoapCall[] = [];
      const client = await createClientAsync(await start(style, calls), { wsdl_options: { proxy: false } });
      expect(Object.keys(client.describe().IntfEchoservice.IntfEchoPort)).toEqual(["Send", "Cancel"]);
      const text = "Grüße & <Zeichen> 😀";
      const [sent] = await client.SendAsync({ Text: text, File: Buffer.from("Hallo").toString("base64") });
      expect(plain(sent)).toEqual({
        Id: 17,
        At: new Date("1899-12-30T00:00:00.000Z"),
        Text: text,
        File: Buffer.from("Hallo").toString("base64"),
        return: -7,
      });
      const [cancelled] = await client.CancelAsync({ Id: "5" });
      expect(plain(cancelled)).toEqual({ return: -7 });
      // In rpc style this client calls in the WSDL's own namespace, whatever the binding says: names alone may count.
      expect(calls.map((c) => c.operation)).toEqual(["Send", "Cancel"]);
    },
  );

  it("shows our faults as faults", async () => {
    const client = await createClientAsync(await start("encoded", []));
    await expect(client.SendAsync({ Text: "x".repeat(1024 * 1024 + 1) })).rejects.toThrow(/Text is longer than/);
  });
});
