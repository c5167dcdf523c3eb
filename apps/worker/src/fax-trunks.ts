// The fax lines a house has outside (depesche.config.json): modems and SIP trunks, as one trunk for the fax channel.

import { createSocket } from "node:dgram";
import type { Class1LineConfig, FaxLineConfig, T38LineConfig } from "@depesche/core";
import { type Class1LineOptions, openClass1Trunk } from "@depesche/fax-lines-class1";
import { openT38Trunk, type T38TrunkConfig } from "@depesche/fax-lines-t38";
import type { FaxTrunk } from "@depesche/ports";
import { joinTrunks, type TrunkMember } from "./joined-trunk.ts";

/** The trunk of all outside lines, and how many calls it carries at once. */
export interface OutsideFax {
  trunk: FaxTrunk;
  lines: number;
}

/** `lines`: calls at once of a SIP trunk that does not say. Rejects when a port of our own cannot be bound. */
export async function openFaxTrunks(config: readonly FaxLineConfig[], lines: number): Promise<OutsideFax> {
  const members: TrunkMember[] = [];
  const modems = config.filter((line): line is Class1LineConfig => line.kind === "class1");
  try {
    for (const line of config) {
      if (line.kind !== "t38") continue;
      const trunk = await openT38Trunk(await t38ConfigOf(line));
      members.push({ trunk, numbers: line.numbers, lines: line.lines ?? lines });
    }
  } catch (error) {
    await Promise.allSettled(members.map(({ trunk }) => trunk.close()));
    throw error;
  }
  if (modems.length > 0) {
    const trunk = openClass1Trunk({ lines: modems.map(class1OptionsOf) });
    members.push({ trunk, numbers: [...new Set(modems.map(({ number }) => number))], lines: modems.length });
  }
  return { trunk: joinTrunks(members), lines: members.reduce((sum, member) => sum + member.lines, 0) };
}

export function class1OptionsOf(line: Class1LineConfig): Class1LineOptions {
  const { device, tcp, baud, number, stationId, init, dialPrefix, country, receive } = line;
  return {
    place: device === undefined ? targetOf(tcp as string) : { device, ...(baud && { baud }) },
    number,
    ...(stationId !== undefined && { stationId }),
    ...(init && { init }),
    dial: { ...(dialPrefix !== undefined && { prefix: dialPrefix }), ...(country !== undefined && { country }) },
    ...(receive !== undefined && { receive }),
  };
}

export async function t38ConfigOf(line: T38LineConfig): Promise<T38TrunkConfig> {
  const { host, port = 5060, transport = "udp", user, password, outboundProxy, udptl } = line;
  const exchange = { host, port, transport };
  const proxy = outboundProxy === undefined ? undefined : { ...targetOf(outboundProxy), transport };
  const { v21 = 3, image = 1 } = udptl?.redundancy ?? {};
  return {
    exchange,
    bind: line.bind ?? (await addressTowards(proxy ?? exchange)),
    offers: line.offers ?? ["udptl", "audio"],
    register: line.register ?? false,
    ...(line.sipPort !== undefined && { sipPort: line.sipPort }),
    ...(line.domain !== undefined && { domain: line.domain }),
    ...(proxy && { outboundProxy: proxy }),
    ...(user !== undefined && password !== undefined && { credentials: { user, password } }),
    udptl: { ...udptl, redundancy: { v21, image } },
  };
}

/** host:port, the host perhaps in brackets. The schema has seen to its form. */
function targetOf(place: string): { host: string; port: number } {
  const at = place.lastIndexOf(":");
  return { host: place.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(place.slice(at + 1)) };
}

/** Our own address on the way to a host: what it must call us by. No datagram is sent for it. */
function addressTowards({ host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    const end = (then: () => void) => {
      socket.close();
      then();
    };
    socket.once("error", (error) => end(() => reject(new Error(`the way to ${host} is not known: ${error.message}`))));
    socket.connect(port, host, () => {
      const { address } = socket.address();
      end(() => resolve(address));
    });
  });
}
