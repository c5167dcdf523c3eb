/** One audio stream of a call on a UDP socket: G.711 both ways in packets of 20 ms (RFC 3550, RFC 3551 §4.5.14). */

import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { decodeRtp, encodeG711, encodeRtp, type G711Law, RTP_PAYLOAD } from "@depesche/audio";
import { createIncoming, type Incoming, takeRtp } from "./incoming.ts";

/** The time of the stream: a Wall of wire/t38. */
export interface RtpWall {
  nowUs(): number;
  at(atUs: number, then: () => void): () => void;
}

export interface RtpOptions {
  /** Address to bind. */
  host: string;
  /** First and last port to bind; an even one is taken (RFC 3550 §11). Without it the system chooses. */
  portRange?: readonly [number, number];
  wall: RtpWall;
}

/** Where the far end hears, and what it understands. */
export interface RtpFarEnd {
  host: string;
  port: number;
  law: G711Law;
  /** Where it gave the law another payload type than the static one (RFC 3551 §3). */
  payloadType?: number;
}

export interface RtpCounts {
  sent: number;
  /** Packets of the far end. */
  received: number;
  lost: number;
  late: number;
  otherPayload: number;
  /** Datagrams from elsewhere. */
  strangers: number;
  malformed: number;
  sendFailures: number;
}

/** Fills in the next samples; false when nothing but silence follows. */
export type RtpSource = (into: Int16Array) => boolean;

export interface RtpPort {
  readonly port: number;
  /**
   * Begins to send, silence first, and tells what is heard; again, when the far end has moved. An address or port of nought
   * holds the stream: its time goes on, nothing leaves. Rejects when the far end's name leads nowhere.
   */
  start(far: RtpFarEnd, ear: (samples: Int16Array) => void): Promise<void>;
  /** What is sent from now on in the place of what was; `ended` is told when it has nothing more. */
  play(source: RtpSource, ended?: () => void): void;
  /** When the far end was heard last, on the wall's clock; undefined before. */
  heardUs(): number | undefined;
  counts(): RtpCounts;
  /** Frees socket and timer. Nothing is told after it. */
  close(): Promise<void>;
}

const HOLD = "0.0.0.0";
const FRAME_US = 20_000;
const FRAME_SAMPLES = 160;
/** A process that was away longer does not make up for it: the far end's buffer would overflow. */
const MAX_BEHIND = 10;
const SILENT: RtpSource = (into) => {
  into.fill(0);
  return true;
};

/** Binds the stream's socket. Rejects with the system's error when no port is free. */
export async function openRtp(options: RtpOptions): Promise<RtpPort> {
  return new Stream(await bind(options.host, options.portRange), options.wall);
}

class Stream implements RtpPort {
  readonly port: number;
  readonly #socket: Socket;
  readonly #wall: RtpWall;
  readonly #ssrc = randomBytes(4).readUInt32BE();
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #begunUs = 0;
  /** Frames whose time is over, sent or left out. */
  #frames = 0;
  #marker = true;
  #source: RtpSource = SILENT;
  #ended: (() => void) | undefined;
  #takeBack = () => {};
  #far: RtpFarEnd | undefined;
  #incoming: Incoming | undefined;
  #ear: (samples: Int16Array) => void = () => {};
  #heardUs: number | undefined;
  #closed: Promise<void> | undefined;
  readonly #counts = { sent: 0, strangers: 0, malformed: 0, sendFailures: 0 };

  constructor(socket: Socket, wall: RtpWall) {
    this.#socket = socket;
    this.#wall = wall;
    this.port = socket.address().port;
    socket.on("message", (bytes, { address, port }) => this.#receive(bytes, address, port));
    // An unreachable far end is told by silence, which the call judges.
    socket.on("error", () => this.#counts.sendFailures++);
  }

  async start(far: RtpFarEnd, ear: (samples: Int16Array) => void): Promise<void> {
    const { address } = await lookup(far.host);
    if (this.#closed) return;
    const isFirst = this.#far === undefined;
    this.#far = { ...far, host: address };
    this.#incoming = createIncoming(far.law, far.payloadType);
    this.#ear = ear;
    if (!isFirst) return;
    this.#begunUs = this.#wall.nowUs();
    this.#tick();
  }

  play(source: RtpSource, ended?: () => void): void {
    this.#source = source;
    this.#ended = ended;
  }

  heardUs(): number | undefined {
    return this.#heardUs;
  }

  counts(): RtpCounts {
    const { packets = 0, lost = 0, late = 0, otherPayload = 0 } = this.#incoming?.counts ?? {};
    return { ...this.#counts, received: packets, lost, late, otherPayload };
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#takeBack();
      this.#socket.close(() => resolve());
    });
    return this.#closed;
  }

  /** Sends what is due by the clock, so that delays of the process never add up. */
  #tick(): void {
    if (this.#closed) return;
    const due = Math.floor((this.#wall.nowUs() - this.#begunUs) / FRAME_US) + 1;
    if (due - this.#frames > MAX_BEHIND) {
      this.#timestamp += (due - this.#frames - 1) * FRAME_SAMPLES;
      this.#frames = due - 1;
      this.#marker = true;
    }
    while (this.#frames < due && !this.#closed) this.#sendFrame();
    this.#takeBack = this.#wall.at(this.#begunUs + this.#frames * FRAME_US, () => this.#tick());
  }

  #sendFrame(): void {
    const far = this.#far!;
    const samples = new Int16Array(FRAME_SAMPLES);
    const goesOn = this.#source(samples);
    const packet = encodeRtp({
      payloadType: far.payloadType ?? RTP_PAYLOAD[far.law],
      marker: this.#marker,
      sequence: this.#sequence,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload: encodeG711(far.law, samples),
    });
    this.#marker = false;
    this.#frames++;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
    this.#counts.sent++;
    // A stream on hold (RFC 3264 §8.4, and §5.1 for the address of nought).
    if (far.port !== 0 && far.host !== HOLD) {
      this.#socket.send(packet, far.port, far.host, (error) => {
        if (error) this.#counts.sendFailures++;
      });
    }
    if (goesOn) return;
    const ended = this.#ended;
    this.play(SILENT);
    ended?.();
  }

  #receive(bytes: Uint8Array, address: string, port: number): void {
    const incoming = this.#incoming;
    if (this.#closed) return;
    if (!incoming || address !== this.#far?.host || port !== this.#far.port) {
      this.#counts.strangers++;
      return;
    }
    const read = decodeRtp(bytes);
    if (!read.ok) {
      this.#counts.malformed++;
      return;
    }
    this.#heardUs = this.#wall.nowUs();
    takeRtp(incoming, read.packet, (samples) => {
      if (!this.#closed) this.#ear(samples);
    });
  }
}

async function bind(host: string, range: readonly [number, number] | undefined): Promise<Socket> {
  if (!range) return bindOne(host, 0);
  const first = range[0] + (range[0] % 2);
  const count = Math.max(1, Math.floor((range[1] - first) / 2) + 1);
  // Not always the lowest: a port just freed may still be sent to.
  const from = randomBytes(4).readUInt32BE() % count;
  for (let i = 0; ; i++) {
    try {
      return await bindOne(host, first + 2 * ((from + i) % count));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || i + 1 >= count) throw error;
    }
  }
}

function bindOne(host: string, port: number): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}
