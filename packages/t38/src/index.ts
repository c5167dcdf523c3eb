export { decodeIfp, encodeIfp } from "./ifp.ts";
export {
  FIELD_TYPES,
  type Field,
  type FieldType,
  type Ifp,
  type IfpProblem,
  type IfpSyntax,
  INDICATORS,
  type Indicator,
  MODULATIONS,
  type Modulation,
} from "./packet.ts";
export { type CallAddresses, type PcapPacket, renderPcap } from "./pcap.ts";
export { SyntaxGuess } from "./syntax.ts";
export { encodeTpkt, type TpktProblem, TpktSplitter } from "./tpkt.ts";
export { decodeUdptl, encodeUdptl, type UdptlDatagram, type UdptlProblem, type UdptlRecovery } from "./udptl.ts";
export { type Received, type UdptlCounts, UdptlReceiver } from "./udptl-receiver.ts";
export { protectionFor, UDPTL_OVERHEAD, type UdptlProtection, UdptlSender } from "./udptl-sender.ts";
