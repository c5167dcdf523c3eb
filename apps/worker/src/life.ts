// The life of a worker (DESIGN section 2, point 4): its incarnation and heartbeat in the ledger, and our own pulse, by which we notice
// that this process was halted, whatever the database does meanwhile.

import { setMaxListeners } from "node:events";
import { beat, LEASE_MS, type Pool, registerWorker } from "@depesche/ledger";

const BEAT_MS = 1_000;
/** After so long without a beat our lease may be over, or about to be. */
const HALTED_MS = LEASE_MS * 0.7;

/** Under whom something is claimed and sent. */
export interface Holder {
  id: number;
  /** Falls when we stop, or when this incarnation was declared dead: nothing new may go out under it. */
  alive: AbortSignal;
}

export interface Life {
  /** The present incarnation. Read once for what belongs together: a new one may begin at any time. */
  holder(): Holder;
  /** Whether something may still go out under this holder. */
  mayBegin(holder: Holder): boolean;
  /** Whether this process was halted for so long since then (`performance.now`) that the other end may have given up. */
  sleptSince(moment: number): boolean;
  /** No more heartbeats; what is in flight may go on. */
  fade(): void;
  /** Cuts what is in flight. */
  end(): void;
}

export async function beginLife(pool: Pool, log: { warn(data: object, text: string): void }): Promise<Life> {
  let id = await registerWorker(pool);
  let lastBeat = performance.now();
  let lastPulse = performance.now();
  let wokeAt = Number.NEGATIVE_INFINITY;
  let life = newLife();
  let fading = false;
  let beating = false;

  const heartbeat = async () => {
    if (beating || fading) return;
    beating = true;
    const at = performance.now();
    try {
      if (await beat(pool, id)) lastBeat = at;
      else await rebirth();
    } catch {
      // the database is away; the lease runs on
    } finally {
      beating = false;
    }
  };
  /** Declared dead: what is in flight is cut (its results are fenced), and we go on under a new name. */
  const rebirth = async () => {
    log.warn({ incarnation: id }, "this worker was declared dead; starting a new incarnation");
    const next = await registerWorker(pool);
    life.abort();
    life = newLife();
    id = next;
    lastBeat = performance.now();
  };
  const pulse = setInterval(() => {
    const now = performance.now();
    if (now - lastPulse > HALTED_MS) wokeAt = now;
    lastPulse = now;
    void heartbeat();
  }, BEAT_MS);

  return {
    holder: () => ({ id, alive: life.signal }),
    mayBegin: ({ alive }) => !alive.aborted && performance.now() - lastBeat <= HALTED_MS,
    sleptSince: (moment) => moment < wokeAt || performance.now() - lastPulse > HALTED_MS,
    fade() {
      fading = true;
    },
    end() {
      clearInterval(pulse);
      life.abort();
    },
  };
}

/** Every attempt in flight listens to it. */
function newLife(): AbortController {
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  return life;
}
