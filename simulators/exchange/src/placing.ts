/** Calls that the exchange places to a registered end, or to its own front door: with one kind of stream after the other. */

import type { Header } from "@depesche/sip";
import { openRtp } from "@depesche/wire-rtp";
import {
  type FaxOffer,
  numberHeader,
  type OutgoingCall,
  offerAudio,
  offerFax,
  offerUdptl,
  readOffer,
} from "@depesche/wire-sip";
import { bindUdptl, monotonicWall } from "@depesche/wire-t38";
import { REFUSALS } from "./answers.ts";
import { outOfAudio } from "./audio-legs.ts";
import { BYE_MS, type CallDesk } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import type { Leg, NoLeg } from "./lines.ts";
import { udptlLeg } from "./media-legs.ts";
import type { Contact } from "./registrar.ts";

export type StreamKind = "own" | "udptl" | "audio";

export interface PlaceOrder {
  contact: Contact;
  from: string;
  /** Name of the call for the other end; "" for none. */
  attempt: string;
  /** What to offer, in this order: the next when the one before is not understood. */
  offers: readonly StreamKind[];
  /** Falls when nobody wants the call any more. */
  gone: AbortSignal;
  tape: CallTape;
}

export type PlacedCallLeg =
  | { kind: "own"; call: OutgoingCall; media: FaxOffer & { kind: "own" }; ringUs: number }
  | { kind: "foreign"; call: OutgoingCall; leg: Leg; ringUs: number }
  /** `status` of the answer; `ringUs` undefined when it names no ring time. */
  | ({ kind: "none"; status: number; ringUs: number | undefined } & NoLeg);

/** 200, and what it brings is not what was offered. */
const OTHER_STREAM: NoLeg = { result: "NOSERVICE", cause: "sip-200" };

/** Never leaves a call standing that came to nothing. */
export async function place(desk: CallDesk, order: PlaceOrder): Promise<PlacedCallLeg> {
  let placed: PlacedCallLeg | undefined;
  for (const kind of order.offers) {
    if (placed && order.gone.aborted) break;
    placed = await offer(desk, order, kind);
    // A refusal with a ring time is the network's own; one without may concern the kind of stream only.
    const isOfKind = placed.kind === "none" && placed.ringUs === undefined && [415, 488, 606].includes(placed.status);
    if (!isOfKind) break;
  }
  return placed!;
}

async function offer(desk: CallDesk, order: PlaceOrder, kind: StreamKind): Promise<PlacedCallLeg> {
  const { host: address } = desk.endpoint;
  switch (kind) {
    case "own": {
      const invited = await invite(desk, order, offerFax(address));
      if (invited.refused) return invited.refused;
      const media = readOffer(invited.body);
      if (media.kind === "own") return { kind, media, ...standing(invited) };
      // Some take our own kind of stream for one they know, whatever its m= line says: as good as a refusal of the kind.
      return { ...(await letGo(invited, OTHER_STREAM)), status: media.kind === "none" ? 200 : 488 };
    }
    case "udptl": {
      const socket = await bindUdptl({ host: address });
      const invited = await invite(desk, order, offerUdptl({ address, port: socket.port }));
      const far = readOffer(invited.body);
      const isTaken = !invited.refused && far.kind === "udptl";
      const { call } = invited;
      const { tape } = order;
      const leg = isTaken
        ? await udptlLeg(socket, { call, far, side: "caller", tape }).catch(() => undefined)
        : undefined;
      if (leg) return { kind: "foreign", leg, ...standing(invited) };
      socket.close();
      return invited.refused ?? letGo(invited, OTHER_STREAM);
    }
    case "audio": {
      const rtp = await openRtp({ host: address, wall: monotonicWall });
      const invited = await invite(desk, order, offerAudio({ address, port: rtp.port }));
      const far = readOffer(invited.body);
      if (!invited.refused && far.kind === "audio") {
        order.tape.connected();
        const { call } = invited;
        const leg = await outOfAudio(desk, { call, rtp, far, side: "caller", tape: order.tape });
        return "port" in leg ? { kind: "foreign", leg, ...standing(invited) } : letGo(invited, leg);
      }
      await rtp.close();
      return invited.refused ?? letGo(invited, OTHER_STREAM);
    }
    default:
      return kind satisfies never;
  }
}

interface Invited {
  call: OutgoingCall;
  ringUs: number | undefined;
  refused: (PlacedCallLeg & { kind: "none" }) | undefined;
  body: Uint8Array;
}

async function invite(desk: CallDesk, order: PlaceOrder, sdp: Uint8Array): Promise<Invited> {
  const { endpoint, credentials } = desk;
  const headers: Header[] = order.attempt === "" ? [] : [["X-Depesche-Call", order.attempt]];
  const call = endpoint.invite({
    target: order.contact.target,
    uri: order.contact.uri,
    from: `<sip:${order.from}@${endpoint.host}>`,
    user: order.from,
    headers,
    sdp,
    credentials,
    trace: order.tape.sip,
  });
  const cancel = () => call.cancel();
  order.gone.addEventListener("abort", cancel);
  if (order.gone.aborted) cancel();
  const { response } = await call.answered;
  order.gone.removeEventListener("abort", cancel);
  const { status, body } = response;
  const seconds = numberHeader(response, "X-Depesche-Ring");
  const ringUs = seconds === undefined ? undefined : seconds * 1_000_000;
  const known = Object.values(REFUSALS).find((refusal) => refusal.status === status);
  const refused = { kind: "none", status, ringUs, result: known?.result ?? "ISDNERR", cause: `sip-${status}` } as const;
  return { call, ringUs, refused: status < 300 ? undefined : refused, body };
}

function standing({ call, ringUs = 0 }: Invited) {
  return { call, ringUs };
}

async function letGo({ call, ringUs }: Invited, why: NoLeg): Promise<PlacedCallLeg & { kind: "none" }> {
  await call.hangUp(BYE_MS);
  return { kind: "none", status: 200, ringUs, ...why };
}
