/**
 * One end of a stream of IFPs in real time, whatever carries it: UDPTL, TPKT over TCP, or memory (T.38 §6 and §9). Everything
 * on the line that is not one of our own two ends joined by line time is such a stream: a foreign SIP end, an emulated modem,
 * a simulated machine that talks to either.
 */

import type { Ifp } from "@depesche/t38";

/** What a port tells, in the order of the line. */
export interface IfpListener {
  /** The next IFP. Its field data may be kept. */
  ifp(ifp: Ifp): void;
  /** So many IFPs are lost here for good: neither redundancy nor parity brought them back. */
  gap(count: number): void;
  /** Nothing will come any more, said once: the socket or the peer is gone. `problem` is a short kebab-case word. */
  lost(problem: string): void;
}

export interface IfpPort {
  /** The port writes what goes over it into the call's record itself, as the datagrams they were. */
  readonly recorded?: boolean;
  /** Packets dropped because they made no sense; absent where none can. */
  readonly malformed?: number;
  /** Puts an IFP on its way now. How often it is repeated is the port's affair. Without effect after `close` or `lost`. */
  send(ifp: Ifp): void;
  /** One listener at a time; what came before the first is kept (bounded) and told at once. */
  listen(listener: IfpListener): void;
  /** Frees everything the port holds. Nothing is told after it. */
  close(): void;
}
