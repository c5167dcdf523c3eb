/** Joins a call to a registered subscriber: signalling passes through the exchange, the media go end to end. */

import { type Header, header, headerList, SDP_TYPE } from "@depesche/sip";
import { type Call, type IncomingCall, type OutgoingCall, readOffer } from "@depesche/wire-sip";
import type { CallDesk } from "./call-desk.ts";
import type { Contact } from "./registrar.ts";

const BYE_MS = 2000;
/** Headers that our own ends read of each other, and those that say why something is refused. */
const PASSED = ["X-Depesche-Call", "X-Depesche-Ring", "Reason", "Warning", "Retry-After"];

/** What a bridged call came to: the final status, 200 when it stood and is over; whether the refusal named a ring time. */
export interface Bridged {
  status: number;
  rang: boolean;
}

/** Tries the contacts in order: the next when one cannot be reached. */
export async function bridge(desk: CallDesk, call: IncomingCall, contacts: readonly Contact[]): Promise<Bridged> {
  // A number may be registered where it leads back here: the hops end the circle.
  if (call.maxForwards === 0) {
    call.reject(483);
    return { status: 483, rang: false };
  }
  for (const [index, contact] of contacts.entries()) {
    const onward = invite(desk, call, contact);
    const { response, local } = await onward.answered;
    const isLast = index + 1 === contacts.length;
    if (local && !isLast) continue;
    if (response.status < 300) return join(desk, call, onward, response);
    const headers = passed((name) => header(response, name));
    // Where the subscriber has moved to is for the caller to know (RFC 3261 §8.1.3.4).
    const moved = response.status < 400 ? headerList(response, "Contact") : [];
    call.reject(response.status, [...headers, ...moved.map((contact): Header => ["Contact", contact])]);
    return { status: response.status, rang: header(response, "X-Depesche-Ring") !== undefined };
  }
  call.reject(480);
  return { status: 480, rang: false };
}

function invite({ endpoint }: CallDesk, call: IncomingCall, contact: Contact): OutgoingCall {
  const onward = endpoint.invite({
    target: contact.target,
    uri: contact.uri,
    from: `<sip:${call.from}@${endpoint.host}>`,
    user: call.called,
    headers: passed((name) => header(call.invite, name)),
    sdp: call.invite.body,
    maxForwards: call.maxForwards - 1,
    onProvisional: (response) => {
      if (response.status > 100) call.ring(response.status);
    },
  });
  void call.cancelled.then(() => onward.cancel());
  return onward;
}

async function join(
  { closing }: CallDesk,
  call: IncomingCall,
  onward: OutgoingCall,
  response: Awaited<OutgoingCall["answered"]>["response"],
): Promise<Bridged> {
  const isSdp = (header(response, "Content-Type") ?? SDP_TYPE).toLowerCase().startsWith(SDP_TYPE);
  // Some take our own kind of stream for one they know, whatever its m= line says: to the caller that is a refusal of the kind.
  const isMistaken =
    readOffer(call.invite.body).kind === "own" && !["own", "none"].includes(readOffer(response.body).kind);
  passOffers(call, onward);
  passOffers(onward, call);
  const stands =
    isSdp &&
    !isMistaken &&
    call.answer(
      response.body,
      passed((name) => header(response, name)),
    );
  if (!stands) {
    // Without effect when the caller took the call back: then it has its answer already.
    call.reject(488);
    await onward.hangUp(BYE_MS);
    return { status: isSdp && !isMistaken ? 487 : 488, rang: false };
  }
  // A caller that made no offer answers the far end's with its ACK.
  if (call.invite.body.length === 0) void call.acknowledgement.then((sdp) => onward.acknowledge(sdp));
  const end = () => void call.hangUp(BYE_MS);
  closing.addEventListener("abort", end);
  if (closing.aborted) end();
  await Promise.race([call.over, onward.over]);
  closing.removeEventListener("abort", end);
  await Promise.all([call.hangUp(BYE_MS), onward.hangUp(BYE_MS)]);
  return { status: 200, rang: true };
}

/** What `from` offers in the midst of the call is put to `to`, whose answer goes back. */
function passOffers(from: Call, to: Call): void {
  from.onOffer(async (sdp) => {
    const { response } = await to.reoffer(sdp);
    return { status: response.status, sdp: response.body };
  });
}

function passed(read: (name: string) => string | undefined): Header[] {
  return PASSED.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}
