/** TPKT (RFC 1006 §6), the frame of T.38 over TCP: version 3, a reserved octet, the length of the whole packet, one IFP. */

const HEADER = 4;
const VERSION = 3;

/** One IFP as a TPKT packet. Throws RangeError above 65531 octets: our own mistake. */
export function encodeTpkt(ifp: Uint8Array): Uint8Array {
  const length = HEADER + ifp.length;
  if (length > 0xffff) throw new RangeError(`IFP of ${ifp.length} octets does not fit in a TPKT`);
  const packet = new Uint8Array(length);
  packet[0] = VERSION;
  packet[2] = length >> 8;
  packet[3] = length & 0xff;
  packet.set(ifp, HEADER);
  return packet;
}

/** The stream lost its frame (`version`, `length`) or announces a packet above the bound (`too-large`): close the connection. */
export type TpktProblem = "tpkt-version" | "tpkt-length" | "tpkt-too-large";

/** Cuts a TCP byte stream into IFPs. It keeps at most one unfinished packet; after a problem it stays in that problem. */
export class TpktSplitter {
  readonly #maxOctets: number;
  #pending: Uint8Array = new Uint8Array(0);
  #consumed = 0;
  #refusal: { ok: false; problem: TpktProblem; at: number } | undefined;

  /** @param options.maxOctets longest acceptable packet, header included */
  constructor(options: { maxOctets?: number } = {}) {
    this.#maxOctets = options.maxOctets ?? 0xffff;
  }

  /**
   * Takes the next piece of the stream, of any size; gives the IFPs completed by it, in order (views or copies, the piece
   * must not be written to again). A problem names the octet of the stream; IFPs complete before it come with it.
   */
  push(
    piece: Uint8Array,
  ): { ok: true; ifps: Uint8Array[] } | { ok: false; ifps: Uint8Array[]; problem: TpktProblem; at: number } {
    const ifps: Uint8Array[] = [];
    if (this.#refusal) return { ...this.#refusal, ifps };
    const bytes = this.#pending.length === 0 ? piece : joined(this.#pending, piece);
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      const problem = this.#judge(bytes[at]!, length);
      if (problem) {
        this.#pending = new Uint8Array(0);
        this.#refusal = { ok: false, problem, at: this.#consumed + at };
        return { ...this.#refusal, ifps };
      }
      if (bytes.length - at < length) break;
      ifps.push(bytes.subarray(at + HEADER, at + length));
      at += length;
    }
    this.#consumed += at;
    this.#pending = bytes.slice(at);
    return { ok: true, ifps };
  }

  #judge(version: number, length: number): TpktProblem | undefined {
    if (version !== VERSION) return "tpkt-version";
    if (length <= HEADER) return "tpkt-length";
    return length > this.#maxOctets ? "tpkt-too-large" : undefined;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
