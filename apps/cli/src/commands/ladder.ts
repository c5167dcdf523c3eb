// `depesche ladder`: the call of an attempt, line by line, or as a capture file for Wireshark.

import { writeFile } from "node:fs/promises";
import type { Client, Ladder } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { type Asked, type Command, GATEWAY_FLAGS, SIMULATORS_FLAG, usage } from "../command.ts";
import { gateway, simulators } from "../connection.ts";
import { EXIT } from "../exit-code.ts";
import { Failure, fileTrouble } from "../failure.ts";
import { type Io, json, line, paint } from "../io.ts";
import { ladderDecoded } from "../ladder-decode.ts";
import { ladderPicture } from "../ladder-picture.ts";

export const ladder: Command = {
  name: "ladder",
  usage: [
    "JOB|JOB.RECIPIENT|ATTEMPT|inbox:ID|missed:ID [--decode [ROW]]",
    "JOB|JOB.RECIPIENT|ATTEMPT|inbox:ID|missed:ID --pcap FILE",
    "--exchange ID|last [--decode [ROW]|--pcap FILE]",
  ],
  summary: "ladder.summary",
  flags: {
    pcap: { value: "FILE", meaning: "ladder.flag.pcap" },
    decode: { meaning: "ladder.flag.decode" },
    exchange: { value: "ID", meaning: "ladder.flag.exchange" },
    ...GATEWAY_FLAGS,
    ...SIMULATORS_FLAG,
  },
  notes: ["ladder.note"],
  examples: [
    "depesche ladder 17",
    "depesche ladder 17.0.2 --decode",
    "depesche ladder 17 --decode 9",
    "depesche ladder 17 --pcap call.pcap",
    "depesche ladder inbox:3",
    "depesche ladder --exchange last",
  ],
  async run(asked, io) {
    const onExchange = asked.text("exchange");
    const [placed, ...behind] = asked.positionals;
    const rows = onExchange === undefined ? behind : asked.positionals;
    const place = onExchange === undefined ? placeOf(placed) : { exchange: exchangeCallOf(onExchange) };
    const row = rowOf(asked, rows);
    const call = await callOf(asked, io, place);
    const { key } = call;
    const file = asked.text("pcap");
    if (file !== undefined) {
      const capture = await call.pcap();
      try {
        await writeFile(file, capture);
      } catch (error) {
        throw usage("fail.write", { file, why: fileTrouble(error) });
      }
      if (asked.yes("json")) json(io, { [call.kind]: key, file, bytes: capture.length });
      else line(io, io.say("ladder.written", { file, key }));
      return EXIT.ok;
    }
    const { lines, live } = await call.ladder();
    if (row !== undefined && row > lines.length)
      throw new Failure(EXIT.notFound, "ladder.no-row", { row, key, last: lines.length });
    if (asked.yes("json")) {
      json(io, { [call.kind]: key, ...(live && { live }), lines: row === undefined ? lines : [lines[row - 1]] });
      return EXIT.ok;
    }
    line(io, paint(io, "bold", io.say("ladder.head", { key })));
    const picture = asked.yes("decode") ? ladderDecoded(lines, io, row) : ladderPicture(lines, io);
    for (const text of picture) line(io, text);
    if (live) line(io, paint(io, "dim", io.say("ladder.live")));
    return EXIT.ok;
  },
};

type Attempt = { job: number; n: number; k?: number };
/** An attempt, the last one where k is not given; a call that came in, with a fax or without; or one of the simulated exchange. */
type Place = Attempt | { inbox: number } | { missed: number } | { exchange: number | "last" };

interface Call {
  kind: "attempt" | "inbox" | "missed" | "exchange";
  /** As it is written on the command line. */
  key: string;
  ladder(): Promise<Ladder>;
  pcap(): Promise<Uint8Array>;
}

async function callOf(asked: Asked, io: Io, place: Place): Promise<Call> {
  if ("exchange" in place) {
    const town = await simulators(asked, io.env);
    const id = place.exchange === "last" ? await town.lastCall() : place.exchange;
    if (id === undefined) throw new Failure(EXIT.notFound, "ladder.no-call");
    const key = `exchange:${id}`;
    return { kind: "exchange", key, ladder: () => town.callLadder(id), pcap: () => town.callPcap(id) };
  }
  const client = await gateway(asked, io);
  const octets = async (file: Promise<Blob>) => new Uint8Array(await (await file).arrayBuffer());
  if ("inbox" in place) {
    const id = place.inbox;
    const [ladder, pcap] = [() => client.inboundLadder(id), () => octets(client.inboundPcap(id))];
    return { kind: "inbox", key: `inbox:${id}`, ladder, pcap };
  }
  if ("missed" in place) {
    const id = place.missed;
    const [ladder, pcap] = [() => client.missedLadder(id), () => octets(client.missedPcap(id))];
    return { kind: "missed", key: `missed:${id}`, ladder, pcap };
  }
  const key = await attemptOf(client, place);
  return { kind: "attempt", key, ladder: () => client.ladder(key), pcap: () => octets(client.ladderPcap(key)) };
}

/** `--exchange 7`: the call's number; `last` is the one that began last. */
function exchangeCallOf(given: string): number | "last" {
  if (given === "last") return given;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw usage("ladder.fail.exchange", { given });
  return Number(given);
}

/** `--decode 9`: the row, from 1. */
function rowOf(asked: Asked, [given, more]: readonly string[]): number | undefined {
  if (given === undefined) return undefined;
  if (!asked.yes("decode") || more !== undefined) throw usage("ladder.fail.one");
  if (!/^[1-9]\d{0,5}$/.test(given)) throw usage("ladder.fail.row", { given });
  return Number(given);
}

function placeOf(given: string | undefined): Place {
  if (given === undefined) throw usage("ladder.fail.one");
  const inbox = /^inbox:([1-9]\d{0,14})$/.exec(given)?.[1];
  if (inbox !== undefined) return { inbox: Number(inbox) };
  const missed = /^missed:([1-9]\d{0,14})$/.exec(given)?.[1];
  if (missed !== undefined) return { missed: Number(missed) };
  const m = /^([1-9]\d{0,14})(?:\.(\d{1,9})(?:\.([1-9]\d{0,5}))?)?$/.exec(given);
  if (!m) throw usage("ladder.fail.place", { given });
  return { job: Number(m[1]), n: Number(m[2] ?? 0), ...(m[3] === undefined ? {} : { k: Number(m[3]) }) };
}

/** The attempt that is meant; without a number the last one that was made. */
async function attemptOf(client: Client, { job, n, k }: Attempt): Promise<AttemptKey> {
  if (k !== undefined) return `${job}.${n}.${k}`;
  const last = (await client.attempts(job, n)).items.at(-1);
  if (!last) throw new Failure(EXIT.notFound, "ladder.none", { job, n });
  return last.key;
}
