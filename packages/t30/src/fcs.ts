/** Frame check sequence of HDLC: CRC-16/X.25 (T.30 §5.3.7), in our bit order (first line bit = most significant). */

// X.25's register shifts towards its least significant bit because the line does. With the first line bit as the most
// significant one the same polynomial shifts the other way, and the FCS follows high octet first.
const TABLE: Uint16Array = (() => {
  const table = new Uint16Array(256);
  for (let value = 0; value < 256; value++) {
    let crc = value << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[value] = crc & 0xffff;
  }
  return table;
})();

/** FCS over `length` octets from `from`: 16 bits, its high octet goes first. */
export function fcsOf(octets: Uint8Array, from = 0, length = octets.length - from): number {
  let crc = 0xffff;
  for (let i = from; i < from + length; i++) crc = ((crc << 8) & 0xffff) ^ TABLE[(crc >> 8) ^ octets[i]!]!;
  return crc ^ 0xffff;
}
