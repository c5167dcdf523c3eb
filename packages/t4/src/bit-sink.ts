/** Where an encoder puts its code words: a growing octet buffer, most significant bit first, written 32 bits at a time. */

export class BitSink {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  /** Bits not yet stored: the low `#count` bits; what lies above them is stale. */
  #pending = 0;
  #count = 0;

  constructor(octets: number) {
    this.#bytes = new Uint8Array(octets);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bits written so far. */
  get length(): number {
    return this.#at * 8 + this.#count;
  }

  /** Makes room for `octets` more. To be called before the puts of a row: `put` itself does not look. */
  reserve(octets: number): void {
    if (this.#at + octets + 8 <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + octets + 8));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Appends the low `length` (1 to 31) bits of `bits`, the others of which must be 0. */
  put(bits: number, length: number): void {
    const free = 32 - this.#count;
    if (length < free) {
      this.#pending = (this.#pending << length) | bits;
      this.#count += length;
      return;
    }
    const rest = length - free;
    this.#view.setInt32(this.#at, (this.#pending << free) | (bits >>> rest));
    this.#at += 4;
    this.#pending = bits;
    this.#count = rest;
  }

  /** Appends `count` zero bits. */
  zeros(count: number): void {
    this.reserve((count >> 3) + 8);
    for (let left = count; left > 0; left -= 31) this.put(0, Math.min(left, 31));
  }

  /** Everything written, the last octet filled up with zeros. */
  finish(): Uint8Array {
    const octets = (this.length + 7) >> 3;
    this.reserve(4);
    this.#view.setInt32(this.#at, this.#count === 0 ? 0 : this.#pending << (32 - this.#count));
    return this.#bytes.slice(0, octets);
  }
}
