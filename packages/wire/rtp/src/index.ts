export {
  openRtp,
  type RtpCounts,
  type RtpFarEnd,
  type RtpOptions,
  type RtpPort,
  type RtpSource,
  type RtpWall,
} from "./rtp-port.ts";
