// The live feed: one WebSocket that comes back by itself and resumes after the last event it has told.

import type { FeedMessage } from "./resources.ts";

/** What is used of a WebSocket; the browser's and that of the `ws` package both fit. */
export interface FeedSocket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  close(code?: number, reason?: string): void;
}
export type FeedSocketConstructor = new (url: string, protocols: string[]) => FeedSocket;

/** `refused` is final: the key is wrong or may not read jobs. */
export type FeedState = "connecting" | "live" | "waiting" | "refused" | "closed";

export interface FeedOptions {
  /** Tell events after this sequence number; unset: only what comes from now on. */
  from?: number;
  onMessage(message: FeedMessage): void;
  onState?(state: FeedState): void;
}

export interface Feed {
  /** Everything up to this sequence number has been told; undefined before the first snapshot. */
  readonly seq: number | undefined;
  close(): void;
}

export interface FeedWiring {
  url: string;
  apiKey: string | undefined;
  Socket: FeedSocketConstructor;
  /** Calls `run` after so many milliseconds; answers how to call it off. */
  after(ms: number, run: () => void): () => void;
  /** 0 to 1, spreads the reconnects of many clients. */
  random(): number;
}

/** Name of the protocol; the key travels as a second one, since a browser cannot set headers on a WebSocket. */
export const FEED_PROTOCOL = "depesche.v1";
export const FEED_KEY_PREFIX = "depesche.key.";

/** Close code of a refused key. */
export const FEED_REFUSED = 4401;

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

/** Letters, digits, - and _ only, as a subprotocol's name demands. */
export function keyProtocol(apiKey: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(apiKey)) binary += String.fromCharCode(byte);
  return FEED_KEY_PREFIX + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Opens the feed; it stays open, reconnecting, until `close()`. */
export function openFeed(wiring: FeedWiring, options: FeedOptions): Feed {
  let seq = options.from;
  let socket: FeedSocket | undefined;
  let failures = 0;
  let closed = false;
  let callOff: (() => void) | undefined;

  const tell = (state: FeedState) => options.onState?.(state);

  const receive = (data: unknown) => {
    if (typeof data !== "string") return;
    const message = JSON.parse(data) as FeedMessage;
    failures = 0;
    // A snapshot names where its events begin; after a break this is where we asked it to resume.
    if ("snapshot" in message) {
      seq = message.snapshot.from;
      tell("live");
    }
    options.onMessage(message);
    if ("events" in message) seq = message.seq;
  };

  const connect = () => {
    callOff = undefined;
    tell("connecting");
    const protocols = [FEED_PROTOCOL];
    if (wiring.apiKey !== undefined) protocols.push(keyProtocol(wiring.apiKey));
    const next = new wiring.Socket(seq === undefined ? wiring.url : `${wiring.url}?from=${seq}`, protocols);
    socket = next;
    next.onmessage = (event: { data: unknown }) => {
      if (socket === next) receive(event.data);
    };
    next.onerror = () => {}; // a close always follows
    next.onclose = (event: { code: number }) => {
      if (socket !== next) return;
      socket = undefined;
      if (event.code === FEED_REFUSED) {
        closed = true;
        tell("refused");
        return;
      }
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      failures = Math.min(failures + 1, 10);
      tell("waiting");
      callOff = wiring.after(wait * (0.5 + wiring.random() / 2), connect);
    };
  };

  connect();
  return {
    get seq() {
      return seq;
    },
    close() {
      if (closed) return;
      closed = true;
      callOff?.();
      const open = socket;
      socket = undefined;
      open?.close(1000, "done");
      tell("closed");
    },
  };
}
