// The parts of a house as /health asks them, each in one phrase.

import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import type { PartCheck } from "./health.ts";

export interface HouseParts {
  /** Rejects when the database does not answer. */
  database(): Promise<void>;
  /** Where documents are kept. */
  folder: string;
  /** Workers heard of lately. */
  workers(): Promise<number>;
  /** What workers cannot do at the moment. */
  troubles(): Promise<{ worker: number; trouble: string }[]>;
  /** Fax numbers that no worker answers: who dials one now is told that it does not exist. */
  unanswered(): Promise<string[]>;
  /** Health address of the simulators, where they are the carriers. */
  simulators?: string | undefined;
  /** Monotonic milliseconds. */
  monotonic(): number;
}

/** With less room than this a large job would be refused for want of it. */
const LEAST_FREE_BYTES = 256 * 1024 ** 2;

export function housePartChecks(house: HouseParts): Record<string, PartCheck> {
  const checks: Record<string, PartCheck> = {
    async database() {
      const begunAt = house.monotonic();
      await house.database();
      return `answers within ${Math.ceil(house.monotonic() - begunAt)} ms`;
    },
    async documents() {
      await access(house.folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: Error) => {
        throw new Error(`the data folder cannot be written: ${error.message}`);
      });
      const { bavail, bsize } = await statfs(house.folder);
      const free = bavail * bsize;
      if (free < LEAST_FREE_BYTES) throw new Error(`only ${megabytes(free)} are left for documents`);
      return `${megabytes(free)} free`;
    },
    async workers() {
      const count = await house.workers();
      if (count === 0) throw new Error("no worker has been heard of in the last five seconds");
      return `${count} alive`;
    },
    async schedule() {
      const [first, ...more] = await house.troubles();
      if (first)
        throw new Error(`worker ${first.worker}: ${first.trouble}${more.length ? ` and ${more.length} more` : ""}`);
      return "takes work";
    },
    async faxNumbers() {
      const numbers = await house.unanswered();
      if (numbers.length > 0) throw new Error(`no worker answers ${listed(numbers)}`);
      return "answered";
    },
  };
  const { simulators } = house;
  if (simulators !== undefined)
    checks.simulators = async (late) => {
      const answer = await fetch(simulators, { signal: late });
      if (!answer.ok) throw new Error(`the simulators answer ${answer.status}`);
      return "up";
    };
  return checks;
}

/** Without these a gateway takes nothing. */
export const NEEDED_PARTS = ["database", "documents"] as const;

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MB`;
}

function listed(numbers: string[]): string {
  const most = 5;
  return numbers.slice(0, most).join(", ") + (numbers.length > most ? ` and ${numbers.length - most} more` : "");
}
