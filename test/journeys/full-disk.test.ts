// A full disk: an error, never "accepted"; nothing that was accepted is lost, and with room the house takes jobs again.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@depesche/client";
import { afterEach, expect, it } from "vitest";
import { type House, newDataFolder, newSettings, openHouse } from "../house/house.ts";
import { callSoap } from "../house/soap.ts";
import { eventually, fixture } from "./post-office.ts";

let house: House | undefined;
let mounted: string | undefined;
let remove: (() => Promise<void>) | undefined;
afterEach(async () => {
  await house?.stop();
  if (mounted) asRoot("umount", "--lazy", mounted);
  await remove?.();
});

function asRoot(...command: string[]): void {
  const [program = "", ...args] = process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
  execFileSync(program, args);
}

/** A file system of its own for the data folder. */
async function smallDisk(): Promise<string> {
  const data = await newDataFolder();
  remove = data.remove;
  mkdirSync(data.folder);
  const owner = `uid=${process.getuid?.()},gid=${process.getgid?.()}`;
  asRoot("mount", "-t", "tmpfs", "-o", `size=400m,mode=755,${owner}`, "depesche-test", data.folder);
  mounted = data.folder;
  return data.folder;
}

/** Takes all the room there is; the result gives it back. */
function fill(folder: string): () => void {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  const megabyte = randomBytes(1024 * 1024);
  try {
    for (let size = megabyte.length; size >= 1; )
      try {
        writeSync(file, megabyte, 0, size);
      } catch {
        size = Math.floor(size / 2);
      }
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

it("refuses what it cannot keep, keeps what it has, and goes on when there is room again", async () => {
  const folder = await smallDisk();
  const settings = await newSettings(folder);
  house = await openHouse(settings);
  const client = createClient({ baseUrl: house.url, apiKey: "demo-key" });
  const fax = (reference: string) => ({
    JobType: 0,
    Recipient: `+493023125001[${reference}]`,
    SendFilename1: "two-pages.tif",
    SendFile1: fixture("two-pages.tif"),
  });
  const before = await callSoap(house.url, "SendJob", fax("before"));
  expect(before.return).toBe("0");
  await eventually(
    () => client.job(Number(before.JobId)),
    (job) => job.state === "done",
  );

  const empty = fill(folder);
  const refused = await callSoap(house.url, "SendJob", { ...fax("full"), SendText: "Noch nie gesendet" });
  expect(refused).toMatchObject({ return: "-4", JobId: "0" });
  const upload = client.uploadDocument(fixture("letter.pdf"));
  await expect(upload).rejects.toMatchObject({ status: expect.toSatisfy((status: number) => status >= 500) });
  expect((await client.job(Number(before.JobId))).outcomes).toEqual({ OK: 1 });
  empty();

  const after = await eventually(
    () => callSoap(house?.url as string, "SendJob", fax("after")),
    (answer) => answer.return === "0",
  );
  await eventually(
    () => client.job(Number(after.JobId)),
    (job) => job.state === "done",
  );
  expect((await client.jobs()).items.map((job) => job.id)).toEqual([Number(after.JobId), Number(before.JobId)]);
});
