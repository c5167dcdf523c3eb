// A listener of the feed that counts what it is told: steady, stalled (it reads nothing for a while), or one that breaks off and comes
// back by sequence number. It looks at the octets only as far as it must, so that fifty of them do not outweigh what they listen to.

import { FEED_PROTOCOL, keyProtocol } from "@depesche/client";
import WebSocket from "ws";

export interface Heard {
  events: number;
  /** Everything up to here was told. */
  seq: number;
  /** Messages whose events did not follow those before: told twice, or out of order. */
  misplaced: number;
  /** Snapshots, one for each time it connected or was caught up. */
  snapshots: number;
  connections: number;
  /** Final outcomes by word, where it parses everything. */
  finals: Record<string, number>;
}

export interface ListenerOptions {
  url: string;
  apiKey: string;
  /** Events after this sequence number. */
  from: number;
  /** Parses every event and sums final outcomes. */
  parses?: boolean;
  /** How old so many events were when they came, ms. */
  onLag?(ms: number, events: number): void;
}

const EVENTS = Buffer.from('{"events":[{"seq":');
const ONE_EVENT = Buffer.from('{"seq":');
const SNAPSHOT = Buffer.from('{"snapshot":');
const RECONNECT_MS = 100;

export class Listener {
  readonly heard: Heard;
  readonly #options: ListenerOptions;
  #socket: WebSocket | undefined;
  #stalled = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.heard = { events: 0, seq: options.from, misplaced: 0, snapshots: 0, connections: 0, finals: {} };
    this.#connect();
  }

  /** Reads nothing any more; what is sent piles up on the way. */
  stall(): void {
    this.#stalled = true;
    this.#socket?.pause();
  }

  goOn(): void {
    this.#stalled = false;
    this.#socket?.resume();
  }

  /** Breaks the connection as a lost network does; it comes back by itself. */
  breakOff(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #connect(): void {
    const { url, apiKey } = this.#options;
    const feed = `${url.replace(/^http/, "ws")}/v1/feed?from=${this.heard.seq}`;
    const socket = new WebSocket(feed, [FEED_PROTOCOL, keyProtocol(apiKey)], { perMessageDeflate: false });
    this.#socket = socket;
    socket.on("open", () => {
      this.heard.connections += 1;
      if (this.#stalled) socket.pause();
    });
    socket.on("message", (data) => this.#take(data as Buffer));
    socket.on("error", () => undefined); // the close that follows brings it back
    socket.on("close", () => {
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#connect(), RECONNECT_MS);
    });
  }

  #take(data: Buffer): void {
    const { heard } = this;
    if (data.subarray(0, SNAPSHOT.length).equals(SNAPSHOT)) heard.snapshots += 1;
    if (!data.subarray(0, EVENTS.length).equals(EVENTS)) return;
    const head = data.toString("latin1", 0, 400);
    const first = Number(/^\{"events":\[\{"seq":(\d+)/.exec(head)?.[1]);
    const last = Number(/"seq":(\d+)\}$/.exec(data.toString("latin1", Math.max(0, data.length - 40)))?.[1]);
    if (!(first > heard.seq) || !(last >= first)) heard.misplaced += 1;
    let events = 0;
    for (let at = data.indexOf(ONE_EVENT); at >= 0; at = data.indexOf(ONE_EVENT, at + ONE_EVENT.length)) events += 1;
    heard.events += events;
    heard.seq = last;
    const at = (text: string) => Date.parse(/"at":"([^"]+)"/.exec(text)?.[1] ?? "");
    const tail = data.toString("latin1", data.lastIndexOf(ONE_EVENT));
    this.#lags(Date.now(), at(head), at(tail), events);
    if (this.#options.parses) this.#sum(data);
  }

  /** Events between the first and the last of a message are taken as spread evenly over the time between those. */
  #lags(now: number, first: number, last: number, events: number): void {
    const steps = Math.min(10, events);
    for (let i = 0; i < steps; i++) {
      const writtenAt = first + ((last - first) * i) / Math.max(1, steps - 1);
      this.#options.onLag?.(now - writtenAt, events / steps);
    }
  }

  #sum(data: Buffer): void {
    const { events } = JSON.parse(data.toString()) as {
      events: { type: string; final?: boolean; outcome?: string }[];
    };
    for (const { type, final, outcome } of events) {
      const isFinal = type === "recipient.final" || (type === "attempt.ended" && final === true);
      if (isFinal && outcome) this.heard.finals[outcome] = (this.heard.finals[outcome] ?? 0) + 1;
    }
  }
}
