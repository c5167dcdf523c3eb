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
  requestInDialog,
} from "./dialog.ts";
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
