import { gzipSync } from "node:zlib";
import { beforeEach, expect, it } from "vitest";
import type { ExchangeRecorder, RawExchange } from "../exchanges/index.ts";
import { base64, callFace, envelope, post } from "./caller.double.ts";
import { HouseDouble } from "./house.double.ts";

let house: HouseDouble & { exchanges?: ExchangeRecorder };
let noted: RawExchange[];
beforeEach(() => {
  noted = [];
  house = new HouseDouble();
  house.exchanges = { note: (one) => void noted.push(one), flush: async () => {}, close: async () => {} };
});

const JOB = { JobType: 0, Recipient: "+493023125001", SendText: "Grüße" };

it("a job's request is kept as it came, its documents shortened, and the answer with it", async () => {
  const body = envelope("SendJob", { ...JOB, SendFilename1: "a.pdf", SendFile1: base64("%PDF".repeat(3000)) });
  const response = await post(house, body, { headers: { SOAPAction: '"urn:x#SendJob"' } });
  const [one] = noted;
  expect(one).toMatchObject({ jobs: [17], method: "POST", path: "/xmlws.exe/soap/IntfXMLWS", status: 200 });
  expect(one?.request).toContain("<SendText>Grüße</SendText>");
  expect(one?.request).toMatch(/<SendFile1>JVBERi[^<]{58}\.\.\. \(16000 characters\)<\/SendFile1>/);
  expect(one?.requestBytes).toBe(Buffer.byteLength(body));
  expect(one?.response).toBe(await response.text());
  expect(new Map(one?.requestHeaders).get("soapaction")).toBe('"urn:x#SendJob"');
  expect(new Map(one?.responseHeaders).get("content-type")).toContain("text/xml");
});

it("packed and wide bodies are kept as text", async () => {
  const body = envelope("SendJob", JOB);
  await post(house, gzipSync(body), { headers: { "Content-Encoding": "gzip" } });
  const wide = Buffer.from(`\u{feff}${body.replace("?>", ' encoding="UTF-16"?>')}`, "utf16le");
  await post(house, wide);
  const latin = Buffer.from(body.replace("?>", ' encoding="ISO-8859-1"?>'), "latin1");
  await post(house, latin);
  expect(noted).toHaveLength(3);
  for (const one of noted) expect(one.request).toContain("<SendText>Grüße</SendText>");
});

it("what made no job is not kept", async () => {
  await callFace(house, "JobStatus", { JobId: "17" });
  await callFace(house, "SendJob", { ...JOB, Password: "wrong" });
  house.result = { ok: false, problem: "duplicate", detail: "twice", jobId: 5 };
  await callFace(house, "SendJob", JOB);
  await post(house, "<broken");
  expect(noted).toEqual([]);
});
