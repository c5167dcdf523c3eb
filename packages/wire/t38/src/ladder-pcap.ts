/** A call's record as a pcap file for Wireshark and tshark, from the recorded messages and IFPs or datagrams themselves. */

import { type CallAddresses, type PcapPacket, renderPcap } from "@depesche/t38";
import { decodeLadder, type LadderEntry } from "./ladder.ts";

const latin1 = new TextDecoder("latin1");

/** The pcap file; undefined when the blob is none or damaged. Time 0 is the INVITE. `untilUs`: only what had happened by that line time. */
export function ladderPcap(blob: Uint8Array, untilUs = Number.POSITIVE_INFINITY): Uint8Array | undefined {
  const ladder = decodeLadder(blob);
  if (!ladder) return undefined;
  const packets: PcapPacket[] = [];
  for (const { kind, fromCaller, lineUs, bytes } of ladder.entries) {
    if (kind !== "timer" && lineUs <= untilUs)
      packets.push({ fromA: fromCaller, atUs: Math.max(0, lineUs + ladder.ringUs), kind, bytes });
  }
  const addresses = addressesOf(ladder.entries);
  const isDescribed = packets.some(({ kind, bytes }) => kind === "sip" && FAX_MEDIA.test(latin1.decode(bytes)));
  if (packets.some(({ kind }) => kind !== "sip") && !isDescribed) packets.unshift(...description(addresses));
  return renderPcap(packets, addresses);
}

const FAX_MEDIA = /^m=image [1-9]/m;

/**
 * A call that no SIP has described, on a modem's line or within the exchange: a dissector finds T.38 only at ports that a
 * description names. So one goes before it, and says of itself what it is.
 */
function description({ a, b }: CallAddresses): PcapPacket[] {
  const said = (start: string, port: number, toTag: string): Uint8Array => {
    const lines = ["v=0", `o=- 1 1 IN IP4 ${LOOPBACK}`, "s=-", `c=IN IP4 ${LOOPBACK}`, "t=0 0"];
    const body = [...lines, `m=image ${port} udptl t38`, "a=T38FaxRateManagement:transferredTCF", ""].join("\r\n");
    const head = [
      start,
      `Via: SIP/2.0/UDP ${a.ip}:${a.sipPort};branch=z9hG4bK1`,
      "From: <sip:caller@depesche.example>;tag=1",
      `To: <sip:answerer@depesche.example>${toTag}`,
      "Call-ID: 1@depesche.example",
      "CSeq: 1 INVITE",
      "Subject: description of this capture; the call itself had no SIP",
      `Contact: <sip:capture@${LOOPBACK}>`,
      "Content-Type: application/sdp",
      `Content-Length: ${body.length}`,
    ];
    return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body}`);
  };
  const offer = said(`INVITE sip:answerer@${LOOPBACK} SIP/2.0`, a.faxPort, "");
  const answer = said("SIP/2.0 200 OK", b.faxPort, ";tag=2");
  return [
    { fromA: true, atUs: 0, kind: "sip", bytes: offer },
    { fromA: false, atUs: 0, kind: "sip", bytes: answer },
  ];
}

/** Caller's SIP port from its Via, the called side's from its Contact or the Request-URI; fax addresses from the latest SDP of each. */
function addressesOf(entries: readonly LadderEntry[]): CallAddresses {
  let invite = "";
  let answer = "";
  const fax = { a: { faxPort: 6000 } as FaxAddress, b: { faxPort: 6002 } as FaxAddress };
  for (const { kind, fromCaller, bytes } of entries) {
    if (kind !== "sip") continue;
    const message = latin1.decode(bytes);
    if (invite === "" && message.startsWith("INVITE ")) invite = message;
    else if (answer === "" && message.startsWith("SIP/2.0 2") && /^CSeq: *\d+ INVITE/im.test(message)) answer = message;
    Object.assign(fax[fromCaller ? "a" : "b"], faxAddress(message));
  }
  const called = /^Contact:.*?@([\d.]+):(\d+)/im.exec(answer) ?? /^INVITE sip:[^ ]*?@?([\d.]+):(\d+)/i.exec(invite);
  const calling = /^Via: *SIP\/2\.0\/\w+ ([\d.]+):(\d+)/im.exec(invite);
  return {
    a: { ip: calling?.[1] ?? LOOPBACK, sipPort: Number(calling?.[2] ?? SIP_PORT), ...fax.a },
    b: { ip: called?.[1] ?? LOOPBACK, sipPort: Number(called?.[2] ?? SIP_PORT), ...fax.b },
  };
}

type FaxAddress = Pick<CallAddresses["a"], "faxPort" | "faxIp">;

const LOOPBACK = "127.0.0.1";
const SIP_PORT = 5060;

/** Where a message's SDP wants its T.38 stream, when it has one that is not refused (port 0). */
function faxAddress(message: string): Partial<FaxAddress> {
  const media = /^m=image (\d+)/m.exec(message);
  if (!media || media[1] === "0") return {};
  const stream = message.slice(media.index).split(/\r?\nm=/)[0]!;
  const connection = /^c=IN IP4 ((?:\d{1,3}\.){3}\d{1,3})/m;
  const faxIp = (connection.exec(stream) ?? connection.exec(message))?.[1];
  return { faxPort: Number(media[1]), ...(faxIp !== undefined && { faxIp }) };
}
