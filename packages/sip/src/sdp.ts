/** Session descriptions (RFC 8866) as far as a fax needs them: T.38 image streams (T.38 Annex D) and G.711 audio (RFC 3551). */

import { type Direction, type FaxMedia, readAudioAttribute, readFaxAttribute } from "./sdp-attributes.ts";

/** An audio stream as one side describes it. */
export interface AudioMedia {
  /** 0 refuses the stream (RFC 3264 §6). */
  port: number;
  /** The G.711 codecs among its formats, preferred first; other formats are passed over. */
  codecs: readonly AudioCodec[];
  /** What the describing side will do. */
  direction: Direction;
}

export interface AudioCodec {
  name: "pcma" | "pcmu";
  /** RTP payload type, 0 to 127. */
  payloadType: number;
}

/** One m= line. `line` is its value as it stood ("image 5000 udptl t38"), `address` where its stream goes to. */
export type Stream = { line: string; address: string } & (
  | { kind: "fax"; fax: FaxMedia }
  | { kind: "audio"; audio: AudioMedia }
  | { kind: "other" }
);

export interface SessionDescription {
  /** Value of the o= line; "" when there is none. */
  origin: string;
  /** In the order of the description: an answer has one for each (RFC 3264 §6). */
  streams: readonly Stream[];
}

export type SdpProblem = "sdp-too-large" | "sdp-line" | "sdp-no-session" | "sdp-no-connection" | "sdp-media";

/** One m= line to be written; `refused` answers the offered line with port 0. */
export type StreamToBuild =
  | { kind: "fax"; fax: FaxMedia }
  | { kind: "audio"; audio: AudioMedia }
  | { kind: "refused"; line: string };

export const SDP_TYPE = "application/sdp";

const MAX_SDP_OCTETS = 8192;
const MAX_STREAMS = 16;
const STATIC_CODECS = { 0: "pcmu", 8: "pcma" } as const;
const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

interface OpenStream {
  line: string;
  kind: Stream["kind"];
  port: number;
  address?: string;
  fax?: FaxMedia;
  /** Payload type -> codec, for each format in order. */
  formats: Map<number, string>;
  direction?: Direction;
}

/** What the session description says, or what is wrong with it. Unknown lines and attributes are passed over. */
export function parseSdp(
  body: Uint8Array,
): { ok: true; sdp: SessionDescription } | { ok: false; problem: SdpProblem; detail: string } {
  if (body.length > MAX_SDP_OCTETS) return refuse("sdp-too-large", `${body.length} octets`);
  const lines = utf8
    .decode(body)
    .split(/\r?\n/)
    .filter((line) => line !== "");
  if (lines[0] !== "v=0") return refuse("sdp-no-session", lines[0] ?? "");

  const open: OpenStream[] = [];
  let origin = "";
  let sessionAddress: string | undefined;
  const session: { direction?: Direction } = {};
  for (const line of lines) {
    if (!/^[a-z]=/.test(line)) return refuse("sdp-line", line);
    const value = line.slice(2);
    const current = open.at(-1);
    if (line.startsWith("m=")) {
      const started = startStream(value);
      if (started === undefined || open.length === MAX_STREAMS) return refuse("sdp-media", value);
      open.push(started);
    } else if (line.startsWith("c=")) {
      const address = /^IN IP[46] ([^\s/]+)/.exec(value)?.[1];
      if (current) current.address = address;
      else sessionAddress = address;
    } else if (line.startsWith("o=")) origin = value;
    else if (line.startsWith("a=")) {
      if (current?.fax) readFaxAttribute(current.fax, value);
      else if (!current || current.kind === "audio") readAudioAttribute(current ?? session, value);
    }
  }
  const streams: Stream[] = [];
  for (const stream of open) {
    const address = stream.address ?? sessionAddress;
    if (address === undefined && stream.port !== 0 && stream.kind !== "other")
      return refuse("sdp-no-connection", stream.line);
    streams.push(closeStream(stream, address ?? "", session.direction));
  }
  return { ok: true, sdp: { origin, streams } };
}

/**
 * A session description; `sessionId` makes it unique (RFC 8866 §5.2), `version` counts its changes. All streams have the one
 * address.
 */
export function buildSdp(description: {
  address: string;
  sessionId: number;
  version?: number;
  streams: readonly StreamToBuild[];
}): Uint8Array {
  const { address, sessionId, version = 1, streams } = description;
  const family = address.includes(":") ? "IP6" : "IP4";
  const lines = [
    "v=0",
    `o=depesche ${sessionId} ${version} IN ${family} ${address}`,
    "s=fax",
    `c=IN ${family} ${address}`,
    "t=0 0",
    ...streams.flatMap(streamLines),
  ];
  return toUtf8.encode(`${lines.join("\r\n")}\r\n`);
}

/**
 * The description `next` as the continuation of `previous` by the same side: its session id, and a version one higher when
 * anything has changed (RFC 3264 §8). One that continues by itself, as those passed on for somebody else, stays as it is.
 */
export function continueSdp(previous: Uint8Array, next: Uint8Array): Uint8Array {
  const [before, after] = [utf8.decode(previous), utf8.decode(next)];
  const [was, is] = [ORIGIN.exec(before), ORIGIN.exec(after)];
  if (!was || !is || (was[1] === is[1] && was[2] === is[2])) return next;
  const changed = before.replace(ORIGIN, "") !== after.replace(ORIGIN, "");
  const version = (BigInt(was[3]!) + (changed ? 1n : 0n)).toString();
  return toUtf8.encode(after.replace(ORIGIN, `o=${was[1]} ${was[2]} ${version} ${is[4]}`));
}

const ORIGIN = /^o=(\S+) (\d{1,20}) (\d{1,20}) (.*?)(?=\r?$)/m;

function streamLines(stream: StreamToBuild): string[] {
  switch (stream.kind) {
    case "fax":
      return faxLines(stream.fax);
    case "audio": {
      const { port, codecs, direction } = stream.audio;
      return [
        `m=audio ${port} RTP/AVP ${codecs.map(({ payloadType }) => payloadType).join(" ")}`,
        ...codecs.map(({ name, payloadType }) => `a=rtpmap:${payloadType} ${name.toUpperCase()}/8000`),
        "a=ptime:20",
        // What it is without saying so (RFC 8866 §6.7).
        ...(direction === "sendrecv" ? [] : [`a=${direction}`]),
      ];
    }
    case "refused":
      return [`m=${stream.line.replace(/^(\S+) \d+(?:\/\d+)?/, "$1 0")}`];
    default:
      return stream satisfies never;
  }
}

function faxLines(fax: FaxMedia): string[] {
  const lines = [
    `m=image ${fax.port} ${fax.transport} t38`,
    `a=T38FaxVersion:${fax.version}`,
    `a=T38MaxBitRate:${fax.maxBitRate}`,
    `a=T38FaxRateManagement:${fax.rateManagement}`,
  ];
  if (fax.maxBuffer !== undefined) lines.push(`a=T38FaxMaxBuffer:${fax.maxBuffer}`);
  if (fax.maxDatagram !== undefined) lines.push(`a=T38FaxMaxDatagram:${fax.maxDatagram}`);
  if (fax.udpErrorCorrection !== undefined) lines.push(`a=T38FaxUdpEC:${fax.udpErrorCorrection}`);
  if (fax.setup !== undefined) lines.push(`a=setup:${fax.setup}`, "a=connection:new");
  if (fax.lineTime !== undefined) lines.push(`a=x-depesche-line-time:${fax.lineTime}`);
  if (fax.mediaToken !== undefined) lines.push(`a=x-depesche-media:${fax.mediaToken}`);
  return lines;
}

function startStream(value: string): OpenStream | undefined {
  const match = /^(\S+) (\d{1,5})(?:\/\d+)? (\S+) (.+)$/.exec(value);
  if (!match || Number(match[2]) > 65_535) return undefined;
  const [, media = "", , protocol = "", formats = ""] = match;
  const port = Number(match[2]);
  const stream: OpenStream = { line: value, kind: "other", port, formats: new Map() };
  const transport = protocol.toLowerCase();
  const isFax = media.toLowerCase() === "image" && formats.trim().toLowerCase() === "t38";
  if (isFax && (transport === "udptl" || transport === "tcp")) {
    const rateManagement = transport === "tcp" ? "localTCF" : "transferredTCF";
    stream.kind = "fax";
    stream.fax = { transport, port, version: 0, maxBitRate: 14_400, rateManagement };
  } else if (media.toLowerCase() === "audio" && /^rtp\/avpf?$/.test(transport)) {
    stream.kind = "audio";
    for (const format of formats.trim().split(/ +/)) {
      if (/^\d{1,3}$/.test(format) && Number(format) < 128) stream.formats.set(Number(format), "");
    }
  }
  return stream;
}

function closeStream(stream: OpenStream, address: string, direction: Direction | undefined): Stream {
  const { line, kind, fax, port } = stream;
  if (kind === "fax" && fax) return { line, address, kind, fax };
  if (kind !== "audio") return { line, address, kind: "other" };
  const codecs: AudioCodec[] = [];
  for (const [payloadType, mapped] of stream.formats) {
    const name = mapped === "" ? STATIC_CODECS[payloadType as 0 | 8] : mapped;
    if (name === "pcma" || name === "pcmu") codecs.push({ name, payloadType });
  }
  return { line, address, kind, audio: { port, codecs, direction: stream.direction ?? direction ?? "sendrecv" } };
}

function refuse(problem: SdpProblem, about: string): { ok: false; problem: SdpProblem; detail: string } {
  return { ok: false, problem, detail: about.slice(0, 40) };
}
