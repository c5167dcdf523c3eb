export { protectionFor, type UdptlProtection } from "@depesche/t38";
export { Agreement } from "./agreement.ts";
export { eitherSignal } from "./either-signal.ts";
export { ifpPair, LINE_DELAY_US } from "./ifp-pair.ts";
export type { IfpListener, IfpPort } from "./ifp-port.ts";
export { decodeLadder, encodeLadder, type Ladder, type LadderEntry, Recorder } from "./ladder.ts";
export { ladderPcap } from "./ladder-pcap.ts";
export { type LadderField, type LadderRow, renderLadder } from "./ladder-rows.ts";
export { type Idle, LineTime, type Side, type Turn } from "./line-time.ts";
export { connectMedia, MediaConnection, MediaConnections, type MediaPort, openMediaPort } from "./media.ts";
export { memoryNetwork, type Weather } from "./memory-network.ts";
export { decodeOwn, encodeOwn, isOwnMessage, type OwnMessage } from "./own-message.ts";
export type { TcfTransfer } from "./paced.ts";
export { type PacedCallOptions, runPacedCall } from "./paced-call.ts";
export { codingOf, needOf, receivedOf } from "./page-words.ts";
export {
  type CallEnd,
  type CallPage,
  causeText,
  type Party,
  type RunCallOptions,
  runCall,
  storedEvent,
} from "./run-call.ts";
export { dataOf, type Ear, eventsOf, newEar, signalsOf, type TimedIfp, trainingOf } from "./signals.ts";
export { connectTpkt, listenTpkt, type TpktListener, type TpktPortOptions, tpktPort } from "./tpkt-port.ts";
export { bindUdptl, type UdpAddress, type UdpListener, type UdptlSocket } from "./udp-socket.ts";
export { type UdptlPort, type UdptlPortCounts, type UdptlPortOptions, udptlPort } from "./udptl-port.ts";
export { VirtualWall } from "./virtual-wall.ts";
export { monotonicWall, type Wall } from "./wall.ts";
