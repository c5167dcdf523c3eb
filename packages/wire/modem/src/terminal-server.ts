/** The modem's side of a stream of octets over TCP: one terminal at a time at a port, as one cable fits into a socket. */

import { createServer, type Server, type Socket } from "node:net";

export interface TerminalListener {
  /** From the terminal, in pieces of any size. May be kept. */
  octets(octets: Uint8Array): void;
  /** The terminal is gone, said once. */
  gone(): void;
}

export interface Terminal {
  /** Octets for the terminal. `page`: received page data, lost when the terminal does not read (no modem could hold it back). */
  write(octets: Uint8Array, kind?: "page"): void;
  /** Whether what the terminal sends should wait outside. */
  hold(stop: boolean): void;
  listen(listener: TerminalListener): void;
  close(): void;
}

export interface TerminalServer {
  readonly port: number;
  /** Terminals turned away because one was there. */
  readonly refused: number;
  /** Frees the port and lets the terminal go; can be repeated. */
  close(): Promise<void>;
}

/** Page data that a terminal may owe reading. */
const MOST_PAGE_OCTETS = 262_144;
/** Everything else it may owe; beyond it nobody is reading there. */
const MOST_OCTETS = 1_048_576;

/** A program that hangs up and comes back at once may be seen before it is gone: one newcomer waits so long. */
const LEAVING_MS = 200;

/** Listens; rejects when the port cannot be had. `plugged` gets each terminal that finds the port free. */
export function openTerminalServer(
  place: { host: string; port: number },
  plugged: (terminal: Terminal) => void,
): Promise<TerminalServer> {
  let current: Socket | undefined;
  let refused = 0;
  let isAnyWaiting = false;
  const plug = (socket: Socket) => {
    current = socket;
    const free = () => {
      if (current === socket) current = undefined;
    };
    plugged(new SocketTerminal(socket, free));
  };
  const server: Server = createServer({ noDelay: true }, (socket) => {
    if (!current) {
      plug(socket);
      return;
    }
    // A socket that waits or is refused still says that the other end has gone.
    socket.on("error", () => {});
    const refuse = () => {
      refused++;
      socket.destroy();
    };
    if (isAnyWaiting) {
      refuse();
      return;
    }
    isAnyWaiting = true;
    const leaving = current;
    const decide = () => {
      isAnyWaiting = false;
      clearTimeout(patience);
      leaving.off("close", decide);
      if (current || !server.listening || socket.destroyed) refuse();
      else plug(socket);
    };
    const patience = setTimeout(decide, LEAVING_MS);
    leaving.on("close", decide);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place.port, place.host, () => {
      const address = server.address();
      let closed: Promise<void> | undefined;
      resolve({
        port: typeof address === "object" && address ? address.port : place.port,
        get refused() {
          return refused;
        },
        close() {
          closed ??= new Promise((done) => server.close(() => done()));
          current?.destroy();
          return closed;
        },
      });
    });
  });
}

class SocketTerminal implements Terminal {
  readonly #socket: Socket;
  #listener: TerminalListener | undefined;
  #isGone = false;
  #early: Uint8Array[] = [];

  constructor(socket: Socket, free: () => void) {
    this.#socket = socket;
    socket.on("data", (octets: Uint8Array) => {
      if (this.#listener) this.#listener.octets(octets);
      else this.#early.push(octets);
    });
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => {
      free();
      this.#isGone = true;
      this.#listener?.gone();
    });
  }

  write(octets: Uint8Array, kind?: "page"): void {
    if (this.#isGone) return;
    const owed = this.#socket.writableLength;
    if (kind === "page" && owed > MOST_PAGE_OCTETS) return;
    if (owed > MOST_OCTETS) this.#socket.destroy();
    else this.#socket.write(octets);
  }

  hold(stop: boolean): void {
    if (stop) this.#socket.pause();
    else this.#socket.resume();
  }

  listen(listener: TerminalListener): void {
    this.#listener = listener;
    for (const octets of this.#early.splice(0)) listener.octets(octets);
    if (this.#isGone) listener.gone();
  }

  close(): void {
    this.#socket.destroy();
  }
}
