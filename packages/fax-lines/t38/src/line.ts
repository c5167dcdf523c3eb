/** What carries the IFPs of a call once both ends agree, and the running of a T.30 session over it. */

import { lookup } from "node:dns/promises";
import type { FaxMedia } from "@depesche/sip";
import { answerUdptl, type Call, type FaxOffer, readOffer } from "@depesche/wire-sip";
import {
  bindUdptl,
  type CallEnd,
  connectTpkt,
  eitherSignal,
  type IfpPort,
  listenTpkt,
  type MediaConnection,
  protectionFor,
  type Recorder,
  type RunCallOptions,
  runCall,
  runPacedCall,
  type Side,
  tpktPort,
  type UdptlSocket,
  udptlPort,
} from "@depesche/wire-t38";
import type { CallTrace } from "./call-trace.ts";
import type { TrunkParts } from "./trunk.ts";

/** A line to one of our own ends keeps line time; one to anybody else is paced. */
export type Line =
  | { kind: "own"; media: MediaConnection }
  | { kind: "foreign"; port: IfpPort; tcf: "transferred" | "local" };

/** Who shall open the connection has so long, as long as a machine has to make itself heard (T1). */
const CONNECT_MS = 35_000;

type Udptl = FaxOffer & { kind: "udptl" };
type Tcp = FaxOffer & { kind: "tcp" };

/** What every way of getting a line needs of its call. */
export interface LineContext {
  parts: TrunkParts;
  side: Side;
  recorder: Recorder;
  trace: CallTrace;
}

/** Binds the UDP socket of a call within the trunk's range; rejects with the system's error when none is free. */
export async function bindMedia({ config }: TrunkParts): Promise<UdptlSocket> {
  const range = config.udptl?.portRange;
  if (!range) return bindUdptl({ host: config.bind });
  const count = Math.max(1, range[1] - range[0] + 1);
  // Not always the lowest: a port just freed may still be sent to.
  const from = Math.floor(Math.random() * count);
  for (let i = 0; ; i++) {
    try {
      return await bindUdptl({ host: config.bind, port: range[0] + ((from + i) % count) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE" || i + 1 >= count) throw error;
    }
  }
}

/** The repair of lost datagrams that our offers name. */
export function errorCorrectionOf({ config }: TrunkParts): FaxMedia["udpErrorCorrection"] {
  return config.udptl?.fec ? "t38UDPFEC" : "t38UDPRedundancy";
}

/** Our socket and the peer's description of its own make a line; rejects when the peer's name leads nowhere. */
export async function udptlLine(
  { parts, side, recorder, trace }: LineContext,
  socket: UdptlSocket,
  far: Udptl,
): Promise<Line> {
  const { udpErrorCorrection, maxDatagram, rateManagement } = far.fax;
  const { address } = await lookup(far.host);
  const agreed = protectionFor(udpErrorCorrection);
  const wished = udpErrorCorrection === "t38UDPNoEC" ? undefined : parts.config.udptl?.redundancy;
  const copies = wished && { control: wished.v21, image: wished.image };
  const port = udptlPort({
    side,
    socket,
    remote: { host: address, port: far.port },
    send: agreed.kind === "redundancy" ? { ...agreed, ...copies } : agreed,
    maxDatagram,
    recorder,
    wall: parts.wall,
    connectUs: trace.connectUs,
  });
  return { kind: "foreign", port, tcf: rateManagement === "localTCF" ? "local" : "transferred" };
}

/** The peer may offer what it has again, as a sign of life (RFC 4028): the fax goes on. Anything else is refused. */
export function keepUdptl(call: Call, { config }: TrunkParts, socket: UdptlSocket, far: Udptl): void {
  call.onOffer((sdp) => {
    const again = readOffer(sdp);
    const isSame = again.kind === "udptl" && again.host === far.host && again.port === far.port;
    if (!isSame) return { status: 488 };
    return { status: 200, sdp: answerUdptl(sdp, { address: config.bind, port: socket.port }) };
  });
}

/** We open the TCP connection to the peer; undefined when it does not come about before the signal falls. */
export async function connectedLine(far: Tcp, signal: AbortSignal): Promise<Line | undefined> {
  const socket = await connectTpkt({ host: far.host, port: far.port, signal });
  return socket && { kind: "foreign", port: tpktPort({ socket }), tcf: tcfOf(far.fax) };
}

/** A port on which the peer opens the TCP connection. */
export async function awaitedLine({ config }: TrunkParts) {
  const listener = await listenTpkt({ host: config.bind });
  return {
    port: listener.port,
    /** Undefined when the peer did not come before the signal fell, or in the time it has for it. */
    async line(far: Tcp, signal: AbortSignal): Promise<Line | undefined> {
      const inTime = AbortSignal.timeout(CONNECT_MS);
      const { signal: stop, release } = eitherSignal(signal, inTime);
      try {
        const { address } = await lookup(far.host);
        const socket = await listener.accept(stop, address);
        return socket && { kind: "foreign", port: tpktPort({ socket }), tcf: tcfOf(far.fax) };
      } catch {
        return undefined;
      } finally {
        release();
        listener.close();
      }
    },
    close: () => listener.close(),
  };
}

function tcfOf({ rateManagement }: FaxMedia): "transferred" | "local" {
  return rateManagement === "transferredTCF" ? "transferred" : "local";
}

/** Lets the line go without a call. */
export function dropLine(line: Line): void {
  if (line.kind === "own") line.media.close();
  else line.port.close();
}

/** Runs the call to its end on whichever line. `over`: the call is over in signalling. Never rejects. */
export function converse(
  { parts, side, recorder, trace }: LineContext,
  line: Line,
  over: Promise<void>,
  options: Pick<RunCallOptions, "party" | "needPage" | "receivedPage" | "report" | "signal">,
): Promise<CallEnd> {
  if (line.kind === "own") {
    void over.then(() => line.media.expire());
    return runCall({ ...options, side, media: line.media, recorder, stallMs: parts.config.stallMs });
  }
  const { port, tcf } = line;
  return runPacedCall({ ...options, side, port, tcf, recorder, over, wall: parts.wall, connectUs: trace.connectUs });
}
