/** T.38 over TCP with TPKT framing (T.38 §7.3): connections for calls, and the port that takes them. */

import { connect, createServer, type Server, type Socket } from "node:net";
import { encodeTpkt, TpktSplitter } from "@depesche/t38";
import { decodeOwn, encodeOwn, isOwnMessage, type OwnMessage } from "./own-message.ts";

/** What comes out of a media connection. */
export interface MediaListener {
  ifp(bytes: Uint8Array): void;
  own(message: OwnMessage): void;
  /** All that one read brought has been told: time to act. */
  pause(): void;
  /** The connection is gone, or its stream is no TPKT any more. */
  lost(problem: string): void;
}

/** After our end of the connection is closed, the peer has this long to close its own. */
const CLOSING_MS = 2000;
/** Guards only, so that a busy machine never makes an outcome. */
const HELLO_MS = 30_000;
const MAX_CONNECTIONS = 5000;
/** Payloads that may wait for a listener. */
const MAX_EARLY = 1000;

export class MediaConnection {
  readonly #socket: Socket;
  readonly #splitter = new TpktSplitter();
  #listener: MediaListener | undefined;
  #early: Uint8Array[] = [];
  #lost: string | undefined;
  #outgoing: Uint8Array[] = [];
  #closing: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  /** Resolved when the socket is gone. */
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (piece) => this.#read(piece));
    socket.on("error", (error) =>
      this.#lose(`media-${(error as NodeJS.ErrnoException).code ?? "error"}`.toLowerCase()),
    );
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        clearTimeout(this.#closing);
        clearTimeout(this.#expiry);
        this.#lose("media-closed");
        resolve();
      });
    });
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  /** What came before is told at once. */
  listen(listener: MediaListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const payload of early) this.#tell(payload);
    if (early.length > 0) listener.pause();
    if (this.#lost !== undefined) listener.lost(this.#lost);
  }

  /** Stops telling; what comes now waits for the next listener. */
  detach(): void {
    this.#listener = undefined;
  }

  /** Puts an IFP into the next write. */
  sendIfp(bytes: Uint8Array): void {
    this.#outgoing.push(encodeTpkt(bytes));
  }

  sendOwn(message: OwnMessage): void {
    this.#outgoing.push(encodeTpkt(encodeOwn(message)));
  }

  /** Sends what has gathered in one write. */
  flush(): void {
    if (this.#outgoing.length === 0) return;
    const bytes = this.#outgoing.length === 1 ? this.#outgoing[0]! : Buffer.concat(this.#outgoing);
    this.#outgoing = [];
    if (this.#lost === undefined && this.#socket.writable) this.#socket.write(bytes);
  }

  /** Closes our direction and gives the peer a moment to close the other. */
  close(): void {
    this.flush();
    this.#listener = undefined;
    if (this.#socket.destroyed || this.#closing) return;
    this.#socket.end();
    this.#socket.resume();
    // What waits to be said or read because this process was busy goes first.
    this.#closing = setTimeout(() => setImmediate(() => this.#socket.destroy()), CLOSING_MS);
  }

  /** The call is over in signalling: the end of its stream has a moment to arrive, then the stream is cut. */
  expire(afterMs = CLOSING_MS): void {
    if (this.#socket.destroyed || this.#expiry) return;
    // What has arrived while this process was busy is read first.
    this.#expiry = setTimeout(() => setImmediate(() => this.#socket.destroy()), afterMs);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(piece: Uint8Array): void {
    const pushed = this.#splitter.push(piece);
    for (const payload of pushed.ifps) this.#tell(payload);
    this.#listener?.pause();
    if (pushed.ok) return;
    this.#lose(pushed.problem);
    this.#socket.destroy();
  }

  #tell(payload: Uint8Array): void {
    if (!this.#listener) {
      if (this.#closing) return;
      this.#early.push(payload);
      if (this.#early.length > MAX_EARLY) this.#socket.destroy();
      return;
    }
    if (!isOwnMessage(payload)) {
      this.#listener.ifp(payload);
      return;
    }
    const message = decodeOwn(payload);
    if (message) this.#listener.own(message);
    else this.#lose("own-message-malformed");
  }

  #lose(problem: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = problem;
    this.#listener?.lost(problem);
  }
}

/** The media connections somebody opened, so that they can be closed with their owner. */
export class MediaConnections {
  readonly #open = new Set<MediaConnection>();

  add(media: MediaConnection): void {
    this.#open.add(media);
    void media.closed.then(() => this.#open.delete(media));
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    for (const media of open) media.destroy();
    await Promise.all(open.map((media) => media.closed));
  }
}

/** Connects to the peer's media port and says which call it is for. Faults show as `lost` of the connection. */
export function connectMedia(
  target: { host: string; port: number; token: string },
  owner: MediaConnections,
): MediaConnection {
  const media = new MediaConnection(connect({ host: target.host, port: target.port }));
  owner.add(media);
  media.sendOwn({ kind: "hello", token: target.token });
  media.flush();
  return media;
}

/** One port for the media of all calls. */
export interface MediaPort {
  readonly host: string;
  readonly port: number;
  /** Connections dropped because they never said a known token. */
  readonly strangers: () => number;
  /** Resolves with the connection that names `token`, or undefined when none came in time or the signal fell. */
  expect(token: string, signal: AbortSignal): Promise<MediaConnection | undefined>;
  close(): Promise<void>;
}

/** Binds the port (0: any free one); rejects with the system's error. */
export async function openMediaPort(config: { host: string; port?: number }): Promise<MediaPort> {
  const waiting = new Map<string, (media: MediaConnection | undefined) => void>();
  const sockets = new Set<Socket>();
  let strangers = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const media = new MediaConnection(socket);
    const refuse = () => {
      media.detach();
      strangers++;
      socket.destroy();
    };
    const patience = setTimeout(refuse, HELLO_MS);
    socket.once("close", () => clearTimeout(patience));
    // Only the hello is taken here: what the caller sent behind it waits for the call's own listener.
    media.listen({
      ifp: refuse,
      own: (message) => {
        const take = message.kind === "hello" ? waiting.get(message.token) : undefined;
        if (!take) return refuse();
        clearTimeout(patience);
        media.detach();
        take(media);
      },
      pause: () => {},
      lost: refuse,
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, config);
  const address = server.address();
  return {
    host: config.host,
    port: typeof address === "object" && address !== null ? address.port : 0,
    strangers: () => strangers,
    expect: (token, signal) =>
      new Promise((resolve) => {
        const settle = (media: MediaConnection | undefined) => {
          clearTimeout(patience);
          signal.removeEventListener("abort", giveUp);
          waiting.delete(token);
          resolve(media);
        };
        const giveUp = () => settle(undefined);
        const patience = setTimeout(giveUp, HELLO_MS);
        waiting.set(token, settle);
        signal.addEventListener("abort", giveUp);
        if (signal.aborted) giveUp();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        for (const settle of [...waiting.values()]) settle(undefined);
      }),
  };
}

function listen(server: Server, config: { host: string; port?: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port ?? 0, config.host, () => {
      server.off("error", reject);
      // One failed accept concerns one caller only.
      server.on("error", () => {});
      resolve();
    });
  });
}
