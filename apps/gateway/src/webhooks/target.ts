// Where a webhook may go: no way into private networks through a name or address a customer chose.

import { BlockList, isIP } from "node:net";

export interface TargetRules {
  /** 127.0.0.0/8 and ::1, as in the simulation. */
  allowLoopback: boolean;
  /** Private, link-local and other special networks. */
  allowPrivate: boolean;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

// Addresses that are not globally reachable (IANA special-purpose registries, RFC 6890).
const special = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  special.addSubnet(net, bits, "ipv4");
}
for (const [net, bits] of [
  ["::", 128],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  special.addSubnet(net, bits, "ipv6");
}

/** May this address be connected to? */
export function addressAllowed(address: string, rules: TargetRules): boolean {
  if (isIP(address) === 0) return false;
  // A block list sees through IPv4-mapped addresses (::ffff:a.b.c.d) by itself.
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (loopback.check(address, family)) return rules.allowLoopback || rules.allowPrivate;
  if (special.check(address, family)) return rules.allowPrivate;
  return true;
}

/** What is wrong with a target as far as its spelling tells; names are checked again when they are resolved. */
export function literalTargetProblem(url: URL, rules: TargetRules): string | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return "Webhooks go to http or https addresses.";
  if (url.username !== "" || url.password !== "") return "The address must not carry a user name or password.";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const address = isIP(host) !== 0 ? host : host === "localhost" ? "127.0.0.1" : undefined;
  if (address !== undefined && !addressAllowed(address, rules)) return `${host} is not a public address.`;
  return undefined;
}
