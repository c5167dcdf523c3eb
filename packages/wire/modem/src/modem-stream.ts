/** The stream of octets to a modem, from the terminal's side: a serial device, or TCP (a device server, an emulated modem). */

import { execFile } from "node:child_process";
import { close, constants, open } from "node:fs";
import { connect, type Socket } from "node:net";
import { ReadStream } from "node:tty";

/** Where a modem is. `baud`: bit/s of the serial device. */
export type ModemPlace = { device: string; baud?: number } | { host: string; port: number };

/** Why a modem cannot be reached: a closed list. */
export type ModemPlaceProblem = "modem-not-there" | "modem-not-allowed" | "modem-not-a-terminal" | "modem-taken";

/** Rejection of `openModemStream`: the place itself says no. `detail` is the system's own word. */
export class ModemPlaceError extends Error {
  readonly problem: ModemPlaceProblem;
  readonly detail: string;
  constructor(problem: ModemPlaceProblem, detail: string) {
    super(`${problem}: ${detail}`);
    this.name = "ModemPlaceError";
    this.problem = problem;
    this.detail = detail;
  }
}

export interface ModemStreamListener {
  /** From the modem, in pieces of any size. May be kept. */
  octets(octets: Uint8Array): void;
  /** The stream is gone, said once, and not after `close`. */
  lost(): void;
}

export interface ModemStream {
  /** False when it should wait: `taken` is then told once when there is room again. Without effect after the end. */
  write(octets: Uint8Array, taken?: () => void): boolean;
  /** One listener; what came before is kept and told at once. */
  listen(listener: ModemStreamListener): void;
  /** Lets the modem go: a serial device drops DTR (its line is hung up), a connection is ended. */
  close(): void;
}

const DEFAULT_BAUD = 115_200;
const OPEN_MS = 5_000;
/** What may come before somebody listens. */
const MOST_KEPT = 65_536;

/** Opens the stream. Rejects with a ModemPlaceError. */
export async function openModemStream(place: ModemPlace): Promise<ModemStream> {
  const socket = "device" in place ? await openDevice(place.device, place.baud) : await openTcp(place.host, place.port);
  return new SocketStream(socket);
}

/**
 * A serial device as T.31 wants it: octets as they are, RTS/CTS in both directions, no modem control lines waited for, DTR
 * dropped at the close. `stty` does it: Node has no word for it.
 */
async function openDevice(device: string, baud = DEFAULT_BAUD): Promise<Socket> {
  const settings = [String(baud), "raw", "-echo", "cs8", "-parenb", "-cstopb", "crtscts", "clocal", "hupcl"];
  await stty(["-F", device, ...settings]);
  const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
  const fd = await new Promise<number>((resolve, reject) => {
    open(device, flags, (error, opened) => (error ? reject(placeError(error)) : resolve(opened)));
  });
  try {
    return new ReadStream(fd);
  } catch (error) {
    close(fd, () => {});
    throw new ModemPlaceError("modem-not-a-terminal", (error as Error).message);
  }
}

function stty(words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile("stty", words, { timeout: OPEN_MS, env: { ...process.env, LC_ALL: "C" } }, (error, _, said) => {
      if (!error) return resolve();
      const detail = said.trim().split("\n")[0] || error.message;
      reject(new ModemPlaceError(sttyProblem(detail), detail));
    });
  });
}

function sttyProblem(said: string): ModemPlaceProblem {
  if (/permission denied/i.test(said)) return "modem-not-allowed";
  if (/inappropriate ioctl/i.test(said)) return "modem-not-a-terminal";
  return /busy/i.test(said) ? "modem-taken" : "modem-not-there";
}

function placeError(error: NodeJS.ErrnoException): ModemPlaceError {
  const problem =
    error.code === "EACCES" ? "modem-not-allowed" : error.code === "EBUSY" ? "modem-taken" : "modem-not-there";
  return new ModemPlaceError(problem, error.message);
}

function openTcp(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    let stands = false;
    const limit = setTimeout(() => {
      // That it stands may have been told while this process was busy, and is read first.
      setImmediate(() => fail(new Error(`no answer within ${OPEN_MS / 1000} s`)));
    }, OPEN_MS);
    const fail = (error: Error) => {
      if (stands) return;
      clearTimeout(limit);
      socket.destroy();
      reject(new ModemPlaceError("modem-not-there", error.message));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      stands = true;
      clearTimeout(limit);
      socket.removeListener("error", fail);
      // A modem that is switched off says nothing any more: the system asks for it.
      socket.setKeepAlive(true, 30_000);
      resolve(socket);
    });
  });
}

class SocketStream implements ModemStream {
  readonly #socket: Socket;
  #listener: ModemStreamListener | undefined;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;
  #ended = false;
  #lostUntold = false;
  #taken: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => this.#hear(data));
    socket.on("drain", () => {
      const taken = this.#taken;
      this.#taken = undefined;
      taken?.();
    });
    const gone = () => this.#lose();
    socket.on("error", gone);
    socket.on("end", gone);
    socket.on("close", gone);
  }

  write(octets: Uint8Array, taken?: () => void): boolean {
    if (this.#ended) return true;
    const room = this.#socket.write(octets);
    if (!room && taken) this.#taken = taken;
    return room;
  }

  listen(listener: ModemStreamListener): void {
    this.#listener = listener;
    const kept = this.#kept;
    this.#kept = [];
    for (const data of kept) listener.octets(data);
    if (this.#lostUntold) listener.lost();
    this.#lostUntold = false;
  }

  close(): void {
    this.#ended = true;
    this.#listener = undefined;
    this.#socket.destroy();
  }

  #hear(data: Uint8Array): void {
    if (this.#ended) return;
    if (this.#listener) this.#listener.octets(data);
    else if (this.#keptOctets + data.length <= MOST_KEPT) {
      this.#kept.push(data);
      this.#keptOctets += data.length;
    }
  }

  #lose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    if (this.#listener) this.#listener.lost();
    else this.#lostUntold = true;
  }
}
