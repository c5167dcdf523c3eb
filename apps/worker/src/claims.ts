// Claims of a worker, gathered into batches, and what becomes of those whose answer was lost.

import { type AttemptKey, attemptKey } from "@depesche/core";
import {
  CHUNK_SIZE,
  type Claimed,
  type ClaimRequest,
  claim,
  finish,
  type GateTable,
  heldBy,
  type Pool,
  type Result,
} from "@depesche/ledger";
import type { WorkerFigures } from "./figures.ts";
import { createGroup } from "./group.ts";
import type { Holder } from "./life.ts";

/** A claim whose connection broke may still be committed by the server for a while. */
const DOUBT_MS = 10_000;
/** How often a worker in doubt looks for recipients it was given without hearing of it. */
const LOOK_MS = 1_000;
const REQUESTS_AT_ONCE = 64;

/** What a claim gave, and under which incarnation. */
export interface Grant {
  holder: Holder;
  claimed: Claimed[];
}

export interface ClaimsDeps {
  pool: Pool;
  gates: GateTable;
  holder(): Holder;
  /** Whether the attempt was handed to a channel and is not yet written. */
  isSending(key: AttemptKey): boolean;
  figures: Pick<WorkerFigures, "claimed">;
  log: { warn(data: object, text: string): void };
}

export interface Claims {
  /** Claims recipients for free lines. Rejects when the database is away. */
  claim(request: ClaimRequest): Promise<Grant>;
  /** Looks no more for lost answers. */
  close(): void;
}

/** Asks for nothing: whoever claims looks for strays first. */
const NOTHING: ClaimRequest = { job: 0, chunk: 0, accountId: 0, channel: "", count: 0 };

export function createClaims(deps: ClaimsDeps): Claims {
  const { pool, log } = deps;
  /** When a claim failed last: it may have been committed, or be about to be, without our knowing. */
  let doubtful: number | undefined;
  let look: NodeJS.Timeout | undefined;
  let closed = false;

  /** Another worker may have taken the chunk over, and then no claim of ours would ever look for its strays. */
  const lookSoon = () => {
    if (closed || look) return;
    look = setTimeout(async () => {
      await group.push(NOTHING).catch(() => undefined); // the database is still away
      look = undefined;
      if (doubtful !== undefined) lookSoon();
    }, LOOK_MS);
  };

  /** Recipients the ledger gave us without our hearing of it. Claims run one after the other, so none is on its way now. */
  const giveBackStrays = async (id: number) => {
    const strays = (await heldBy(pool, id)).filter((c) => !deps.isSending(attemptKey(c.job, c.n, c.k)));
    if (strays.length === 0) return;
    log.warn({ recipients: strays.length }, "claims whose answer was lost are given back");
    await finish(pool, id, strays.map(unheard));
  };

  const group = createGroup<ClaimRequest, Grant>(REQUESTS_AT_ONCE, async (requests) => {
    const holder = deps.holder();
    if (doubtful !== undefined) {
      const since = doubtful;
      await giveBackStrays(holder.id);
      if (performance.now() - since > DOUBT_MS && doubtful === since) doubtful = undefined;
    }
    if (requests.every((r) => r.count === 0)) return requests.map(() => ({ holder, claimed: [] }));
    try {
      const begunAt = performance.now();
      const claimed = await claim(pool, holder.id, merge(requests), deps.gates);
      deps.figures.claimed(claimed.length, (performance.now() - begunAt) / 1000);
      return deal(requests, claimed).map((mine) => ({ holder, claimed: mine }));
    } catch (error) {
      doubtful = performance.now();
      lookSoon();
      throw error;
    }
  });
  return {
    claim: group.push,
    close() {
      closed = true;
      clearTimeout(look);
    },
  };
}

/** The attempt never began: due again at once. */
function unheard({ job, n, k }: Claimed): Result {
  const cause = { code: "claim-lost", text: "the database went away while this recipient was being claimed" };
  const report = { outcome: "SENDFAIL", cause, interrupted: true } as const;
  return { job, n, k, report, next: { step: "final" }, mayHaveArrived: false };
}

/** Requests for one chunk in one batch become one. */
function merge(requests: ClaimRequest[]): ClaimRequest[] {
  const byChunk = new Map<string, ClaimRequest>();
  for (const r of requests) {
    const key = `${r.job}-${r.chunk}`;
    const known = byChunk.get(key);
    byChunk.set(
      key,
      known ? { ...known, from: Math.min(known.from ?? 0, r.from ?? 0), count: known.count + r.count } : r,
    );
  }
  return [...byChunk.values()];
}

/** Deals what was claimed out to the requests again. */
function deal(requests: ClaimRequest[], claimed: Claimed[]): Claimed[][] {
  const left = new Set(claimed);
  return requests.map((r) => {
    const mine: Claimed[] = [];
    for (const c of left) {
      if (mine.length === r.count) break;
      if (c.job !== r.job || Math.floor(c.n / CHUNK_SIZE) !== r.chunk) continue;
      mine.push(c);
      left.delete(c);
    }
    return mine;
  });
}
