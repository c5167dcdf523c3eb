/** The little of aligned PER (ITU-T X.691) that T.38 needs: bit fields, alignment, length determinants of one and two octets. */

/** The longest length that fits in two octets; longer ones would be fragmented (X.691 §10.9.3.8), which no fax packet needs. */
export const MAX_LENGTH = 0x3fff;

export class BitWriter {
  readonly bytes: Uint8Array;
  #bit = 0;

  /** @param capacity octets that will be enough for everything written */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Writes the low `count` (at most 8) bits of `value`, most significant first. */
  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if ((value >> i) & 1) this.bytes[this.#bit >> 3]! |= 0x80 >> (this.#bit & 7);
      this.#bit++;
    }
  }

  align(): void {
    this.#bit = (this.#bit + 7) & ~7;
  }

  uint16(value: number): void {
    this.align();
    this.bytes[this.#bit >> 3] = value >> 8;
    this.bytes[(this.#bit >> 3) + 1] = value & 0xff;
    this.#bit += 16;
  }

  /** Unconstrained length determinant (X.691 §10.9.3.5 to 7). Throws RangeError above 16383: the caller's fault. */
  length(value: number): void {
    if (value > MAX_LENGTH) throw new RangeError(`length ${value} needs PER fragmentation`);
    this.align();
    if (value < 0x80) {
      this.bytes[this.#bit >> 3] = value;
      this.#bit += 8;
    } else this.uint16(0x8000 | value);
  }

  octets(value: Uint8Array): void {
    this.align();
    this.bytes.set(value, this.#bit >> 3);
    this.#bit += value.length * 8;
  }

  /** The complete encoding, padded with zero bits to the octet. */
  finish(): Uint8Array {
    this.align();
    return this.bytes.subarray(0, this.#bit >> 3);
  }
}

/** Reads what BitWriter writes. Past the end every read gives 0 and `overrun` stays set, so one check at the end of a step suffices. */
export class BitReader {
  readonly bytes: Uint8Array;
  overrun = false;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Octet of the next unread bit. */
  get at(): number {
    return this.#bit >> 3;
  }

  bits(count: number): number {
    if (this.#bit + count > this.bytes.length * 8) {
      this.overrun = true;
      return 0;
    }
    let value = 0;
    for (let i = 0; i < count; i++, this.#bit++) {
      value = (value << 1) | ((this.bytes[this.#bit >> 3]! >> (7 - (this.#bit & 7))) & 1);
    }
    return value;
  }

  align(): void {
    this.#bit = (this.#bit + 7) & ~7;
  }

  uint16(): number {
    this.align();
    return (this.bits(8) << 8) | this.bits(8);
  }

  /** A length determinant, or undefined when it announces fragments. */
  length(): number | undefined {
    this.align();
    const first = this.bits(8);
    if (first < 0x80) return first;
    if (first >= 0xc0) return undefined;
    return ((first & 0x3f) << 8) | this.bits(8);
  }

  /** A view of the next octets, not a copy. */
  octets(count: number): Uint8Array {
    this.align();
    const start = this.#bit >> 3;
    if (start + count > this.bytes.length) {
      this.overrun = true;
      return this.bytes.subarray(0, 0);
    }
    this.#bit += count * 8;
    return this.bytes.subarray(start, start + count);
  }
}
