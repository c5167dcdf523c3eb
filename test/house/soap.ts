// Raw SOAP 1.1 as any client would write it, for journeys and benchmark: no library, so that nothing is mended on the way.

const NAMESPACE = "urn:XMLWSIntf-IntfXMLWS";

export type SoapAnswer = Record<string, string>;
/** Octets travel as base64. */
export type SoapParts = Record<string, string | number | Uint8Array>;

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const NAMED: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const unescapeXml = (text: string) =>
  text.replace(/&(?:([a-z]+)|#x([0-9a-f]+)|#(\d+));/gi, (whole, name?: string, hex?: string, decimal?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });

/** The envelope of a call. */
export function envelope(method: string, parts: SoapParts): string {
  const written = Object.entries(parts).map(([name, value]) => {
    const text = value instanceof Uint8Array ? Buffer.from(value).toString("base64") : escapeXml(String(value));
    return `<${name}>${text}</${name}>`;
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `<n:${method} xmlns:n="${NAMESPACE}">${written.join("")}</n:${method}></soap:Body></soap:Envelope>`
  );
}

/** Posts a body to the FAX.de face of a gateway as it is. */
export function postSoap(
  gateway: string,
  body: string | ReadableStream<Uint8Array>,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${gateway}/xmlws.exe/soap/IntfXMLWS`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: `"${NAMESPACE}#any"` },
    body,
    duplex: "half",
    ...(signal ? { signal } : {}),
  } as RequestInit);
}

/**
 * Calls as account 1000 unless the parts say otherwise; answers all out parts as text, and under `notice` what the answer's header says
 * beside them, if anything. Throws on a fault.
 */
export async function callSoap(
  gateway: string,
  method: string,
  parts: SoapParts,
  signal?: AbortSignal,
): Promise<SoapAnswer> {
  const body = envelope(method, { Account: "1000", Password: "geheim", ...parts });
  const response = await postSoap(gateway, body, signal);
  const notice = response.headers.get("depesche-notice");
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${method}: HTTP ${response.status}: ${text.slice(0, 300)}`);
  const found = text.matchAll(/<(?:[\w-]+:)?(\w+)(?:\s[^<>]*)?>([^<]*)<\//g);
  const answer = Object.fromEntries([...found].map(([, name, value]) => [name, unescapeXml(value ?? "")]));
  return notice === null ? answer : { ...answer, notice };
}
