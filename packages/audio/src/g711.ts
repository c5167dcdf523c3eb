/**
 * G.711: telephone audio as octets, 8000 a second. A sample here is 16 bits wide and uses the laws' full scale: A-law's 13 bits
 * (largest value 32256) and mu-law's 14 bits (largest value 32124) stand at the top of the 16.
 */

export type G711Law = "pcma" | "pcmu";

export const SAMPLE_RATE = 8000;

/** The octet of silence in each law: positive zero (mu-law), the smallest positive value (A-law). */
export const SILENCE: Readonly<Record<G711Law, number>> = { pcma: 0xd5, pcmu: 0xff };

/** G.711 §3.2: even bits of an A-law octet are inverted on the line. */
const A_LAW_LINE = 0x55;
/** G.711 §3.3: the curve of mu-law begins 33 steps of 14 bits before zero, which are 132 of 16. */
const MU_LAW_BIAS = 132;
const MU_LAW_LARGEST = 32_635;

const DECODED: Readonly<Record<G711Law, Int16Array>> = {
  pcma: Int16Array.from({ length: 256 }, (_, octet) => fromALaw(octet)),
  pcmu: Int16Array.from({ length: 256 }, (_, octet) => fromMuLaw(octet)),
};

/** Octets of either law as samples, one for one. */
export function decodeG711(law: G711Law, octets: Uint8Array): Int16Array {
  const values = DECODED[law];
  const samples = new Int16Array(octets.length);
  for (let i = 0; i < octets.length; i++) samples[i] = values[octets[i]!]!;
  return samples;
}

/** Samples as octets of either law, one for one; what is too loud becomes the loudest. */
export function encodeG711(law: G711Law, samples: Int16Array): Uint8Array {
  const octets = new Uint8Array(samples.length);
  const encode = law === "pcma" ? toALaw : toMuLaw;
  for (let i = 0; i < samples.length; i++) octets[i] = encode(samples[i]!);
  return octets;
}

/** Table 1a/G.711: sign, segment of 3 bits, 4 bits within it; the two lowest segments have the same steps. */
function fromALaw(octet: number): number {
  const code = octet ^ A_LAW_LINE;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return (code & 0x80) !== 0 ? magnitude : -magnitude;
}

function toALaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  // The decision values of the negative half mirror those of the positive: -1 lies in the first step.
  const magnitude = sample >= 0 ? sample : -sample - 1;
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  const code = (segment << 4) | ((magnitude >> (segment === 0 ? 4 : segment + 3)) & 15);
  return (code | sign) ^ A_LAW_LINE;
}

/** Table 2a/G.711: all bits inverted on the line. */
function fromMuLaw(octet: number): number {
  const code = ~octet & 0xff;
  const segment = (code >> 4) & 7;
  const magnitude = ((((code & 15) << 3) + MU_LAW_BIAS) << segment) - MU_LAW_BIAS;
  return (code & 0x80) !== 0 ? -magnitude : magnitude;
}

function toMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(MU_LAW_LARGEST, Math.abs(sample)) + MU_LAW_BIAS;
  const segment = 24 - Math.clz32(magnitude);
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff;
}
