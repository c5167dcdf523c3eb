// Ladders as answers: decoded or as a capture file, of calls that are over and of calls that are still on the line.

import type { Ladder } from "@depesche/client";
import { simulatedAt } from "@depesche/core";
import type { ApiDeps } from "./deps.ts";

/** A stored record, and as far as it may be told: a call on the line tells what has happened by now. */
export interface ToldLadder {
  bytes: Uint8Array;
  untilUs?: number;
  live?: Ladder["live"];
}

/** The record of an attempt's call: as it was kept, else as it is on the line now. */
export async function ladderOf(
  deps: ApiDeps,
  { job, n, k }: { job: number; n: number; k: number },
): Promise<ToldLadder | undefined> {
  const bytes = await deps.ledger.ladder(job, n, k);
  if (bytes) return { bytes };
  const record = await deps.ledger.liveLadder(job, n, k);
  if (!record) {
    // It may have ended between the two questions.
    const kept = await deps.ledger.ladder(job, n, k);
    return kept && { bytes: kept };
  }
  const setting = await deps.ledger.clock();
  const now = deps.wall.now();
  const elapsedMs = Math.max(0, simulatedAt(setting, now) - record.connectedAt);
  // The line runs with the simulated clock; where that changed its speed or jumped, the connect moves so that both are true from now on.
  const connectedAt = new Date(now - elapsedMs / setting.speed).toISOString();
  return { bytes: record.ladder, untilUs: elapsedMs * 1000, live: { connectedAt, speed: setting.speed } };
}

/** A record that cannot be read is our fault, and said as one. */
export function decoded(deps: ApiDeps, { bytes, untilUs, live }: ToldLadder): Ladder {
  const lines = deps.renderLadder(bytes, untilUs);
  if (!lines) throw new Error("a stored ladder is damaged");
  return live ? { lines, live } : { lines };
}

/** The capture file as it is downloaded. */
export function capture(deps: ApiDeps, { bytes, untilUs }: ToldLadder, name: string): Response {
  const pcap = deps.ladderPcap(bytes, untilUs);
  if (!pcap) throw new Error("a stored ladder is damaged");
  return new Response(pcap.slice().buffer, {
    headers: {
      "content-type": "application/vnd.tcpdump.pcap",
      "content-disposition": `attachment; filename="call-${name}.pcap"`,
    },
  });
}
