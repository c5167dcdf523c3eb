/** A recorded call as a classic pcap file (Ethernet, IPv4, UDP), so that Wireshark and tshark show SIP, T.38 and T.30. */

import { encodeUdptl } from "./udptl.ts";

/**
 * One message of the recording. `sip` bytes are a whole SIP message, `ifp` an encoded IFP (wrapped in UDPTL here, numbered
 * by direction), `udptl` a datagram as it was on the wire. `atUs`: microseconds, on any scale that does not go back.
 */
export type PcapPacket = { fromA: boolean; atUs: number; kind: "sip" | "ifp" | "udptl"; bytes: Uint8Array };

/**
 * One side: IPv4 address in dotted form and the ports that its SIP messages and its SDP name; `faxIp` when the SDP names
 * another address than SIP uses.
 */
type Side = { ip: string; sipPort: number; faxPort: number; faxIp?: string };

/** A is the side that packets with `fromA` come from. */
export type CallAddresses = { a: Side; b: Side };

const GLOBAL_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const IPV4 = 20;
const UDP = 8;
const SNAP_LENGTH = 0xffff;
const LARGEST_PAYLOAD = SNAP_LENGTH - ETHERNET - IPV4 - UDP;
const LINKTYPE_ETHERNET = 1;
const PROTOCOL_UDP = 17;

/**
 * The pcap file of a call. SIP comes first in the recording of any real call and lets the dissector find the fax ports by
 * the SDP. Calls between our own ends run T.38 over TCP; as the file shows their IFPs in UDPTL, an SDP line
 * `m=image ... tcp t38` is shown as `udptl`. IFPs carry the two packets before them as redundancy, as on a real line.
 * Throws RangeError for a malformed IPv4 address or a payload that fits in no datagram: our own mistake.
 */
export function renderPcap(packets: readonly PcapPacket[], addresses: CallAddresses): Uint8Array {
  const payloads = wrapped(packets);
  let size = GLOBAL_HEADER;
  for (const payload of payloads) size += RECORD_HEADER + ETHERNET + IPV4 + UDP + payload.length;
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, LINKTYPE_ETHERNET, true);

  const sipIps = [addresses.a.ip, addresses.b.ip].map(ipv4);
  const faxIps = [addresses.a, addresses.b].map(({ ip, faxIp }) => ipv4(faxIp ?? ip));
  let at = GLOBAL_HEADER;
  for (const [i, packet] of packets.entries()) {
    const payload = payloads[i]!;
    const { a, b } = addresses;
    const ports = packet.kind === "sip" ? [a.sipPort, b.sipPort] : [a.faxPort, b.faxPort];
    const frame = file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + ETHERNET + IPV4 + UDP + payload.length);
    view.setUint32(at, Math.floor(packet.atUs / 1_000_000), true);
    view.setUint32(at + 4, Math.floor(packet.atUs % 1_000_000), true);
    view.setUint32(at + 8, frame.length, true);
    view.setUint32(at + 12, frame.length, true);
    const [from, to] = packet.fromA ? [0, 1] : [1, 0];
    const ips = packet.kind === "sip" ? sipIps : faxIps;
    writeFrame(
      frame,
      { fromA: packet.fromA, fromIp: ips[from]!, toIp: ips[to]!, fromPort: ports[from]!, toPort: ports[to]!, id: i },
      payload,
    );
    at += RECORD_HEADER + frame.length;
  }
  return file;
}

/** The payload of each packet: SIP with its SDP made to fit, IFPs in UDPTL. */
function wrapped(packets: readonly PcapPacket[]): Uint8Array[] {
  const sent: { a: Uint8Array[]; b: Uint8Array[] } = { a: [], b: [] };
  return packets.map((packet) => {
    const payload =
      packet.kind === "sip" ? asUdptlOffer(packet.bytes) : packet.kind === "udptl" ? packet.bytes : number(packet);
    if (payload.length > LARGEST_PAYLOAD)
      throw new RangeError(`payload of ${payload.length} octets fits in no datagram`);
    return payload;
  });

  function number(packet: PcapPacket): Uint8Array {
    const stream = packet.fromA ? sent.a : sent.b;
    const earlier = stream.slice(-2).reverse();
    stream.push(packet.bytes);
    return encodeUdptl({
      sequence: (stream.length - 1) & 0xffff,
      primary: packet.bytes,
      recovery: { kind: "redundancy", packets: earlier },
    });
  }
}

type Route = { fromA: boolean; fromIp: Uint8Array; toIp: Uint8Array; fromPort: number; toPort: number; id: number };

/** Ethernet II (RFC 894), IPv4 (RFC 791) and UDP (RFC 768) around the payload; `frame` is zeroed and of the right length. */
function writeFrame(frame: Uint8Array, route: Route, payload: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  // Locally administered addresses 02:00:00:00:00:0a and :0b.
  frame[0] = 0x02;
  frame[5] = route.fromA ? 0x0b : 0x0a;
  frame[6] = 0x02;
  frame[11] = route.fromA ? 0x0a : 0x0b;
  view.setUint16(12, 0x0800);

  const ip = frame.subarray(ETHERNET, ETHERNET + IPV4);
  ip[0] = 0x45;
  view.setUint16(ETHERNET + 2, IPV4 + UDP + payload.length);
  view.setUint16(ETHERNET + 4, route.id & 0xffff);
  ip[6] = 0x40; // do not fragment
  ip[8] = 64;
  ip[9] = PROTOCOL_UDP;
  ip.set(route.fromIp, 12);
  ip.set(route.toIp, 16);
  view.setUint16(ETHERNET + 10, checksum(sumWords(ip, 0)));

  const udpAt = ETHERNET + IPV4;
  view.setUint16(udpAt, route.fromPort);
  view.setUint16(udpAt + 2, route.toPort);
  view.setUint16(udpAt + 4, UDP + payload.length);
  frame.set(payload, udpAt + UDP);
  const pseudoHeader = sumWords(ip.subarray(12), PROTOCOL_UDP + UDP + payload.length);
  // A checksum of zero would say "none" (RFC 768), so it is sent as all ones.
  view.setUint16(udpAt + 6, checksum(sumWords(frame.subarray(udpAt), pseudoHeader)) || 0xffff);
}

function sumWords(bytes: Uint8Array, start: number): number {
  let sum = start;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

/** Internet checksum (RFC 1071) of a sum of 16-bit words. */
function checksum(sum: number): number {
  let folded = sum;
  for (let carries = 0; folded > 0xffff && carries < 4; carries++)
    folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

function ipv4(text: string): Uint8Array {
  const parts = text.split(".").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 4 || parts.some((part) => part > 255)) throw new RangeError(`not an IPv4 address: ${text}`);
  return Uint8Array.from(parts);
}

const MEDIA_OVER_TCP = /^(m=image \d+ )tcp( t38)/im;

/** Turns the SDP's media line from TCP to UDPTL and mends Content-Length; any other message stays byte for byte. */
function asUdptlOffer(message: Uint8Array): Uint8Array {
  const text = latin1(message);
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  if (bodyAt < 4) return message;
  const body = text.slice(bodyAt);
  const changed = body.replace(MEDIA_OVER_TCP, "$1udptl$2");
  if (changed === body) return message;
  const head = text.slice(0, bodyAt).replace(/^(content-length|l)([ \t]*:[ \t]*)\d+/im, `$1$2${changed.length}`);
  return Uint8Array.from(head + changed, (character) => character.charCodeAt(0));
}

/** One character for each octet, so that text operations keep lengths and unknown encodings intact. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
