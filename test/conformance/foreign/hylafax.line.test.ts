// HylaFAX 6 at the emulated modems, in a spool of its own: faxsend with error correction to a machine, faxgetty receives from one.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { equalBitmaps, writeTiff } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../../house/house.ts";
import { eventually, fixture, newestFax, tellTown, town } from "../../journeys/post-office.ts";
import { ended, type Folder, modemPort, newFolder, pagesOf, type SerialLine, serialLine } from "./modem-lines.ts";

const SPOOL = "/var/spool/hylafax";
/** HylaFAX finds devices below /dev only; this folder of it is everybody's. */
const DEVICES = "/dev/shm";
const SENDER = "+493023125924";
const RECEIVER = "+493023125925";
const HANG_MS = 200_000;

const pages = pagesOf(fixture("two-pages.tif"));
const tiff = writeTiff(pages.map((bitmap) => ({ bitmap, xDpi: 204, yDpi: 196 })));

let folder: Folder;
let spool: string;
const lines: SerialLine[] = [];

/** Plugs a line in and writes the configuration of its modem; gives the modem's name in HylaFAX. */
async function modem(number: string): Promise<string> {
  const name = `depesche${await modemPort(number)}`;
  const line = await serialLine(number, join(DEVICES, name));
  lines.push(line);
  const config = {
    FAXNumber: number.replace("+49", "+49."),
    LocalIdentifier: "HylaFAX",
    UUCPLockDir: join(spool, "lock"),
    RingsBeforeAnswer: 1,
    SessionTracing: "0xFFF",
    ModemType: "Class1",
    Class1ECMSupport: "Yes",
    RecvFileMode: "0666",
  };
  const text = Object.entries(config).map(([key, value]) => `${key}: ${value}\n`);
  await writeFile(join(spool, "etc", `config.shm_${name}`), text.join(""));
  return `shm_${name}`;
}

beforeAll(async () => {
  folder = await newFolder();
  await chmod(folder.path, 0o755);
  spool = join(folder.path, "spool");
  // Owners and rights count: the programs give up those of root.
  await runProgram("cp", ["-a", SPOOL, spool]);
  await cp("/etc/hylafax", join(spool, "etc"), { recursive: true });
  await mkdir(join(spool, "lock"));
  await chmod(join(spool, "lock"), 0o777);
  await writeFile(
    join(spool, "etc/config"),
    "CountryCode: 49\nAreaCode: 30\nInternationalPrefix: 00\nLongDistancePrefix: 0\n",
  );
  await writeFile(join(spool, "log/seqf"), "1\n");
  // What comes in stays where it is: no mail about it.
  await writeFile(join(spool, "bin/faxrcvd"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  await runProgram("chown", ["-R", "uucp:uucp", spool]);
});
afterAll(async () => {
  for (const line of lines) await line.close();
  await folder.remove();
});

/** The newest session log, for people who look into a failure. */
async function sessions(): Promise<string> {
  const logs = (await readdir(join(spool, "log"))).filter((name) => name.startsWith("c")).sort();
  return (await Promise.all(logs.map((name) => readFile(join(spool, "log", name), "latin1"))))
    .join("\n")
    .slice(-20_000);
}

/** A job as faxq hands it to faxsend: MMR at 14400 with error correction, two pages, MPS between and EOP behind. */
function job(number: string, document: string): string {
  const soon = Math.floor(Date.now() / 1000) + 3600;
  const fields = {
    tts: 0,
    killtime: soon,
    state: 6,
    npages: 0,
    totpages: pages.length,
    maxdials: 1,
    maxtries: 1,
    pagewidth: 215,
    resolution: 196,
    pagelength: 297,
    priority: 127,
    schedpri: 127,
    desiredbr: 5,
    desiredst: 0,
    desiredec: 2,
    desireddf: 4,
    desiredtl: 0,
    useccover: 0,
    usexvres: 1,
    external: number,
    number,
    mailaddr: "root",
    sender: "Test",
    jobid: 1,
    pagehandling: "e+Se+P",
    modem: "any",
    jobtype: "facsimile",
    owner: "root",
    groupid: 1,
    client: "localhost",
    notify: "none",
    doneop: "default",
    "fax:0:": document,
  };
  return Object.entries(fields)
    .map(([key, value]) => `${key}:${value}\n`)
    .join("");
}

describe.concurrent("HylaFAX", () => {
  it("sends two pages with error correction to a machine", { timeout: HANG_MS }, async () => {
    const device = await modem(SENDER);
    await writeFile(join(folder.path, "in.tif"), tiff);
    const document = "docq/doc1.tif";
    const copied = await runProgram("tiffcp", [
      "-r",
      "100000",
      "-c",
      "g4",
      join(folder.path, "in.tif"),
      join(spool, document),
    ]);
    expect(copied.code, copied.stderr).toBe(0);
    await writeFile(join(spool, "sendq/q1"), job("03023125063", document));
    await runProgram("chown", ["-R", "uucp:uucp", join(spool, "docq"), join(spool, "sendq")]);
    const child = spawn("/usr/sbin/faxsend", ["-m", device, "sendq/q1"], { cwd: spool, stdio: "ignore" });
    const [code] = (await once(child, "close")) as [number | null];
    const left = await readFile(join(spool, "sendq/q1"), "latin1");
    // 2: "done" among the results of faxsend, as faxq reads it.
    expect({ code, left: /npages:(\d+)/.exec(left)?.[1] }, await sessions()).toEqual({ code: 2, left: "2" });
    const received = pagesOf(await newestFax("+493023125063"));
    expect(received.length).toBe(pages.length);
    for (const [i, page] of pages.entries()) expect(equalBitmaps(received[i]!, page), `page ${i + 1}`).toBe(true);
    const { calls } = await town("/exchange/calls?number=%2B493023125063");
    expect(calls[0]).toMatchObject({ from: SENDER, result: "OK", pages: 2 });
    expect(await sessions()).toMatch(/USE error correction mode/);
  });

  it("receives two pages from a machine, with error correction", { timeout: HANG_MS }, async () => {
    const device = await modem(RECEIVER);
    const getty = spawn("/usr/sbin/faxgetty", ["-q", spool, device.replace("_", "/")], { cwd: spool, stdio: "ignore" });
    try {
      const status = join(spool, "status", device);
      await eventually(
        () => readFile(status, "latin1").catch(() => ""),
        (text) => /idle/i.test(text),
        60_000,
      );
      const order = { from: "+493023125064", to: RECEIVER, tiff: Buffer.from(tiff).toString("base64") };
      expect(await tellTown("POST", "/exchange/calls", order), await sessions()).toMatchObject({
        result: "OK",
        pages: 2,
      });
      const names = await eventually(
        async () => (await readdir(join(spool, "recvq"))).filter((name) => name.endsWith(".tif")),
        (found) => found.length > 0,
      );
      const received = pagesOf(new Uint8Array(await readFile(join(spool, "recvq", names[0]!))));
      expect(received.length).toBe(pages.length);
      for (const [i, page] of pages.entries()) expect(equalBitmaps(received[i]!, page), `page ${i + 1}`).toBe(true);
    } finally {
      await ended(getty);
    }
  });
});
