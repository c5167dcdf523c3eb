// Messages of which we do not know whether the carrier took them, and the ids we do know. Both bounded.

import { parseAttemptKey } from "@depesche/core";
import type { SmsMessage } from "@depesche/ports";

const LIMIT = 20_000;

export class OpenQuestions {
  readonly #since = new Map<string, number>();
  readonly #known = new Set<string>();
  /** Requests on the wire, by what the carrier's list shows of them. */
  readonly #onTheWire = new Map<string, Set<Promise<void>>>();

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

  /** A request goes out; the function returned says that its answer has been read, or will not come. */
  begin(message: SmsMessage): () => void {
    const key = lookOf(message);
    let answered = () => {};
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const alike = this.#onTheWire.get(key) ?? new Set();
    this.#onTheWire.set(key, alike.add(answer));
    return () => {
      alike.delete(answer);
      if (alike.size === 0 && this.#onTheWire.get(key) === alike) this.#onTheWire.delete(key);
      answered();
    };
  }

  /** Resolves when every request now on the wire that looks the same in the carrier's list has its answer. */
  async settled(message: SmsMessage): Promise<void> {
    await Promise.all(this.#onTheWire.get(lookOf(message)) ?? []);
  }

  isKnown(sid: string): boolean {
    return this.#known.has(sid);
  }
}

function lookOf(message: SmsMessage): string {
  return `${message.to} ${message.text}`;
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
