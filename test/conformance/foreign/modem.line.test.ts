// A program at an emulated modem and the gateway: efax faxes to the gateway's number and takes what the gateway sends.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { equalBitmaps, writeTiff } from "@depesche/t4";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { client, eventually, finished, fixture } from "../../journeys/post-office.ts";
import {
  efax,
  efaxPages,
  type Folder,
  filesForEfax,
  foot,
  newFolder,
  pagesOf,
  type SerialLine,
  serialLine,
} from "./modem-lines.ts";

const GATEWAY = "+493023125900";
const [SENDING, RECEIVING] = ["+493023125926", "+493023125927"];
const HEADER_ROWS = 20;
const HANG_MS = 250_000;

const page = pagesOf(fixture("two-pages.tif"))[1]!;

let folder: Folder;
let sending: SerialLine;
let receiving: SerialLine;
beforeAll(async () => {
  folder = await newFolder();
  sending = await serialLine(SENDING!, join(folder.path, "tty0"));
  receiving = await serialLine(RECEIVING!, join(folder.path, "tty1"));
});
afterAll(async () => {
  await sending.close();
  await receiving.close();
  await folder.remove();
});

describe.concurrent("efax and the gateway", () => {
  it("a page that efax faxes to the gateway's number lies in the inbox", { timeout: HANG_MS }, async () => {
    const files = await filesForEfax([page], join(folder.path, "out"));
    const { code, said } = await efax(sending.device, "+49 30 23125 926", ["-h", " ", "-t", `T${GATEWAY}`, ...files]);
    expect(code, said).toBe(0);
    const fax = await eventually(
      async () => (await client.inbounds()).items.find(({ remoteId }) => remoteId === "+49 30 23125 926"),
      (found) => found !== undefined,
    );
    expect(fax).toMatchObject({ originator: SENDING, called: GATEWAY, pages: 1, complete: true });
    const tiff = new Uint8Array(await (await client.inboundFile(fax!.id, "tif")).arrayBuffer());
    const [received] = pagesOf(tiff);
    expect(received!.height).toBe(page.height + HEADER_ROWS);
    expect(equalBitmaps(foot(received!, page.height), page)).toBe(true);
  });

  it("a job of the gateway to a modem's number rings there, and efax takes its page", {
    timeout: HANG_MS,
  }, async () => {
    const place = join(folder.path, "in");
    await mkdir(place);
    const tiff = writeTiff([{ bitmap: page, xDpi: 204, yDpi: 196 }]);
    const documents = [{ name: "page.tif", base64: Buffer.from(tiff).toString("base64") }];
    let job: Promise<{ id: number | string }> | undefined;
    const { code, said } = await efax(
      receiving.device,
      "+49 30 23125 927",
      ["-w", "-i", "S0=1", "-r", join(place, "in")],
      () => {
        job ??= client.createJob({ channel: "fax", recipients: [RECEIVING!], documents });
      },
    );
    expect(code, said).toBe(0);
    const { id } = (await job)!;
    expect(await finished(String(id))).toMatchObject({ return: "0" });
    const received = await efaxPages(place);
    expect(received.length).toBe(1);
    expect(equalBitmaps(received[0]!, page)).toBe(true);
  });
});
