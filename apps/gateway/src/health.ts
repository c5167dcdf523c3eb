// /health: 200 once everything is up, and the truth about each part otherwise.

import { Hono } from "hono";

export interface HealthDeps {
  /** Rejects when the database does not answer. */
  database(): Promise<void>;
  /** Workers heard of lately. */
  workers(): Promise<number>;
  /** Fax numbers that no worker answers: who dials one now is told that it does not exist. */
  unanswered(): Promise<string[]>;
  /** Health address of the simulators, where they are the carriers. */
  simulators?: string;
}

type Part = { ok: boolean; detail: string };

const PATIENCE_MS = 1_500;

export function healthFace(deps: HealthDeps): Hono {
  const app = new Hono();
  app.get("/health", async (c) => {
    // All at once: one part that hangs costs its patience, not the sum of all.
    const asked: Record<string, Promise<Part>> = {
      database: ask(async () => {
        await deps.database();
        return "answers";
      }),
      workers: ask(async () => {
        const count = await deps.workers();
        if (count === 0) throw new Error("no worker has been heard of in the last five seconds");
        return `${count} alive`;
      }),
      faxNumbers: ask(async () => {
        const numbers = await deps.unanswered();
        if (numbers.length > 0) throw new Error(`no worker answers ${listed(numbers)}`);
        return "answered";
      }),
    };
    if (deps.simulators) {
      const url = deps.simulators;
      asked.simulators = ask(async () => {
        const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
        if (!answer.ok) throw new Error(`the simulators answer ${answer.status}`);
        return "up";
      });
    }
    const parts: Record<string, Part> = {};
    for (const [name, part] of Object.entries(asked)) parts[name] = await part;
    const ok = Object.values(parts).every((p) => p.ok);
    return c.json({ ok, parts }, ok ? 200 : 503);
  });
  return app;
}

function listed(numbers: string[]): string {
  const most = 5;
  return numbers.slice(0, most).join(", ") + (numbers.length > most ? ` and ${numbers.length - most} more` : "");
}

async function ask(question: () => Promise<string>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("no answer in time")), PATIENCE_MS);
  });
  try {
    return { ok: true, detail: await Promise.race([question(), late]) };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
