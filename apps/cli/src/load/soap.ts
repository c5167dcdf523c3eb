// FAX.de's SOAP service as a caller uses it: SendJob and JobStatus, raw, so that nothing is mended on the way.

import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import type { Io } from "../io.ts";
import { patiently } from "../patience.ts";

const NAMESPACE = "urn:XMLWSIntf-IntfXMLWS";

export interface SoapLogin {
  /** Address of the gateway. */
  url: string;
  account: string;
  password: string;
}

/** Octets travel as base64. */
export type SoapParts = Record<string, string | number | Uint8Array>;

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function envelope(method: string, parts: SoapParts): string {
  const written = Object.entries(parts).map(([name, value]) => {
    const text = value instanceof Uint8Array ? Buffer.from(value).toString("base64") : escapeXml(String(value));
    return `<${name}>${text}</${name}>`;
  });
  return (
    '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `<n:${method} xmlns:n="${NAMESPACE}">${written.join("")}</n:${method}></soap:Body></soap:Envelope>`
  );
}

/** Rejects with a Failure when nobody answers, or not with 200. */
async function call({ url, account, password }: SoapLogin, method: string, parts: SoapParts): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`${url.replace(/\/+$/, "")}/xmlws.exe/soap/IntfXMLWS`, {
      method: "POST",
      headers: { "content-type": "text/xml; charset=utf-8", soapaction: `"${NAMESPACE}#${method}"` },
      body: envelope(method, { Account: account, Password: password, ...parts }),
    });
  } catch {
    throw new Failure(EXIT.unreachable, "fail.gateway-silent", { url });
  }
  if (answer.ok) return answer;
  const text = (await answer.text()).slice(0, 300);
  throw new Failure(EXIT.refused, "load.fail.soap", { method, what: `HTTP ${answer.status}: ${text}` });
}

/** The job's number and its recipients. A return code other than 0 is a Failure that tells the gateway's notice, too. */
export async function sendJob(login: SoapLogin, parts: SoapParts): Promise<{ id: number; recipients: number }> {
  const answer = await call(login, "SendJob", parts);
  const text = await answer.text();
  const code = part(text, "return");
  if (code === "0") return { id: Number(part(text, "JobId")), recipients: Number(part(text, "RecipientsCount")) };
  const notice = answer.headers.get("depesche-notice") ?? "";
  throw new Failure(EXIT.refused, "load.fail.soap", { method: "SendJob", what: `return ${code} ${notice}`.trim() });
}

function part(text: string, name: string): string | undefined {
  return new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`).exec(text)?.[1];
}

/**
 * The rows of a job's StatusFile as they come, each split into its fields, without the line of names. Not one row when the
 * job is not over (return 6). Throws a Failure for every other code.
 */
export async function* statusRows(
  login: SoapLogin,
  job: number,
  io: Pick<Io, "monotonic" | "pause">,
): AsyncGenerator<string[]> {
  const answer = await patiently(io, () => call(login, "JobStatus", { JobId: job }));
  const outside = { text: "" };
  let rest = "";
  let isHeading = true;
  const decoder = new TextDecoder();
  for await (const bytes of fileBytes(answer, outside)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\r\n");
    rest = lines.pop() as string;
    for (const line of lines) {
      if (!isHeading) yield fieldsOf(line);
      isHeading = false;
    }
  }
  const code = part(outside.text, "return");
  if (code !== "0" && code !== "6")
    throw new Failure(EXIT.refused, "load.fail.soap", { method: "JobStatus", what: `return ${code}` });
}

/** Every field of the file is quoted, quotes within are doubled. */
function fieldsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split('","')
    .map((field) => field.replaceAll('""', '"'));
}

/** The octets of the part StatusFile; what stands around it is left in `outside`. */
async function* fileBytes(answer: Response, outside: { text: string }): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let within: "before" | "file" | "after" = "before";
  let base64 = "";
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    let text = decoder.decode(chunk, { stream: true });
    if (within === "before") {
      outside.text += text;
      const begin = /<(?:[\w-]+:)?StatusFile(?:\s[^<>]*)?>/.exec(outside.text);
      if (!begin) continue;
      text = outside.text.slice(begin.index + begin[0].length);
      outside.text = outside.text.slice(0, begin.index);
      within = "file";
    }
    if (within === "file") {
      const end = text.indexOf("<");
      base64 += (end < 0 ? text : text.slice(0, end)).replace(/\s/g, "");
      const whole = end < 0 ? base64.length - (base64.length % 4) : base64.length;
      if (whole > 0) yield Buffer.from(base64.slice(0, whole), "base64");
      base64 = base64.slice(whole);
      if (end < 0) continue;
      text = text.slice(end);
      within = "after";
    }
    outside.text += text;
  }
}
