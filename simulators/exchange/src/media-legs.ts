/** Streams of IFPs to foreign SIP ends, over UDPTL or TCP, as their session descriptions say (T.38 Annex D). */

import { lookup } from "node:dns/promises";
import type { FaxMedia } from "@depesche/sip";
import type { Call, FaxOffer } from "@depesche/wire-sip";
import {
  connectTpkt,
  eitherSignal,
  listenTpkt,
  protectionFor,
  type Side,
  tpktPort,
  type UdptlSocket,
  udptlPort,
} from "@depesche/wire-t38";
import type { CallDesk } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import type { Leg } from "./lines.ts";

export type UdptlOffer = FaxOffer & { kind: "udptl" };
export type TcpOffer = FaxOffer & { kind: "tcp" };

/** Guard only: who offers a TCP stream opens it at once. */
const CONNECT_MS = 30_000;

/** Our bound socket and what the peer says of its own. Rejects when the peer's name leads nowhere. */
export async function udptlLeg(
  socket: UdptlSocket,
  { call, far, side, tape }: { call: Call; far: UdptlOffer; side: Side; tape: CallTape },
): Promise<Leg> {
  const { udpErrorCorrection, maxDatagram, rateManagement } = far.fax;
  const { address } = await lookup(far.host);
  tape.connected();
  const port = udptlPort({
    side,
    socket,
    remote: { host: address, port: far.port },
    send: protectionFor(udpErrorCorrection),
    maxDatagram,
    recorder: tape.recorder,
    connectUs: tape.connectUs,
  });
  return { port, tcf: tcfOf({ rateManagement }), over: call.over };
}

/** The TCP stream of an offer: `prepare` tells the port to answer with (undefined: we connect), then the leg comes. */
export async function tcpLeg(desk: CallDesk, far: TcpOffer, call: Call) {
  const listener = far.fax.setup === "passive" ? undefined : await listenTpkt({ host: desk.endpoint.host });
  return {
    port: listener?.port,
    async leg(): Promise<Leg | undefined> {
      const patience = AbortSignal.any([AbortSignal.timeout(CONNECT_MS), endOf(call)]);
      const { signal, release } = eitherSignal(desk.closing, patience);
      const coming = listener ? listener.accept(signal) : connectTpkt({ host: far.host, port: far.port, signal });
      const socket = await coming.catch(() => undefined);
      release();
      listener?.close();
      return socket && { port: tpktPort({ socket }), tcf: tcfOf(far.fax), over: call.over };
    },
    close: () => listener?.close(),
  };
}

/** Falls when the call is over. */
export function endOf(call: Call): AbortSignal {
  const gone = new AbortController();
  void call.over.then(() => gone.abort());
  return gone.signal;
}

function tcfOf({ rateManagement }: Pick<FaxMedia, "rateManagement">): Leg["tcf"] {
  return rateManagement === "localTCF" ? "local" : "transferred";
}
