/**
 * Whose turn it is to change the session of a call (RFC 3261 §14, RFC 3264 §4): one offer at a time, and what happens when both
 * sides make one at once.
 */

export type OfferTurn =
  | { at: "idle" }
  /** Our re-INVITE is under way; `tries` counts from 1. */
  | { at: "offering"; tries: number }
  /** It crossed the peer's; ours goes again when the timer rings. */
  | { at: "backing-off"; tries: number }
  /** The peer's INVITE is under way; `answered`: only its ACK is missing. `waiting`: ours goes after it, tried so often before. */
  | { at: "answering"; answered: boolean; waiting?: number };

export type OfferEvent =
  /** We want to change the session. Never while an earlier wish is not settled. */
  | { type: "want" }
  /** The final answer to our re-INVITE. */
  | { type: "answer"; status: number }
  /** The time of a `back-off` is over. */
  | { type: "timer" }
  /** The peer's re-INVITE has come. */
  | { type: "peer-offer" }
  /** We have answered it: only a 2xx waits for an ACK here. */
  | { type: "peer-answered"; status: number }
  | { type: "peer-ack" };

export type OfferAction =
  | { type: "send-offer" }
  /** Our wish is settled with the last answer. */
  | { type: "settle" }
  /** Wait a random time between the two, in steps of 10 ms (RFC 3261 §14.1). */
  | { type: "back-off"; minMs: number; maxMs: number }
  | { type: "stop-timer" }
  /** Take the peer's offer to whoever decides. */
  | { type: "consider" }
  /** Refuse it: 491 while ours is under way, 500 while an earlier one of its is (§14.2). */
  | { type: "refuse"; status: 491 | 500 }
  /** The peer knows nothing of the call any more (§12.2.1.2). */
  | { type: "end-call" };

const MAX_TRIES = 7;

/**
 * Advances the turn, appends what to do to `out`, and gives the next state. `owner`: we made the Call-ID, so we wait longer
 * after a crossing.
 */
export function stepOffer(state: OfferTurn, event: OfferEvent, owner: boolean, out: OfferAction[]): OfferTurn {
  switch (event.type) {
    case "want":
      if (state.at === "answering") return { ...state, waiting: 0 };
      if (state.at !== "idle") return state;
      out.push({ type: "send-offer" });
      return { at: "offering", tries: 1 };
    case "answer":
      return state.at === "offering" ? settled(event.status, state.tries, owner, out) : state;
    case "timer":
      if (state.at !== "backing-off") return state;
      out.push({ type: "send-offer" });
      return { at: "offering", tries: state.tries + 1 };
    case "peer-offer":
      return peerOffer(state, out);
    case "peer-answered":
      if (state.at !== "answering") return state;
      return event.status < 300 ? { ...state, answered: true } : peerDone(state.waiting, out);
    case "peer-ack":
      return state.at === "answering" && state.answered ? peerDone(state.waiting, out) : state;
    default:
      return event satisfies never;
  }
}

function settled(status: number, tries: number, owner: boolean, out: OfferAction[]): OfferTurn {
  if (status === 491 && tries < MAX_TRIES) {
    const [minMs, maxMs] = owner ? [2100, 4000] : [0, 2000];
    out.push({ type: "back-off", minMs, maxMs });
    return { at: "backing-off", tries };
  }
  out.push({ type: "settle" });
  if (status === 408 || status === 481) out.push({ type: "end-call" });
  return { at: "idle" };
}

function peerOffer(state: OfferTurn, out: OfferAction[]): OfferTurn {
  switch (state.at) {
    case "idle":
      out.push({ type: "consider" });
      return { at: "answering", answered: false };
    case "offering":
      out.push({ type: "refuse", status: 491 });
      return state;
    case "backing-off":
      // Its offer goes first, ours right after it.
      out.push({ type: "stop-timer" }, { type: "consider" });
      return { at: "answering", answered: false, waiting: state.tries };
    case "answering":
      // A next INVITE shows that our answer to the one before has arrived, whatever became of its ACK.
      out.push(state.answered ? { type: "consider" } : { type: "refuse", status: 500 });
      return { ...state, answered: false };
    default:
      return state satisfies never;
  }
}

function peerDone(waiting: number | undefined, out: OfferAction[]): OfferTurn {
  if (waiting === undefined) return { at: "idle" };
  out.push({ type: "send-offer" });
  return { at: "offering", tries: waiting + 1 };
}
