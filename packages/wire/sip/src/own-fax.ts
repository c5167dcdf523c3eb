/** Whether a session description is of our own kind, for ends that know no other. */

import { readOffer } from "./fax-session.ts";

/** A stream of our own kind (`own`), T.38 of another kind (`foreign`), or no fax at all (`none`). */
export function readFax(
  body: Uint8Array,
): { kind: "own"; host: string; port: number; token: string } | { kind: "foreign" } | { kind: "none" } {
  const offer = readOffer(body);
  if (offer.kind === "own") return offer;
  return { kind: offer.kind === "udptl" || offer.kind === "tcp" ? "foreign" : "none" };
}
