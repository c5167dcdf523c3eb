// Inbound: a simulated machine dials the gateway's number; RequestReceived hands the fax out until it is deleted.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { depesche } from "../house/house.ts";
import {
  client,
  eventually,
  finished,
  fixture,
  fixturePath,
  sendJob,
  settings,
  soap,
  tellTown,
  town,
} from "./post-office.ts";
import { differingRows, pagesBySharp } from "./tiff-pixels.ts";

const OWN = "+493023125900";

beforeAll(async () => {
  for (let fax = await soap("RequestReceived", {}); fax.return === "0"; fax = await soap("RequestReceived", {}))
    await soap("DeleteReceived", { FaxId: fax.FaxId! });
});

it("depesche trigger fax-in lands in the inbox, pel for pel, and stays until it is deleted", async () => {
  const args = ["trigger", "fax-in", "--from", "+493023125007", "--to", OWN, fixturePath("two-pages.tif")];
  expect(await depesche(settings, args)).toMatchObject({ code: 0 });
  const fax = await eventually(
    () => soap("RequestReceived", {}),
    (answer) => answer.return === "0",
  );
  expect(fax).toMatchObject({ Pages: "2", Originator: expect.stringContaining("3023125007") });
  expect(fax.RemoteId).not.toBe("");
  const sent = await pagesBySharp(fixture("two-pages.tif"));
  const received = await pagesBySharp(new Uint8Array(Buffer.from(fax.FaxImage ?? "", "base64")));
  expect(received.map((page, i) => differingRows(sent[i]!, page))).toEqual([0, 0]);

  expect((await soap("RequestReceived", {})).FaxId).toBe(fax.FaxId);
  expect((await soap("DeleteReceived", { Account: "2000", FaxId: fax.FaxId! })).return).toBe("5");
  expect((await soap("DeleteReceived", { FaxId: fax.FaxId! })).return).toBe("0");
  expect((await soap("DeleteReceived", { FaxId: fax.FaxId! })).return).toBe("5");
});

it("several faxes come out oldest first", async () => {
  const document = Buffer.from("Erstes, dann zweites").toString("base64");
  for (const from of ["+493023125011", "+493023125012"]) {
    const call = { from, to: OWN, document, name: "a.txt" };
    expect(await tellTown("POST", "/exchange/calls", call)).toMatchObject({ result: "OK" });
  }
  const first = await soap("RequestReceived", {});
  expect(first.Originator).toContain("011");
  await soap("DeleteReceived", { FaxId: first.FaxId! });
  const second = await soap("RequestReceived", {});
  expect(second.Originator).toContain("012");
  await soap("DeleteReceived", { FaxId: second.FaxId! });
  expect((await soap("RequestReceived", {})).return).not.toBe("0");
});

it("REST lists, shows as TIFF, PDF and picture, and deletes", async () => {
  const tiff = Buffer.from(fixture("two-pages.tif")).toString("base64");
  const call = { from: "+493023125013", to: OWN, tiff };
  expect(await tellTown("POST", "/exchange/calls", call)).toMatchObject({ result: "OK" });
  const [fax] = (await client.inbounds()).items;
  expect(fax).toMatchObject({ originator: "+493023125013", called: OWN, pages: 2, complete: true });
  const head = async (blob: Blob, octets: number) =>
    Buffer.from(await blob.slice(0, octets).arrayBuffer()).toString("latin1");
  expect(await head(await client.inboundFile(fax!.id, "tif"), 2)).toMatch(/II|MM/);
  expect(await head(await client.inboundFile(fax!.id, "pdf"), 5)).toBe("%PDF-");
  expect(await head(await client.inboundPage(fax!.id, 1), 4)).toBe("\x89PNG");
  await client.deleteInbound(fax!.id);
  expect((await soap("RequestReceived", {})).return).not.toBe("0");
});

it("a fax of our own to our own number is both sent and received", async () => {
  const job = await sendJob({ Recipient: OWN, SendText: "An mich selbst" });
  expect((await finished(job.JobId)).SendResult).toBe("OK");
  const fax = await soap("RequestReceived", {});
  expect(fax).toMatchObject({ return: "0", Pages: "1" });
  await soap("DeleteReceived", { FaxId: fax.FaxId! });
});

it("depesche received fetches what a simulated machine got", async () => {
  const to = "+493023125048";
  const held = async () => (await town(`/exchange/machines/${encodeURIComponent(to)}/faxes`)).faxes.length as number;
  const before = await held(); // other journeys may have dialled the number, too
  await finished((await sendJob({ Recipient: to, SendText: "Zum Abholen" })).JobId);
  const folder = await mkdtemp(join(tmpdir(), "depesche-received-"));
  try {
    expect(await depesche(settings, ["received", to, "--out", folder])).toMatchObject({ code: 0 });
    expect((await readdir(folder)).filter((name) => /\.tiff?$/.test(name))).toHaveLength(before + 1);
    expect(await held()).toBe(before + 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
