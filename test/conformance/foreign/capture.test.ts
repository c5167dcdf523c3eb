// Wireshark's dissectors on the capture of a call: every T.30 frame reassembled, nothing malformed.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { depesche, runProgram } from "../../house/house.ts";
import { client, eventually, finished, fixture, settings } from "../../journeys/post-office.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-capture-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A two-page fax to a number, captured by `depesche ladder --pcap`, as tshark tells it: one line a packet. */
async function captured(to: string): Promise<{ lines: string[]; text: string }> {
  const documents = [{ name: "two-pages.tif", base64: Buffer.from(fixture("two-pages.tif")).toString("base64") }];
  const { id } = await client.createJob({ channel: "fax", recipients: [to], documents });
  await finished(String(id));
  // The record is kept beside the result, and may come after it.
  await eventually(
    () => client.ladder(`${id}.0.1`).catch(() => undefined),
    (kept) => kept !== undefined,
  );
  const pcap = join(folder, "call.pcap");
  expect(await depesche(settings, ["ladder", String(id), "--pcap", pcap])).toMatchObject({ code: 0 });
  const columns = ["-o", 'gui.column.format:"Info","%i"'];
  const { code, stdout } = await runProgram("tshark", ["-r", pcap, ...columns]);
  expect(code).toBe(0);
  const verbose = await runProgram("tshark", ["-r", pcap, "-V"]);
  return { lines: stdout.split("\n"), text: verbose.stdout };
}

/** The frames in the order in which they were complete. */
function framesOf(lines: string[]): string[] {
  const names = /\b(CSI|DIS|TSI|DCS|CFR|FTT|MPS|EOP|EOM|PPS|PPR|CTC|CTR|MCF|RTP|RTN|DCN|CRP)\b/;
  return lines.flatMap((line) => names.exec(line)?.[1] ?? []);
}

function inOrder(frames: string[], wanted: string[]): void {
  let at = 0;
  for (const frame of frames) if (frame === wanted[at]) at++;
  expect(wanted.slice(at), `in ${frames.join(" ")}`).toEqual([]);
}

it("with ECM: identification, training, blocks, end", async () => {
  const { lines, text } = await captured("+493023125071");
  inOrder(framesOf(lines), ["CSI", "DIS", "TSI", "DCS", "CFR", "PPS", "MCF", "PPS", "MCF", "DCN"]);
  expect(text).not.toMatch(/malformed/i);
});

it("without ECM: MPS between the pages, EOP after the last", async () => {
  const { lines, text } = await captured("+493023125911");
  inOrder(framesOf(lines), ["CSI", "DIS", "TSI", "DCS", "CFR", "MPS", "MCF", "EOP", "MCF", "DCN"]);
  expect(text).not.toMatch(/malformed/i);
});

it("with damaged frames: PPR and the repeats are in it", async () => {
  const { lines, text } = await captured("+493023125916");
  inOrder(framesOf(lines), ["DIS", "DCS", "CFR", "PPS", "PPR", "PPS", "MCF", "DCN"]);
  expect(text).not.toMatch(/malformed/i);
});
