/**
 * The session descriptions of fax calls, offers and answers (RFC 3264): the stream of our own two ends, T.38 over UDPTL or TCP
 * (T.38 Annex D), and G.711 audio out of which a call goes over to T.38.
 *
 * Our own ends agree on T.38 over one TCP connection a call, which the caller opens (RFC 4145) to a port that all calls of the
 * called side share; the media token names the call, the line-time version the rule of time.
 */

import { isIP } from "node:net";
import {
  type AudioCodec,
  type AudioMedia,
  buildSdp,
  type Direction,
  type FaxMedia,
  parseSdp,
  type Stream,
  type StreamToBuild,
} from "@depesche/sip";

/** RFC 4145 §4.1: who opens the connection names the discard port. */
const DISCARD_PORT = 9;
const LINE_TIME_VERSION = 1;
/** What our ends take in one datagram, and what they may hold of a page before it is read, octets. */
const MAX_DATAGRAM = 1400;
const MAX_BUFFER = 2000;
let sessionIds = 0;

const OWN = {
  transport: "tcp",
  version: 0,
  maxBitRate: 14_400,
  rateManagement: "localTCF",
  lineTime: LINE_TIME_VERSION,
} as const satisfies Partial<FaxMedia>;

/** Where a stream goes to. */
export interface MediaAddress {
  address: string;
  port: number;
}

/** What a session description offers or, in an answer, accepts. `none`: nothing we could take, or it is malformed. */
export type FaxOffer =
  | { kind: "own"; host: string; port: number; token: string }
  | { kind: "udptl"; host: string; port: number; fax: FaxMedia }
  /** `fax.setup` says who opens the connection; without it the offerer does (RFC 4145 §4). */
  | { kind: "tcp"; host: string; port: number; fax: FaxMedia }
  | { kind: "audio"; host: string; port: number; payload: "pcma" | "pcmu"; payloadType: number; direction: Direction }
  | { kind: "none" };

/**
 * Reads an offer or an answer: the first live T.38 stream, else the first live G.711 stream. With `ours`, the address we would
 * answer with, a stream to an address of the other family is none: nothing sent from here gets there.
 */
export function readOffer(body: Uint8Array, ours?: string): FaxOffer {
  const parsed = parseSdp(body);
  const stream = parsed.ok ? chosen(parsed.sdp.streams, ours) : undefined;
  if (stream?.kind === "fax") {
    const { address: host, fax } = stream;
    if (fax.transport === "udptl") return { kind: "udptl", host, port: fax.port, fax };
    if (fax.lineTime !== LINE_TIME_VERSION) return { kind: "tcp", host, port: fax.port, fax };
    return { kind: "own", host, port: fax.port, token: fax.mediaToken ?? "" };
  }
  if (stream?.kind !== "audio") return { kind: "none" };
  const { port, codecs, direction } = stream.audio;
  const { name: payload, payloadType } = codecs[0]!;
  return { kind: "audio", host: stream.address, port, payload, payloadType, direction };
}

/** The caller's offer to one of our own ends. */
export function offerFax(address: string): Uint8Array {
  return build(address, [{ kind: "fax", fax: { ...OWN, port: DISCARD_PORT, setup: "active" } }]);
}

/** The called side's answer to it: where the caller shall connect to, and what it shall say there. */
export function answerFax(media: MediaAddress & { token: string }): Uint8Array {
  return build(media.address, [
    { kind: "fax", fax: { ...OWN, port: media.port, setup: "passive", mediaToken: media.token } },
  ]);
}

/** T.38 over UDPTL; repair by redundancy unless `errorCorrection` says otherwise. */
export function offerUdptl(media: MediaAddress & { errorCorrection?: FaxMedia["udpErrorCorrection"] }): Uint8Array {
  const { errorCorrection: udpErrorCorrection = "t38UDPRedundancy" } = media;
  return build(media.address, [{ kind: "fax", fax: udptl(media.port, { udpErrorCorrection }) }]);
}

/** Accepts the UDPTL stream of an offer with its rate management and repair; every other stream is refused. */
export function answerUdptl(offer: Uint8Array, media: MediaAddress): Uint8Array {
  return answer(offer, media.address, "udptl", ({ rateManagement, udpErrorCorrection }) =>
    udptl(media.port, { rateManagement, udpErrorCorrection }),
  );
}

/** T.38 over a TCP connection that we shall open. */
export function offerTcp(address: string): Uint8Array {
  return build(address, [{ kind: "fax", fax: tcp(DISCARD_PORT, "active") }]);
}

/**
 * Accepts the TCP stream of an offer. The port we listen on when the offerer opens the connection; `port` undefined when we
 * open it (the offer says `passive`).
 */
export function answerTcp(offer: Uint8Array, media: { address: string; port: number | undefined }): Uint8Array {
  const { address, port } = media;
  return answer(offer, address, "tcp", ({ rateManagement }) => ({
    ...(port === undefined ? tcp(DISCARD_PORT, "active") : tcp(port, "passive")),
    rateManagement,
  }));
}

/** G.711 audio both ways, A-law preferred. */
export function offerAudio(media: MediaAddress): Uint8Array {
  const codecs: AudioCodec[] = [
    { name: "pcma", payloadType: 8 },
    { name: "pcmu", payloadType: 0 },
  ];
  return build(media.address, [{ kind: "audio", audio: { port: media.port, codecs, direction: "sendrecv" } }]);
}

const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
};

/** Accepts the audio stream of an offer with the codec that `readOffer` tells; every other stream is refused. */
export function answerAudio(offer: Uint8Array, media: MediaAddress): Uint8Array {
  return mirror(offer, media.address, "audio", (stream) => {
    const { codecs, direction } = stream.audio;
    const audio: AudioMedia = { port: media.port, codecs: [codecs[0]!], direction: MIRRORED[direction] };
    return { kind: "audio", audio };
  });
}

function udptl(port: number, more: Partial<FaxMedia>): FaxMedia {
  return {
    transport: "udptl",
    port,
    version: 0,
    maxBitRate: 14_400,
    rateManagement: "transferredTCF",
    maxBuffer: MAX_BUFFER,
    maxDatagram: MAX_DATAGRAM,
    ...more,
  };
}

function tcp(port: number, setup: "active" | "passive"): FaxMedia {
  return { transport: "tcp", port, version: 0, maxBitRate: 14_400, rateManagement: "localTCF", setup };
}

function build(address: string, streams: readonly StreamToBuild[]): Uint8Array {
  sessionIds++;
  return buildSdp({ address, sessionId: sessionIds, streams });
}

function answer(
  offer: Uint8Array,
  address: string,
  transport: FaxMedia["transport"],
  accept: (offered: FaxMedia) => FaxMedia,
): Uint8Array {
  return mirror(offer, address, "fax", (stream) => {
    if (stream.fax.transport !== transport) throw new RangeError(`the offer has no stream over ${transport}`);
    return { kind: "fax", fax: accept(stream.fax) };
  });
}

/** Each m= line of the offer answered in its place (RFC 3264 §6). Throws a RangeError for an offer that was not looked at. */
function mirror<Kind extends "fax" | "audio">(
  offer: Uint8Array,
  address: string,
  kind: Kind,
  accept: (stream: Stream & { kind: Kind }) => StreamToBuild,
): Uint8Array {
  const parsed = parseSdp(offer);
  const streams = parsed.ok ? parsed.sdp.streams : [];
  const accepted = chosen(streams, address);
  if (accepted?.kind !== kind) throw new RangeError(`the offer's stream is ${accepted?.kind ?? "none"}, not ${kind}`);
  return build(
    address,
    streams.map((stream) =>
      stream === accepted ? accept(stream as Stream & { kind: Kind }) : { kind: "refused", line: stream.line },
    ),
  );
}

function chosen(streams: readonly Stream[], ours: string | undefined): Stream | undefined {
  const near = streams.filter(({ address }) => ours === undefined || !areApart(address, ours));
  return (
    near.find((stream) => stream.kind === "fax" && stream.fax.port !== 0 && isOneHost(stream.address)) ??
    near.find((stream) => stream.kind === "audio" && stream.audio.port !== 0 && stream.audio.codecs.length > 0)
  );
}

/** A fax goes to one host. Sound may be on hold at 0.0.0.0 (RFC 3264 §8.4); a fax cannot be. */
function isOneHost(address: string): boolean {
  if (!isIP(address)) return true;
  return !/^(0|22[4-9]|2[3-5]\d)\.|^(::|0(:0){7})$|^ff[\da-f]{2}:/i.test(address);
}

/** One is an IPv4 address, the other an IPv6 address. */
function areApart(a: string, b: string): boolean {
  return isIP(a) + isIP(b) === 10;
}
