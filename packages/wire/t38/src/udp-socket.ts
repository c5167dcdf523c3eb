/** A UDP socket for the media of one call. */

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";

export interface UdpAddress {
  /** An IP address, never a name. */
  host: string;
  port: number;
}

export interface UdpListener {
  datagram(bytes: Uint8Array, from: UdpAddress): void;
  /** A datagram was refused by the peer's host (ICMP) or by ours. May be said more than once. */
  failed(problem: string): void;
}

/** What a UDPTL port needs of a socket; a test puts a network of its own behind it. */
export interface UdptlSocket {
  /** What it is bound to. */
  readonly host: string;
  readonly port: number;
  send(bytes: Uint8Array, to: UdpAddress): void;
  /** What came before the first listener is kept (bounded) and told at once. */
  listen(listener: UdpListener): void;
  /** From now on only this peer is spoken with, and its refusals are heard. */
  settle(peer: UdpAddress): void;
  close(): void;
}

/** Datagrams that may wait for a listener: some seconds of a fax. */
const MAX_EARLY = 200;

/** Binds a socket (port 0 or unset: any free one); rejects with the system's error. */
export function bindUdptl(config: { host: string; port?: number }): Promise<UdptlSocket> {
  const family = isIPv6(config.host) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    // Addresses are no names: nothing is looked up, so a datagram is on its way when `send` returns, also before `close`.
    lookup: (host, _options, found) => found(null, host, family),
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ address: config.host, port: config.port ?? 0, exclusive: true }, () => {
      socket.off("error", reject);
      resolve(new BoundSocket(socket, config.host));
    });
  });
}

class BoundSocket implements UdptlSocket {
  readonly host: string;
  readonly port: number;
  readonly #socket: Socket;
  #listener: UdpListener | undefined;
  #early: { bytes: Uint8Array; from: UdpAddress }[] = [];
  #state: "open" | "settling" | "settled" | "closed" = "open";
  /** What is said while the socket settles. */
  #waiting: Uint8Array[] = [];

  constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.host = host;
    this.port = socket.address().port;
    socket.on("message", (bytes, from) => this.#receive(bytes, from));
    socket.on("error", (error) => this.#fail(error));
  }

  send(bytes: Uint8Array, to: UdpAddress): void {
    switch (this.#state) {
      case "open":
        this.#socket.send(bytes, to.port, to.host, this.#sent);
        return;
      case "settling":
        if (this.#waiting.length < MAX_EARLY) this.#waiting.push(bytes);
        return;
      case "settled":
        this.#socket.send(bytes, this.#sent);
        return;
      case "closed":
        return;
      default:
        this.#state satisfies never;
    }
  }

  listen(listener: UdpListener): void {
    this.#listener = listener;
    for (const { bytes, from } of this.#early.splice(0)) listener.datagram(bytes, from);
  }

  /**
   * A connected UDP socket hears of ICMP refusals, and the kernel keeps strangers away. Until the peer has spoken the socket
   * stays open to all, so that a peer that speaks from another port than its SDP says shows in the count of strangers.
   */
  settle(peer: UdpAddress): void {
    if (this.#state !== "open") return;
    this.#state = "settling";
    this.#socket.connect(peer.port, peer.host, ((error?: Error) => {
      if (this.#state !== "settling") return;
      this.#state = error ? "open" : "settled";
      for (const bytes of this.#waiting.splice(0)) this.send(bytes, peer);
    }) as () => void);
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#listener = undefined;
    this.#early = [];
    this.#waiting = [];
    this.#socket.close();
  }

  readonly #sent = (error: Error | null): void => {
    if (error) this.#fail(error);
  };

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    const address = { host: plainHost(from.address), port: from.port };
    if (this.#listener) this.#listener.datagram(bytes, address);
    else if (this.#state !== "closed" && this.#early.length < MAX_EARLY) this.#early.push({ bytes, from: address });
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#listener?.failed(`media-${error.code ?? "error"}`.toLowerCase());
  }
}

/** An IPv4 address as itself, also when a socket of both families shows it mapped (RFC 4291 §2.5.5.2). */
export function plainHost(host: string): string {
  return host.startsWith("::ffff:") && host.includes(".") ? host.slice(7) : host;
}
