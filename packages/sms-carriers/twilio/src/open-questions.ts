// Messages of which we do not know whether the carrier took them, and the ids we do know. Both bounded.

import { parseAttemptKey } from "@depesche/core";
import type { SmsMessage } from "@depesche/ports";

const LIMIT = 20_000;

export class OpenQuestions {
  readonly #since = new Map<string, number>();
  readonly #known = new Set<string>();

  /** From when on (wall time, ms) an earlier try of this recipient may stand in the carrier's list. */
  about(message: SmsMessage): number | undefined {
    return this.#since.get(subject(message));
  }

  /** The answer to a try that began at `since` was lost. */
  ask(message: SmsMessage, since: number): void {
    const earliest = Math.min(since, this.about(message) ?? since);
    this.#since.delete(subject(message));
    this.#since.set(subject(message), earliest);
    dropOldest(this.#since);
  }

  settle(message: SmsMessage): void {
    this.#since.delete(subject(message));
  }

  /** An id that belongs to a message already answered for: it cannot answer for another one. */
  remember(sid: string): void {
    this.#known.add(sid);
    dropOldest(this.#known);
  }

  isKnown(sid: string): boolean {
    return this.#known.has(sid);
  }
}

/** All attempts of a recipient are one question; an id of another shape stands for itself. */
function subject(message: SmsMessage): string {
  const key = parseAttemptKey(message.id);
  return key === undefined ? message.id : `${key.job}.${key.n}`;
}

function dropOldest(kept: Map<string, number> | Set<string>): void {
  if (kept.size <= LIMIT) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
