export { decodeLadder, encodeLadder, type Ladder, type LadderEntry, Recorder } from "./ladder.ts";
export { ladderPcap } from "./ladder-pcap.ts";
export { type LadderField, type LadderRow, renderLadder } from "./ladder-rows.ts";
export { type Idle, LineTime, type Side, type Turn } from "./line-time.ts";
export { connectMedia, MediaConnection, MediaConnections, type MediaPort, openMediaPort } from "./media.ts";
export { decodeOwn, encodeOwn, isOwnMessage, type OwnMessage } from "./own-message.ts";
export { type CallEnd, type CallPage, causeText, type Party, type RunCallOptions, runCall } from "./run-call.ts";
export { type Ear, eventsOf, newEar, signalsOf, type TimedIfp } from "./signals.ts";
