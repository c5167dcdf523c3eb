/** A call's record as a pcap file for Wireshark and tshark, from the recorded messages and IFPs themselves. */

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
  return renderPcap(packets, addressesOf(ladder.entries));
}

/** Caller's SIP port from its Via, the called side's from its Contact or the Request-URI; fax ports from both SDPs. */
function addressesOf(entries: readonly LadderEntry[]): CallAddresses {
  let invite = "";
  let answer = "";
  for (const { kind, bytes } of entries) {
    if (kind !== "sip") continue;
    const message = latin1.decode(bytes);
    if (invite === "" && message.startsWith("INVITE ")) invite = message;
    else if (answer === "" && message.startsWith("SIP/2.0 2") && /^CSeq: *\d+ INVITE/im.test(message)) answer = message;
  }
  const called = /^Contact:.*?@([\d.]+):(\d+)/im.exec(answer) ?? /^INVITE sip:[^ ]*?@?([\d.]+):(\d+)/i.exec(invite);
  const calling = /^Via: *SIP\/2\.0\/\w+ ([\d.]+):(\d+)/im.exec(invite);
  return {
    a: { ip: calling?.[1] ?? LOOPBACK, sipPort: Number(calling?.[2] ?? SIP_PORT), faxPort: faxPort(invite, 6000) },
    b: { ip: called?.[1] ?? LOOPBACK, sipPort: Number(called?.[2] ?? SIP_PORT), faxPort: faxPort(answer, 6002) },
  };
}

const LOOPBACK = "127.0.0.1";
const SIP_PORT = 5060;

function faxPort(message: string, otherwise: number): number {
  return Number(/^m=image (\d+)/m.exec(message)?.[1] ?? otherwise);
}
