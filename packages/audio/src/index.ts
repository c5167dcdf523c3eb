export { createFaxEar, type FaxEar, type Heard, heardAtMs, hearFax } from "./fax-ear.ts";
export { decodeG711, encodeG711, type G711Law, SAMPLE_RATE, SILENCE } from "./g711.ts";
export { decodeRtp, encodeRtp, RTP_PAYLOAD, type RtpPacket, type RtpProblem } from "./rtp.ts";
export { amplitudeOf, cedTone, cngTone, playTone, samplesOf, type ToneSpan, type ToneState, tone } from "./tones.ts";
export { createV21, FLAG, modulateV21, type V21State } from "./v21.ts";
