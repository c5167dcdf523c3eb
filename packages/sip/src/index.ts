export {
  formatUri,
  type NameAddress,
  numberOf,
  parseNameAddress,
  parseUri,
  parseVia,
  type SipUri,
  tagOf,
  type Via,
} from "./address.ts";
export {
  type Dialog,
  dialogKey,
  dialogKeyOf,
  dialogOfCalled,
  dialogOfCaller,
  nextHopUri,
  refreshTarget,
  requestInDialog,
} from "./dialog.ts";
export {
  authorisation,
  type Challenge,
  type Credentials,
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type DigestHash,
  type DigestState,
  digestResponse,
  newDigest,
  noteChallenges,
  type SignedRequest,
} from "./digest.ts";
export { Gatekeeper, type GatekeeperOptions, type Verdict } from "./digest-server.ts";
export { type RequestRefusal, refusalOf, sessionBody } from "./inspection.ts";
export {
  type Header,
  header,
  headerList,
  MAX_MESSAGE_OCTETS,
  parseCSeq,
  parseMessage,
  respond,
  type SipMessage,
  type SipParse,
  type SipProblem,
  type SipRequest,
  type SipResponse,
  serialiseMessage,
} from "./message.ts";
export { canonicalName, METHODS, reasonPhrase } from "./names.ts";
export { type OfferAction, type OfferEvent, type OfferTurn, stepOffer } from "./offer-turn.ts";
export {
  type AudioCodec,
  type AudioMedia,
  buildSdp,
  continueSdp,
  parseSdp,
  SDP_TYPE,
  type SdpProblem,
  type SessionDescription,
  type Stream,
  type StreamToBuild,
} from "./sdp.ts";
export type { Direction, FaxMedia } from "./sdp-attributes.ts";
export { SipSplitter } from "./splitter.ts";
export {
  type ClientEvent,
  type ClientTransaction,
  cancelOf,
  clientKey,
  createClient,
  createServer,
  type ServerEvent,
  type ServerTransaction,
  serverKey,
  stepClient,
  stepServer,
  T1_MS,
  T2_MS,
  T4_MS,
  type TransactionAction,
  type TransactionTimer,
} from "./transaction.ts";
