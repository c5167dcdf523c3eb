// libtiff's own tools on what a simulated machine received and on what the inbox hands out.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { client, finished, fixture, fixturePath, newestFax, tellTown } from "../../journeys/post-office.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-tiff-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function kept(name: string, tiff: Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, tiff);
  return file;
}

async function readsClean(file: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram("tiffinfo", ["-D", file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

it.each([
  ["+493023125061", "MMR"],
  ["+493023125910", "MR"],
  ["+493023125911", "MH"],
])("a fax at %s (%s) is read by tiffinfo without a word, and tiffcmp finds no pel that differs", async (to) => {
  const documents = [{ name: "two-pages.tif", base64: Buffer.from(fixture("two-pages.tif")).toString("base64") }];
  const { id } = await client.createJob({ channel: "fax", recipients: [to], documents });
  await finished(String(id));
  const got = await kept("got.tif", await newestFax(to));
  const said = await readsClean(got);
  expect(said.match(/TIFF Directory/g)).toHaveLength(2);
  expect(said).toMatch(/Image Width: 1728/);
  expect(said).toMatch(/Resolution: 204, 19[568]/);
  const [a, b] = [join(folder, "a.tif"), join(folder, "b.tif")];
  // Same coding, same strips, same fill order: what is left is pels.
  for (const [from, plain] of [
    [fixturePath("two-pages.tif"), a],
    [got, b],
  ] as const)
    expect((await runProgram("tiffcp", ["-c", "none", "-r", "1", "-f", "msb2lsb", from, plain])).code).toBe(0);
  const compared = await runProgram("tiffcmp", ["-t", a, b]);
  // TIFF-F names pages and software; those tags the plain file sent does not have. Any other line is a difference.
  const differences = compared.stdout.split("\n").filter((line) => !/^$|^Directory \d|tag appears only in/.test(line));
  expect(differences).toEqual([]);
});

it("the inbox's TIFF reads clean too", async () => {
  const tiff = Buffer.from(fixture("two-pages.tif")).toString("base64");
  await tellTown("POST", "/exchange/calls", { from: "+493023125008", to: "+493023125900", tiff });
  const [fax] = (await client.inbounds()).items;
  const blob = await client.inboundFile(fax!.id, "tif");
  await readsClean(await kept("inbound.tif", new Uint8Array(await blob.arrayBuffer())));
  await client.deleteInbound(fax!.id);
});
