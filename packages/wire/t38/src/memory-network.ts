/** A network in memory between two UDPTL sockets, with loss, reordering, duplicates and jitter from a seed: for tests and measurements. */

import type { UdpAddress, UdpListener, UdptlSocket } from "./udp-socket.ts";
import type { VirtualWall } from "./virtual-wall.ts";

export interface Weather {
  seed: number;
  /** Parts of all datagrams, 0 to 1. */
  loss?: number;
  duplicates?: number;
  /** One way at least, and how much more at most; what overtakes is reordered. */
  delayUs?: number;
  jitterUs?: number;
  /** Datagrams that are lost by what they are: counts from 0 by direction. */
  drop?(from: "a" | "b", count: number, bytes: Uint8Array): boolean;
}

/** xorshift32: the same sequence for the same seed, 0 to 1. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/** Where its ends are (addresses reserved for documentation, RFC 5737). */
export const A: UdpAddress = { host: "192.0.2.1", port: 4000 };
export const B: UdpAddress = { host: "192.0.2.2", port: 4002 };

/** Two sockets, a at `A` and b at `B`; `stray` lets a stranger speak to either. */
export function memoryNetwork(wall: VirtualWall, weather: Weather) {
  const random = randomOf(weather.seed);
  const listeners: { a?: UdpListener; b?: UdpListener } = {};
  const sent = { a: 0, b: 0 };
  const carry = (from: "a" | "b", bytes: Uint8Array) => {
    const count = sent[from]++;
    const copies = random() < (weather.duplicates ?? 0) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const delayUs = (weather.delayUs ?? 20_000) + random() * (weather.jitterUs ?? 0);
      if (random() < (weather.loss ?? 0) || weather.drop?.(from, count, bytes)) continue;
      wall.at(wall.nowUs() + delayUs, () => listeners[from === "a" ? "b" : "a"]?.datagram(bytes, from === "a" ? A : B));
    }
  };
  const socketOf = (name: "a" | "b", own: UdpAddress): UdptlSocket => ({
    ...own,
    send: (bytes) => carry(name, bytes),
    listen: (listener) => {
      listeners[name] = listener;
    },
    settle: () => {},
    close: () => {
      delete listeners[name];
    },
  });
  return {
    a: socketOf("a", A),
    b: socketOf("b", B),
    sent,
    stray: (to: "a" | "b", bytes: Uint8Array, from: UdpAddress) => listeners[to]?.datagram(bytes, from),
    refuse: (to: "a" | "b") => listeners[to]?.failed("media-econnrefused"),
  };
}
