export { Call, type OfferAnswer, type OfferHandler } from "./call.ts";
export {
  type FinalAnswer,
  newSeries,
  numberHeader,
  openSipEndpoint,
  type RequestOrder,
  type RequestSeries,
  type SipEndpoint,
  type SipEndpointConfig,
  type SipHandlers,
} from "./endpoint.ts";
export {
  answerAudio,
  answerFax,
  answerTcp,
  answerUdptl,
  type FaxOffer,
  type MediaAddress,
  offerAudio,
  offerFax,
  offerTcp,
  offerUdptl,
  readOffer,
} from "./fax-session.ts";
export { IncomingCall } from "./incoming-call.ts";
export { newId } from "./new-id.ts";
export { OutgoingCall, type OutgoingOrder } from "./outgoing-call.ts";
export { digestHash } from "./signing.ts";
export type { Trace } from "./transactions.ts";
export type { DropCounters, Path, Target, Transport } from "./transport.ts";
