/** Two ports joined in memory by a line with delay, as the telephone network has it. */

import type { Ifp } from "@depesche/t38";
import type { IfpListener, IfpPort } from "./ifp-port.ts";
import { monotonicWall, type Wall } from "./wall.ts";

/** One way, microseconds: enough that two modems that turn the line round at once do not talk into each other. */
export const LINE_DELAY_US = 40_000;
/** IFPs that may wait for a listener or be under way in one direction. */
const MAX_UNDER_WAY = 20_000;

class MemoryPort implements IfpPort {
  peer!: MemoryPort;
  readonly #wall: Wall;
  readonly #delayUs: number;
  readonly #inbox: { ifp: Ifp; atUs: number }[] = [];
  #listener: IfpListener | undefined;
  #cancel: (() => void) | undefined;
  #closed = false;
  #lostAtUs: number | undefined;

  constructor(wall: Wall, delayUs: number) {
    this.#wall = wall;
    this.#delayUs = delayUs;
  }

  send(ifp: Ifp): void {
    if (!this.#closed) this.peer.#arrive(ifp);
  }

  listen(listener: IfpListener): void {
    this.#listener = listener;
    this.#plan();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener = undefined;
    this.#cancel?.();
    this.#inbox.length = 0;
    if (!this.peer.#closed) {
      this.peer.#lostAtUs = this.#wall.nowUs() + this.#delayUs;
      this.peer.#plan();
    }
  }

  #arrive(ifp: Ifp): void {
    if (this.#closed || this.#inbox.length >= MAX_UNDER_WAY) return;
    this.#inbox.push({ ifp, atUs: this.#wall.nowUs() + this.#delayUs });
    this.#plan();
  }

  /** One alarm for the oldest that is under way; the loss of the peer comes behind everything it said. */
  #plan(): void {
    const atUs = this.#inbox[0]?.atUs ?? this.#lostAtUs;
    if (this.#cancel || !this.#listener || atUs === undefined) return;
    this.#cancel = this.#wall.at(atUs, () => {
      this.#cancel = undefined;
      this.#deliver();
    });
  }

  #deliver(): void {
    const nowUs = this.#wall.nowUs();
    while (this.#listener && this.#inbox[0] && this.#inbox[0].atUs <= nowUs) {
      this.#listener.ifp(this.#inbox.shift()!.ifp);
    }
    if (this.#listener && this.#inbox.length === 0 && this.#lostAtUs !== undefined && this.#lostAtUs <= nowUs) {
      this.#lostAtUs = undefined;
      this.#listener.lost("peer-closed");
    } else this.#plan();
  }
}

/** Both ends of a line in memory. Closing one end is told to the other as `lost` after all it had said. */
export function ifpPair(options: { wall?: Wall; delayUs?: number } = {}): [IfpPort, IfpPort] {
  const { wall = monotonicWall, delayUs = LINE_DELAY_US } = options;
  const a = new MemoryPort(wall, delayUs);
  const b = new MemoryPort(wall, delayUs);
  a.peer = b;
  b.peer = a;
  return [a, b];
}
