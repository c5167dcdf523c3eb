// A caller for the tests of this face: writes envelopes as a plain client does, posts them, and takes answers apart.
import type { HouseDouble } from "./house.double.ts";
import { faxdeFace } from "./index.ts";

export const URL_ENCODED = "http://gateway.example/xmlws.exe/soap/IntfXMLWS";

export type Parts = Record<string, string | number>;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** A call of account 1000 in the namespace urn:caller; parts override the login. */
export function envelope(operation: string, parts: Parts): string {
  const body = Object.entries({ Account: "1000", Password: "geheim", ...parts });
  const xml = body.map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`).join("");
  return `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><n:${operation} xmlns:n="urn:caller">${xml}</n:${operation}></s:Body></s:Envelope>`;
}

export type Body = string | Uint8Array | ReadableStream;

/** Posts a body as from the socket address `source`. */
export async function post(
  house: HouseDouble,
  body: Body,
  {
    headers = {},
    url = URL_ENCODED,
    source = "127.0.0.1",
  }: { headers?: Record<string, string>; url?: string; source?: string } = {},
): Promise<Response> {
  const env = { incoming: { socket: { remoteAddress: source } } };
  const request = new Request(url, {
    method: "POST",
    body,
    headers: { "Content-Type": "text/xml", ...headers },
    duplex: "half",
  });
  return await faxdeFace(house).request(request, undefined, env);
}

/** Posts a call; gives the out parts, their order, and the first notice. */
export async function callFace(house: HouseDouble, operation: string, parts: Parts = {}, source?: string) {
  const response = await post(house, envelope(operation, parts), { source });
  const text = await response.text();
  const found = [...text.matchAll(/<(\w+) xsi:type="xsd:\w+">([^<]*)<\/\1>/g)].map((m) => [m[1]!, m[2]!] as const);
  const out: Record<string, string> = Object.fromEntries(found);
  const notice = response.headers.get("Depesche-Notice");
  return { status: response.status, text, names: found.map(([name]) => name), out, notice };
}
