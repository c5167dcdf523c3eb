/** Picks up a call of a foreign SIP end: whatever it offers becomes a stream of IFPs. */

import type { Header } from "@depesche/sip";
import { openRtp } from "@depesche/wire-rtp";
import {
  answerAudio,
  answerTcp,
  answerUdptl,
  type FaxOffer,
  type IncomingCall,
  offerAudio,
  readOffer,
} from "@depesche/wire-sip";
import { bindUdptl, monotonicWall } from "@depesche/wire-t38";
import { type AudioOffer, outOfAudio } from "./audio-legs.ts";
import type { CallDesk } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import type { Leg, NoLeg } from "./lines.ts";
import { type TcpOffer, tcpLeg, type UdptlOffer, udptlLeg } from "./media-legs.ts";

const GONE: NoLeg = { result: "SENDFAIL", cause: "caller-hung-up" };
const LOST: NoLeg = { result: "ISDNERR", cause: "media-lost" };

/** What a call brings that is to be answered in real time; an INVITE without a description leaves the choice to us. */
export type ForeignOffer = UdptlOffer | TcpOffer | AudioOffer | { kind: "late" };

/** The offer of a call from a foreign end; undefined when it is one of our own kind, or nothing that can be taken. */
export function foreignOffer({ endpoint }: CallDesk, call: IncomingCall): ForeignOffer | undefined {
  const offer: FaxOffer = readOffer(call.invite.body, endpoint.host);
  if (offer.kind === "none") return call.invite.body.length === 0 ? { kind: "late" } : undefined;
  return offer.kind === "own" ? undefined : offer;
}

interface AnswerOrder {
  offer: ForeignOffer;
  headers: readonly Header[];
  tape: CallTape;
}

/** Answers the call. When there is no leg in the end the call still has to be hung up. */
export async function answerLeg(
  desk: CallDesk,
  call: IncomingCall,
  { offer, headers, tape }: AnswerOrder,
): Promise<Leg | NoLeg> {
  const { host: address } = desk.endpoint;
  const sdp = call.invite.body;
  switch (offer.kind) {
    case "udptl": {
      const socket = await bindUdptl({ host: address });
      if (call.answer(answerUdptl(sdp, { address, port: socket.port }), headers)) {
        return udptlLeg(socket, { call, far: offer, side: "answerer", tape }).catch(() => LOST);
      }
      socket.close();
      return GONE;
    }
    case "tcp": {
      const coming = await tcpLeg(desk, offer, call);
      if (call.answer(answerTcp(sdp, { address, port: coming.port }), headers)) return (await coming.leg()) ?? LOST;
      coming.close();
      return GONE;
    }
    case "audio":
    case "late":
      return fromAudio(desk, call, { offer, headers, tape });
    default:
      return offer satisfies never;
  }
}

async function fromAudio(
  desk: CallDesk,
  call: IncomingCall,
  { offer, headers, tape }: AnswerOrder & { offer: AudioOffer | { kind: "late" } },
): Promise<Leg | NoLeg> {
  const { far, rtp } = await answerInAudio(desk, call, offer, headers);
  tape.connected();
  if (far) return outOfAudio(desk, { call, rtp, far, side: "answerer", tape });
  await rtp.close();
  return GONE;
}

/** Answers with G.711; `far` undefined when the call is gone, or its caller wants none after all. */
export async function answerInAudio(
  desk: CallDesk,
  call: IncomingCall,
  offer: AudioOffer | { kind: "late" },
  headers: readonly Header[],
) {
  const { host: address } = desk.endpoint;
  const rtp = await openRtp({ host: address, wall: monotonicWall });
  const media = { address, port: rtp.port };
  if (offer.kind === "audio") {
    const isAnswered = call.answer(answerAudio(call.invite.body, media), headers);
    return { rtp, far: isAnswered ? offer : undefined };
  }
  const isAnswered = call.answer(offerAudio(media), headers);
  const sdp = isAnswered ? await Promise.race([call.acknowledgement, fallen(desk.closing)]) : undefined;
  const accepted = sdp && readOffer(sdp);
  return { rtp, far: accepted?.kind === "audio" ? accepted : undefined };
}

function fallen(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
