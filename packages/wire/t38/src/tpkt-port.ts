/** A stream of IFPs over TCP with TPKT framing (T.38 §7.3) to a foreign end: no line time, no messages of our own. */

import { connect, createServer, type Server, type Socket } from "node:net";
import { encodeIfp, encodeTpkt, type Ifp, type IfpSyntax, SyntaxGuess, TpktSplitter } from "@depesche/t38";
import type { IfpListener, IfpPort } from "./ifp-port.ts";

export interface TpktPortOptions {
  /** Connected; the port destroys it. */
  socket: Socket;
  /** Which syntax the SDP suggests; what the peer really speaks is learned from its packets. */
  syntax?: IfpSyntax;
}

/** A peer that reads nothing gets so much ahead of it, octets. */
const MAX_UNREAD = 1_000_000;
const MAX_EARLY = 1000;
/** Longest packet of a peer that keeps to real time, header included. */
const MAX_PACKET = 20_000;
/** After our end is closed the peer has this long to close its own. */
const CLOSING_MS = 2000;

export function tpktPort(options: TpktPortOptions): IfpPort {
  return new RunningPort(options);
}

class RunningPort implements IfpPort {
  readonly #socket: Socket;
  readonly #splitter = new TpktSplitter({ maxOctets: MAX_PACKET });
  readonly #guess: SyntaxGuess;
  readonly #early: Ifp[] = [];
  #listener: IfpListener | undefined;
  #lost: string | undefined;
  #closing: NodeJS.Timeout | undefined;
  #closed = false;
  #malformed = 0;

  constructor({ socket, syntax }: TpktPortOptions) {
    this.#socket = socket;
    this.#guess = new SyntaxGuess(syntax);
    socket.setNoDelay(true);
    socket.on("data", (piece) => this.#read(piece));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#lose(`media-${error.code ?? "error"}`.toLowerCase()));
    socket.on("end", () => this.#lose("peer-closed"));
    socket.on("close", () => {
      clearTimeout(this.#closing);
      this.#lose("media-closed");
    });
    if (socket.destroyed) this.#lose("media-closed");
  }

  get malformed(): number {
    return this.#malformed;
  }

  send(ifp: Ifp): void {
    if (this.#closed || this.#lost !== undefined || !this.#socket.writable) return;
    this.#socket.write(encodeTpkt(encodeIfp(ifp, this.#guess.syntax)));
    if (this.#socket.writableLength > MAX_UNREAD) this.#lose("peer-stalled");
  }

  listen(listener: IfpListener): void {
    this.#listener = listener;
    for (const ifp of this.#early.splice(0)) this.#listener?.ifp(ifp);
    if (this.#lost !== undefined) listener.lost(this.#lost);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener = undefined;
    this.#early.length = 0;
    if (this.#socket.destroyed) return;
    this.#socket.end();
    this.#socket.resume();
    this.#closing = setTimeout(() => setImmediate(() => this.#socket.destroy()), CLOSING_MS);
  }

  #read(piece: Uint8Array): void {
    if (this.#closed) return;
    const pushed = this.#splitter.push(piece);
    for (const bytes of pushed.ifps) {
      const decoded = this.#guess.decode(bytes);
      if (!decoded.ok) this.#malformed++;
      else if (this.#listener) this.#listener.ifp(decoded.ifp);
      else if (this.#early.length < MAX_EARLY && !this.#closed) this.#early.push(decoded.ifp);
    }
    if (pushed.ok) return;
    this.#lose(pushed.problem);
    this.#socket.destroy();
  }

  #lose(problem: string): void {
    if (this.#lost !== undefined || this.#closed) return;
    this.#lost = problem;
    this.#listener?.lost(problem);
  }
}

/** Opens the connection to where the peer's SDP points; undefined when it cannot be had or the signal falls. */
export function connectTpkt(target: { host: string; port: number; signal?: AbortSignal }): Promise<Socket | undefined> {
  const { host, port, signal } = target;
  if (signal?.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (connected: boolean) => {
      signal?.removeEventListener("abort", giveUp);
      socket.off("connect", ready);
      socket.off("error", giveUp);
      if (!connected) {
        socket.on("error", () => {});
        socket.destroy();
      }
      resolve(connected ? socket : undefined);
    };
    const ready = () => settle(true);
    const giveUp = () => settle(false);
    socket.once("connect", ready);
    socket.once("error", giveUp);
    signal?.addEventListener("abort", giveUp);
  });
}

/** A port that waits for the one connection of one call. */
export interface TpktListener {
  readonly host: string;
  readonly port: number;
  /** The first connection from `peer` (an IP address; unset: from anybody); undefined when the signal falls. Others are cut off. */
  accept(signal: AbortSignal, peer?: string): Promise<Socket | undefined>;
  close(): void;
}

/** Binds a port (0 or unset: any free one); rejects with the system's error. */
export function listenTpkt(config: { host: string; port?: number }): Promise<TpktListener> {
  const early: Socket[] = [];
  let wanted: ((socket: Socket) => void) | undefined;
  const server: Server = createServer((socket) => {
    if (wanted) wanted(socket);
    else if (early.length < 4) early.push(socket);
    else socket.destroy();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port ?? 0, config.host, () => {
      server.off("error", reject);
      server.on("error", () => {});
      const address = server.address();
      resolve({
        host: config.host,
        port: typeof address === "object" && address !== null ? address.port : 0,
        accept: (signal, peer) =>
          new Promise((taken) => {
            const settle = (socket: Socket | undefined) => {
              wanted = undefined;
              signal.removeEventListener("abort", giveUp);
              taken(socket);
            };
            const giveUp = () => settle(undefined);
            wanted = (socket) => {
              if (peer === undefined || socket.remoteAddress?.replace(/^::ffff:/, "") === peer) settle(socket);
              else socket.destroy();
            };
            signal.addEventListener("abort", giveUp);
            if (signal.aborted) giveUp();
            for (const socket of early.splice(0)) {
              if (wanted) wanted(socket);
              else socket.destroy();
            }
          }),
        close: () => {
          server.close();
          for (const socket of early.splice(0)) socket.destroy();
        },
      });
    });
  });
}
