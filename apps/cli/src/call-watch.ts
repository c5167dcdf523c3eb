// The call of a single fax, line by line while it runs, above the bar.

import type { Client, Ladder, RecipientView } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { type Io, paint } from "./io.ts";
import { ladderHeading, ladderRow } from "./ladder-picture.ts";
import type { Progress } from "./progress.ts";

export interface CallWatch {
  /** Tells what is new on the line. `onLine`: the attempt that a line is busy with, when there is one. */
  look(recipient: RecipientView, onLine: AttemptKey | undefined): Promise<void>;
}

/** Watches recipient 0 of a job, one attempt after the other. */
export function openCallWatch(client: Client, job: number, progress: Progress, io: Io): CallWatch {
  /** The attempt that is being told, from 1, and how many of its lines were. */
  let k = 1;
  let told = 0;

  async function tell(): Promise<void> {
    const ladder = await ladderOf(client, `${job}.0.${k}`);
    if (!ladder) return;
    if (told === 0 && ladder.lines.length > 0) {
      progress.above(paint(io, "bold", io.say("ladder.head", { key: `${job}.0.${k}` })));
      progress.above(ladderHeading(io));
    }
    for (const line of ladder.lines.slice(told)) progress.above(ladderRow(line, io));
    told = Math.max(told, ladder.lines.length);
  }

  return {
    async look(recipient, onLine) {
      const current = onLine === undefined ? undefined : Number(onLine.split(".")[2]);
      for (;;) {
        const isOver = k <= recipient.attempts && recipient.state !== "sending" && current !== k;
        const isOn = current === k || (recipient.state === "sending" && k === recipient.attempts);
        if (!isOver && !isOn) return;
        await tell();
        if (!isOver) return;
        k += 1;
        told = 0;
      }
    },
  };
}

/** While a call runs its ladder may not be there yet. */
async function ladderOf(client: Client, key: AttemptKey): Promise<Ladder | undefined> {
  try {
    return await client.ladder(key);
  } catch (error) {
    if ((error as { status?: number }).status === 404) return undefined;
    throw error;
  }
}
