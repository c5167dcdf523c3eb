/** The sending end of UDPTL: numbers IFPs and insures each with copies or parity of those before it (T.38 §9.1.4). */

import { encodeUdptl, type UdptlRecovery } from "./udptl.ts";

/**
 * How datagrams are insured against loss. `redundancy`: so many earlier IFPs travel along with control (V.21 and indicators)
 * and with image data; 0 and 0 is no insurance. `fec`: `entries` parities over `span` packets each.
 */
export type UdptlProtection =
  | { kind: "redundancy"; control: number; image: number }
  | { kind: "fec"; span: number; entries: number };

/** What common gateways use: three copies of control, one of image data; parities over three packets, three of them. */
const REDUNDANCY: UdptlProtection = { kind: "redundancy", control: 3, image: 1 };
const FEC: UdptlProtection = { kind: "fec", span: 3, entries: 3 };
const NONE: UdptlProtection = { kind: "redundancy", control: 0, image: 0 };

/** The insurance that the SDP's T38FaxUdpEC has agreed (T.38 annex D.2.3); an absent attribute means redundancy. */
export function protectionFor(
  udpErrorCorrection: "t38UDPRedundancy" | "t38UDPFEC" | "t38UDPNoEC" | undefined,
): UdptlProtection {
  if (udpErrorCorrection === "t38UDPFEC") return FEC;
  return udpErrorCorrection === "t38UDPNoEC" ? NONE : REDUNDANCY;
}

/** Earlier packets that are kept: the most any insurance here can reach back. */
const KEPT = 32;

/** One direction of one media session. */
export class UdptlSender {
  readonly #protection: UdptlProtection;
  readonly #maxDatagram: number;
  /** The latest packets, newest first. */
  readonly #sent: Uint8Array[] = [];
  #sequence = 0;

  /** @param options.maxDatagram octets of a datagram that the peer takes; copies are left out until it fits */
  constructor(options: { protection: UdptlProtection; maxDatagram?: number }) {
    this.#protection = options.protection;
    this.#maxDatagram = options.maxDatagram ?? Number.POSITIVE_INFINITY;
  }

  /** The datagram for the next IFP (encoded). It is above the peer's limit only when the IFP alone is. */
  next(ifp: Uint8Array, isControl: boolean): Uint8Array {
    const sequence = this.#sequence;
    const datagram = encodeUdptl({ sequence: sequence & 0xffff, primary: ifp, recovery: this.#insure(ifp, isControl) });
    this.#sequence++;
    this.#sent.unshift(ifp);
    if (this.#sent.length > KEPT) this.#sent.pop();
    return datagram;
  }

  #insure(primary: Uint8Array, isControl: boolean): UdptlRecovery {
    const protection = this.#protection;
    const room = this.#maxDatagram - overhead(primary);
    if (protection.kind === "redundancy") {
      const packets: Uint8Array[] = [];
      let left = room;
      for (const packet of this.#sent.slice(0, isControl ? protection.control : protection.image)) {
        left -= lengthOctets(packet.length) + packet.length;
        if (left < 0) break;
        packets.push(packet);
      }
      return { kind: "redundancy", packets };
    }
    // At the begin of a stream there is not yet anything to span: parity grows with it.
    const span = Math.min(protection.span, this.#sent.length);
    let entries = span === 0 ? 0 : Math.min(protection.entries, Math.floor(this.#sent.length / span));
    for (; entries > 0; entries--) {
      const parities = this.#parities(span, entries);
      const size = parities.reduce((sum, parity) => sum + lengthOctets(parity.length) + parity.length, 2);
      if (size <= room) return { kind: "fec", span, entries: parities };
    }
    return { kind: "fec", span: 0, entries: [] };
  }

  /** Entry m covers every `entries`-th packet from the one `span * entries - m` before this one on (T.38 §9.1.4.2). */
  #parities(span: number, entries: number): Uint8Array[] {
    const out: Uint8Array[] = [];
    for (let m = 0; m < entries; m++) {
      const members: Uint8Array[] = [];
      for (let k = 0; k < span; k++) members.push(this.#sent[span * entries - m - k * entries - 1]!);
      const parity = new Uint8Array(Math.max(...members.map(({ length }) => length)));
      for (const member of members) for (let i = 0; i < member.length; i++) parity[i]! ^= member[i]!;
      out.push(parity);
    }
    return out;
  }
}

/** Octets of a datagram that carries this packet and nothing else: sequence, length, packet, kind and count of what insures it. */
function overhead(primary: Uint8Array): number {
  return 2 + lengthOctets(primary.length) + primary.length + 2;
}

function lengthOctets(length: number): number {
  return length < 0x80 ? 1 : 2;
}

/** Octets of UDPTL around a lone IFP at most, for those who cut IFPs to a peer's limit. */
export const UDPTL_OVERHEAD = 8;
