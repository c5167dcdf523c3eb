// SOAP clients nobody here wrote, each with every style of the WSDL: PHP's SoapClient, Python's zeep, npm soap.

import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createClientAsync } from "soap";
import { beforeEach, describe, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { fixture, fixturePath, GATEWAY, soap, tellTown } from "../../journeys/post-office.ts";

const STYLES = [
  ["encoded", "?wsdl/IntfXMLWS"],
  ["literal", "?wsdl=literal"],
  ["doclit", "?wsdl=doclit"],
] as const;

/** What every client must see, whatever it makes of the WSDL. */
const SEEN = {
  sent: [0, 1, 2],
  status: [0, "OK", expect.stringContaining("001")],
  rows: [expect.stringContaining('"Größe & Maß"')],
  wrong: [-1, 0],
  parts: 2,
  cancelled: [0, 1],
  inbound: [0, 2, expect.stringContaining("3023125007")],
  image: expect.stringMatching(/^[0-9a-f]{64}$/),
  deleted: [0, 5],
};

/** The TIFF that waits in the inbox, as our own raw call reads it. */
let image: string;

beforeEach(async () => {
  for (let fax = await soap("RequestReceived", {}); fax.return === "0"; fax = await soap("RequestReceived", {}))
    await soap("DeleteReceived", { FaxId: fax.FaxId! });
  const tiff = Buffer.from(fixture("two-pages.tif")).toString("base64");
  const call = { from: "+493023125007", to: "+493023125900", tiff };
  expect(await tellTown("POST", "/exchange/calls", call)).toMatchObject({ result: "OK" });
  const waiting = await soap("RequestReceived", {});
  image = createHash("sha256").update(Buffer.from(waiting.FaxImage!, "base64")).digest("hex");
});

describe.each(STYLES)("with the WSDL in style %s", (style, query) => {
  const wsdl = `${GATEWAY}/xmlws.exe${query}`;

  it.each([
    ["PHP's SoapClient", "php", "faxde.php"],
    ["Python's zeep", "/usr/bin/python3", "faxde.py"],
  ])("%s sends, asks, cancels, fetches and deletes", async (_, program, script) => {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const args = [path, wsdl, style, fixturePath("letter.pdf")];
    const { code, stdout, stderr } = await runProgram(program, args, { timeoutMs: 120_000 });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const seen = JSON.parse(stdout);
    expect(seen).toEqual(SEEN);
    expect(seen.image).toBe(image);
  });

  it("npm soap sends, asks, cancels, fetches and deletes", async () => {
    const seen = await byNpmSoap(wsdl);
    expect(seen).toEqual(SEEN);
    expect(seen.image).toBe(image);
  });
});

async function byNpmSoap(wsdl: string) {
  const client = await createClientAsync(wsdl);
  const login = { Account: "1000", Password: "geheim" };
  const call = async (operation: string, parts: object) => plain((await client[`${operation}Async`](parts))[0]);
  const fax = {
    JobType: 0,
    Recipient: "+493023125001[Größe & Maß]",
    SendFilename1: "letter.pdf",
    SendFile1: Buffer.from(fixture("letter.pdf")).toString("base64"),
  };
  const sent = await call("SendJob", { ...login, ...fax });
  let status: Plain;
  do {
    await pause(100);
    status = await call("JobStatus", { ...login, JobId: String(sent.JobId) });
  } while (status.return === 6);
  const SendeDateTime = new Date(Date.now() + 330 * 86_400_000).toISOString();
  const late = await call("SendJob", { ...login, ...fax, SendeDateTime });
  const cancel = { ...login, JobId: String(late.JobId) };
  const wrong = await call("SendJob", { ...fax, ...login, Password: "falsch" });
  const sms = await call("SendJob", { ...login, JobType: 1, Recipient: "+491713920001", SendText: "€".repeat(81) });
  const inbound = await call("RequestReceived", login);
  const remove = { ...login, FaxId: inbound.FaxId };
  const octets = (value: unknown) => Buffer.from(String(value), "base64");
  const returned = async (operation: string, parts: object) => (await call(operation, parts)).return;
  return {
    sent: [sent.return, sent.RecipientsCount, sent.PageCount],
    status: [status.return, status.SendResult, status.RemoteId],
    rows: octets(status.StatusFile).toString().trim().split("\r\n").slice(1),
    wrong: [wrong.return, wrong.JobId],
    parts: sms.PageCount,
    cancelled: [await returned("CancelJob", cancel), await returned("CancelJob", cancel)],
    inbound: [inbound.return, inbound.Pages, inbound.Originator],
    image: createHash("sha256").update(octets(inbound.FaxImage)).digest("hex"),
    deleted: [await returned("DeleteReceived", remove), await returned("DeleteReceived", remove)],
  };
}

type Plain = Record<string, string | number>;

/** npm soap hands typed parts out with their attributes around them, and some numbers as text. */
function plain(parts: Record<string, unknown>): Plain {
  const value = (part: unknown) =>
    part !== null && typeof part === "object" ? (part as { $value?: unknown }).$value : part;
  const read = (part: unknown) =>
    /^-?\d{1,15}$/.test(String(value(part))) ? Number(value(part)) : String(value(part) ?? "");
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, read(part)]));
}
