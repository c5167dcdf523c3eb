/** SIP over UDP and TCP on one port (RFC 3261 §18): octets in and out, connections kept and reused, bad input counted. */

import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, createServer, type Server, type Socket } from "node:net";
import { SipSplitter } from "@depesche/sip";

export type Transport = "udp" | "tcp";

/** Where a message goes to. */
export interface Target {
  transport: Transport;
  host: string;
  port: number;
}

/** A way to one peer: an open connection, or the address of a datagram. */
export interface Path extends Target {
  /** A connection that is gone; never true of datagrams. */
  readonly broken: boolean;
  send(bytes: Uint8Array): void;
  /** Called once when the way breaks; the function returned takes the listener away again. */
  onBroken(listener: () => void): () => void;
}

/** Input that was dropped, by what was wrong with it. Neighbours are never affected. */
export type DropCounters = Record<string, number>;

export interface SipTransport {
  readonly host: string;
  readonly port: number;
  readonly drops: DropCounters;
  drop(problem: string): void;
  /** The open connection to the target, or a new one; for UDP just its address. */
  pathTo(target: Target): Path;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 2000;
/** A peer that does not read its answers is cut off at this many octets. */
const MAX_UNSENT_OCTETS = 4_000_000;
const BIND_TRIES = 10;
/** Who connects must say something whole within this time, and end what he begins: else silent peers would take every place. */
const PATIENCE_MS = 10_000;

/**
 * Binds TCP and UDP to the same port of `host` (0: any free one). Rejects with the system's error when the port is taken.
 * `receive` gets each datagram and each whole message of a stream.
 */
export async function openTransport(
  config: { host: string; port: number; patienceMs?: number },
  receive: (bytes: Uint8Array, path: Path) => void,
): Promise<SipTransport> {
  const drops: DropCounters = {};
  const connections = new Map<string, Connection>();
  const drop = (problem: string) => {
    drops[problem] = (drops[problem] ?? 0) + 1;
  };
  const patienceMs = config.patienceMs ?? PATIENCE_MS;
  const adopt = (socket: Socket, host: string, port: number) => {
    const connection = new Connection(socket, host, port, { receive, drop, patienceMs });
    const key = `${host}:${port}`;
    connections.set(key, connection);
    connection.onBroken(() => {
      if (connections.get(key) === connection) connections.delete(key);
    });
    return connection;
  };

  const server = createServer((socket) => {
    adopt(socket, plainAddress(socket.remoteAddress ?? ""), socket.remotePort ?? 0).awaitMessage();
  });
  server.maxConnections = MAX_CONNECTIONS;
  const { udp, port } = await bindBoth(server, config);
  let isClosed = false;
  udp.on("message", (bytes, from) => receive(bytes, udpPath(udp, { host: from.address, port: from.port }, drop)));
  // ICMP refusals and the like concern one datagram, never the socket.
  udp.on("error", () => drop("udp-error"));
  server.on("error", () => drop("tcp-accept-error"));

  return {
    host: config.host,
    port,
    drops,
    drop,
    pathTo(target) {
      if (target.transport === "udp") return udpPath(udp, target, drop);
      const open = connections.get(`${target.host}:${target.port}`);
      return open ?? adopt(connect({ host: target.host, port: target.port }), target.host, target.port);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      const closed = Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
      for (const connection of [...connections.values()]) connection.close();
      await closed;
    },
  };
}

class Connection implements Path {
  readonly transport = "tcp";
  readonly host: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #splitter = new SipSplitter();
  readonly #listeners = new Set<() => void>();
  readonly #patienceMs: number;
  readonly #drop: (problem: string) => void;
  #patience: NodeJS.Timeout | undefined;
  #unsent: Uint8Array[] = [];
  #broken = false;

  constructor(
    socket: Socket,
    host: string,
    port: number,
    deps: {
      receive: (bytes: Uint8Array, path: Path) => void;
      drop: (problem: string) => void;
      /** Within this time an awaited or begun message must be whole. */
      patienceMs: number;
    },
  ) {
    this.host = host;
    this.port = port;
    this.#socket = socket;
    this.#patienceMs = deps.patienceMs;
    this.#drop = deps.drop;
    socket.setNoDelay(true);
    socket.on("data", (piece) => {
      const { messages, problem } = this.#splitter.push(piece);
      if (messages.length > 0) this.#endPatience();
      if (this.#splitter.unfinished) this.awaitMessage();
      for (const message of messages) deps.receive(message, this);
      if (problem === undefined) return;
      deps.drop(problem);
      socket.destroy();
    });
    socket.on("error", () => deps.drop("tcp-error"));
    socket.on("end", () => this.close());
    socket.on("close", () => this.#break());
  }

  /** Messages of one turn of the event loop leave in one write. */
  send(bytes: Uint8Array): void {
    if (this.#broken) return;
    if (this.#unsent.length === 0) process.nextTick(() => this.#flush());
    this.#unsent.push(bytes);
  }

  get broken(): boolean {
    return this.#broken;
  }

  onBroken(listener: () => void): () => void {
    if (this.#broken) {
      listener();
      return () => {};
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Cuts the connection off unless a whole message comes in time. */
  awaitMessage(): void {
    if (this.#patience) return;
    const patience = setTimeout(() => {
      // What has arrived while this process was busy is read first.
      setImmediate(() => {
        if (this.#patience !== patience) return;
        this.#drop("tcp-silent");
        this.#socket.destroy();
      });
    }, this.#patienceMs);
    this.#patience = patience;
  }

  close(): void {
    this.#flush();
    this.#socket.destroySoon();
  }

  #endPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.#broken) return;
    const bytes = this.#unsent.length === 1 ? this.#unsent[0]! : Buffer.concat(this.#unsent);
    this.#unsent = [];
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_UNSENT_OCTETS) this.#socket.destroy();
  }

  #break(): void {
    this.#broken = true;
    this.#endPatience();
    this.#unsent = [];
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

function udpPath(udp: UdpSocket, to: { host: string; port: number }, drop: (problem: string) => void): Path {
  return {
    transport: "udp",
    broken: false,
    host: to.host,
    port: to.port,
    send(bytes) {
      try {
        udp.send(bytes, to.port, to.host);
      } catch {
        // Closed meanwhile, or an address that no socket takes: one datagram less, as on any network.
        drop("udp-error");
      }
    },
    onBroken: () => () => {},
  };
}

async function bindBoth(
  server: Server,
  config: { host: string; port: number },
): Promise<{ udp: UdpSocket; port: number }> {
  for (let attempt = 1; ; attempt++) {
    await listen(server, config.host, config.port);
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : config.port;
    const udp = createSocket("udp4");
    try {
      await new Promise<void>((resolve, reject) => {
        udp.once("error", reject);
        udp.bind(port, config.host, () => {
          udp.off("error", reject);
          resolve();
        });
      });
      return { udp, port };
    } catch (error) {
      udp.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      // With port 0 the system chose a TCP port whose UDP twin is taken: another one will do.
      if (config.port !== 0 || attempt === BIND_TRIES) throw error;
    }
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
