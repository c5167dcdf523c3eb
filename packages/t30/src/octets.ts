/** Bit order. Our octets are in T.30's written order: the first bit on the line is the most significant (as in T.38). */

const REVERSED: Uint8Array = (() => {
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) {
    let reversed = 0;
    for (let bit = 0; bit < 8; bit++) if (value & (1 << bit)) reversed |= 0x80 >> bit;
    table[value] = reversed;
  }
  return table;
})();

/**
 * Turns the bits of one octet round. Numbers and characters inside T.30 fields (page, block and frame counts, digits of
 * CSI and TSI) go over the line least significant bit first, so they stand reversed in our octets.
 */
export function reverseBits(octet: number): number {
  return REVERSED[octet & 0xff]!;
}

/** Turns the bits of every octet round, into a new array: what a Class 1 modem's data link carries (T.31). */
export function reverseAllBits(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length);
  for (let i = 0; i < octets.length; i++) out[i] = REVERSED[octets[i]!]!;
  return out;
}

/** Joins pieces into one array of `total` octets, padded with zeros at the end. */
export function joinOctets(pieces: readonly Uint8Array[], total: number): Uint8Array {
  const out = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
