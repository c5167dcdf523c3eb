/** Joins a call to a registered subscriber: signalling passes through the exchange, the fax stream goes end to end. */

import { type Header, header, SDP_TYPE } from "@depesche/sip";
import type { IncomingCall, SipEndpoint } from "@depesche/wire-sip";
import type { Contact } from "./registrar.ts";

const BYE_MS = 2000;
/** Headers that our own ends read of each other. */
const PASSED = ["X-Depesche-Call", "X-Depesche-Ring"];

/** Resolves with the final status when the call was refused, or 200 when it stood and is over. */
export async function bridge(endpoint: SipEndpoint, call: IncomingCall, contact: Contact): Promise<number> {
  // A number may be registered where it leads back here: the hops end the circle.
  if (call.maxForwards === 0) {
    call.reject(483);
    return 483;
  }
  const user = call.called;
  const onward = endpoint.invite({
    target: contact.target,
    uri: contact.uri,
    from: `<sip:${call.from}@${endpoint.host}>`,
    user,
    headers: passed((name) => header(call.invite, name)),
    sdp: call.invite.body,
    maxForwards: call.maxForwards - 1,
    onProvisional: (response) => {
      if (response.status > 100) call.ring(response.status);
    },
  });
  void call.cancelled.then(() => onward.cancel());
  const { response } = await onward.answered;
  if (response.status >= 300) {
    call.reject(response.status);
    return response.status;
  }
  const isSdp = (header(response, "Content-Type") ?? SDP_TYPE).toLowerCase().startsWith(SDP_TYPE);
  const stands =
    isSdp &&
    call.answer(
      response.body,
      passed((name) => header(response, name)),
    );
  if (!stands) {
    // Without effect when the caller took the call back: then it has its answer already.
    call.reject(488);
    await onward.hangUp(BYE_MS);
    return isSdp ? 487 : 488;
  }
  await Promise.race([call.over, onward.over]);
  await Promise.all([call.hangUp(BYE_MS), onward.hangUp(BYE_MS)]);
  return 200;
}

function passed(read: (name: string) => string | undefined): Header[] {
  return PASSED.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}
