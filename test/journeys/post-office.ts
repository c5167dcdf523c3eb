// What journeys do with a house from outside: raw SOAP, REST through the typed client, the simulators' control API.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClient } from "@depesche/client";
import { inject } from "vitest";
import WebSocket from "ws";
import type { SoapAnswer, SoapParts } from "../house/soap.ts";
import * as soapOver from "../house/soap.ts";

/** The house of this project. */
export const settings = inject("settings");
export const GATEWAY = `http://127.0.0.1:${settings.DEPESCHE_PORT}`;
const SIMULATORS = `http://127.0.0.1:${settings.DEPESCHE_SIM_PORT}`;

export const client = createClient({ baseUrl: GATEWAY, apiKey: "demo-key", WebSocket: WebSocket as never });

/** A file of test/fixtures. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fixturePath(name)));
}

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** Posts a body to the FAX.de face as it is. */
export const postSoap = (body: string | ReadableStream<Uint8Array>) => soapOver.postSoap(GATEWAY, body);

/** Calls as account 1000 unless the parts say otherwise; answers all out parts as text. */
export const soap = (method: string, parts: SoapParts) => soapOver.callSoap(GATEWAY, method, parts);

/** SendJob that must be accepted. */
export async function sendJob(parts: SoapParts): Promise<SoapAnswer & { JobId: string }> {
  const answer = await soap("SendJob", { JobType: 0, ...parts });
  if (answer.return !== "0" || !answer.JobId) throw new Error(`SendJob: return ${answer.return}`);
  return answer as SoapAnswer & { JobId: string };
}

/** JobStatus when it is no longer 6. */
export function finished(jobId: string, withinMs = 60_000): Promise<SoapAnswer> {
  return eventually(
    () => soap("JobStatus", { JobId: jobId }),
    (answer) => answer.return !== "6",
    withinMs,
  );
}

/** The StatusFile's rows by column name; every field is quoted. */
export function statusRows(answer: SoapAnswer): Record<string, string>[] {
  const text = Buffer.from(answer.StatusFile ?? "", "base64").toString();
  const [head, ...rows] = text.split("\r\n").filter((line) => line !== "");
  const fields = (line = "") =>
    [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((m) => (m[1] as string).replaceAll('""', '"'));
  const names = fields(head);
  return rows.map((row) => Object.fromEntries(fields(row).map((value, i) => [names[i], value])));
}

/** Asks again until the answer is right. The only way a journey waits. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (performance.now() > end)
      throw new Error(`not within ${withinMs} ms; the last answer was ${JSON.stringify(answer).slice(0, 500)}`);
    await pause(100);
  }
}

/** A GET of the control API; JSON as it comes. */
// biome-ignore lint/suspicious/noExplicitAny: what came is looked at field by field
export async function town(path: string, init?: RequestInit): Promise<any> {
  const response = await fetch(`${SIMULATORS}${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Octets from the control API. */
export async function townFile(path: string): Promise<Uint8Array> {
  const response = await fetch(`${SIMULATORS}${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export async function tellTown(method: "POST" | "PUT", path: string, body: unknown) {
  return town(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** The newest fax a simulated machine holds, as TIFF. */
export async function newestFax(number: string): Promise<Uint8Array> {
  const { faxes } = await town(`/exchange/machines/${encodeURIComponent(number)}/faxes`);
  if (faxes.length === 0) throw new Error(`${number} holds no fax`);
  return townFile(faxes.at(-1).tiff);
}
