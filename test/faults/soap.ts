// A plain SOAP caller of the FAX.de face, as account 1000.

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const PATIENCE_MS = 30_000;

/** Calls an operation and gives the parts of the answer, and what its notice says. Rejects when there is no answer, or one that is no SOAP. */
export async function callSoap(
  url: string,
  operation: "SendJob" | "JobStatus" | "CancelJob",
  parts: Readonly<Record<string, string | number>>,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const all = Object.entries({ Account: "1000", Password: "geheim", ...parts });
  const xml = all.map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`).join("");
  const body = `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><n:${operation} xmlns:n="urn:faults">${xml}</n:${operation}></s:Body></s:Envelope>`;
  const late = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(`${url}/xmlws.exe/soap/IntfXMLWS`, {
    method: "POST",
    body,
    headers: { "content-type": "text/xml", soapaction: '""' },
    signal: signal ? AbortSignal.any([signal, late]) : late,
  });
  const text = await response.text();
  const found = Object.fromEntries(
    [...text.matchAll(/<(\w+) xsi:type="[^"]*">([^<]*)<\/\1>/g)].map((m) => [m[1]!, m[2]!]),
  );
  if (found.return === undefined) throw new Error(`no SOAP answer (${response.status}): ${text.slice(0, 200)}`);
  return { ...found, notice: response.headers.get("depesche-notice") ?? "" };
}
