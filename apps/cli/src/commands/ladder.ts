// `depesche ladder`: the call of an attempt, line by line, or as a capture file for Wireshark.

import { writeFile } from "node:fs/promises";
import type { Client } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { type Asked, type Command, GATEWAY_FLAGS, usage } from "../command.ts";
import { gateway } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { Failure, fileTrouble } from "../failure.ts";
import { json, line, paint } from "../io.ts";
import { ladderDecoded } from "../ladder-decode.ts";
import { ladderPicture } from "../ladder-picture.ts";

export const ladder: Command = {
  name: "ladder",
  usage: ["JOB|JOB.RECIPIENT|ATTEMPT [--decode [ROW]]", "JOB|JOB.RECIPIENT|ATTEMPT --pcap FILE"],
  summary: "ladder.summary",
  flags: {
    pcap: { value: "FILE", meaning: "ladder.flag.pcap" },
    decode: { meaning: "ladder.flag.decode" },
    ...GATEWAY_FLAGS,
  },
  notes: ["ladder.note"],
  examples: [
    "depesche ladder 17",
    "depesche ladder 17.0.2 --decode",
    "depesche ladder 17 --decode 9",
    "depesche ladder 17 --pcap call.pcap",
  ],
  async run(asked, io) {
    const place = placeOf(asked);
    const row = rowOf(asked);
    const client = await gateway(asked, io);
    const key = await attemptOf(client, place);
    const file = asked.text("pcap");
    if (file !== undefined) {
      const capture = new Uint8Array(await (await client.ladderPcap(key)).arrayBuffer());
      try {
        await writeFile(file, capture);
      } catch (error) {
        throw usage("fail.write", { file, why: fileTrouble(error) });
      }
      if (asked.yes("json")) json(io, { attempt: key, file, bytes: capture.length });
      else line(io, io.say("ladder.written", { file, key }));
      return EXIT.ok;
    }
    const { lines, live } = await client.ladder(key);
    if (row !== undefined && row > lines.length)
      throw new Failure(EXIT.notFound, "ladder.no-row", { row, key, last: lines.length });
    if (asked.yes("json")) {
      json(io, { attempt: key, ...(live && { live }), lines: row === undefined ? lines : [lines[row - 1]] });
      return EXIT.ok;
    }
    line(io, paint(io, "bold", io.say("ladder.head", { key })));
    const picture = asked.yes("decode") ? ladderDecoded(lines, io, row) : ladderPicture(lines, io);
    for (const text of picture) line(io, text);
    if (live) line(io, paint(io, "dim", io.say("ladder.live")));
    return EXIT.ok;
  },
};

interface Place {
  job: number;
  n: number;
  k?: number;
}

/** `--decode 9`: the row, from 1. */
function rowOf(asked: Asked): number | undefined {
  const [, given, more] = asked.positionals;
  if (given === undefined) return undefined;
  if (!asked.yes("decode") || more !== undefined) throw usage("ladder.fail.one");
  if (!/^[1-9]\d{0,5}$/.test(given)) throw usage("ladder.fail.row", { given });
  return Number(given);
}

function placeOf({ positionals }: Asked): Place {
  const [given] = positionals;
  if (given === undefined) throw usage("ladder.fail.one");
  const m = /^([1-9]\d{0,14})(?:\.(\d{1,9})(?:\.([1-9]\d{0,5}))?)?$/.exec(given);
  if (!m) throw usage("ladder.fail.place", { given });
  return { job: Number(m[1]), n: Number(m[2] ?? 0), ...(m[3] === undefined ? {} : { k: Number(m[3]) }) };
}

/** The attempt that is meant; without a number the last one that was made. */
async function attemptOf(client: Client, { job, n, k }: Place): Promise<AttemptKey> {
  if (k !== undefined) return `${job}.${n}.${k}`;
  const last = (await client.attempts(job, n)).items.at(-1);
  if (!last) throw new Failure(EXIT.notFound, "ladder.none", { job, n });
  return last.key;
}
