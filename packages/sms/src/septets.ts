// Septets packed into octets, least significant bit first (3GPP TS 23.038, 6.1.2.1).

/** Packs septets (one in each octet) after `fillBits` zero bits (0 to 6), which align the text behind a user data header. */
export function packSeptets(septets: Uint8Array, fillBits = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((fillBits + septets.length * 7) / 8));
  let bit = fillBits;
  for (const septet of septets) {
    const value = (septet & 0x7f) << (bit & 7);
    const at = bit >> 3;
    octets[at]! |= value & 0xff;
    if (value > 0xff) octets[at + 1]! |= value >> 8;
    bit += 7;
  }
  return octets;
}

/** Unpacks `count` septets after `fillBits` bits; fewer when the octets end before. */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): Uint8Array {
  const whole = Math.max(0, Math.min(count, Math.floor((octets.length * 8 - fillBits) / 7)));
  const septets = new Uint8Array(whole);
  let bit = fillBits;
  for (let i = 0; i < whole; i++) {
    const at = bit >> 3;
    septets[i] = (((octets[at]! | ((octets[at + 1] ?? 0) << 8)) >> (bit & 7)) & 0x7f) as number;
    bit += 7;
  }
  return septets;
}
