export { Call, IncomingCall, OutgoingCall, type OutgoingOrder } from "./call.ts";
export {
  type FinalAnswer,
  newId,
  numberHeader,
  openSipEndpoint,
  type RequestOrder,
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
export { readFax } from "./own-fax.ts";
export type { Trace } from "./transactions.ts";
export type { DropCounters, Path, Target, Transport } from "./transport.ts";
