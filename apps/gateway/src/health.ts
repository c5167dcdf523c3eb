// /health: 200 once everything is up, and the truth about each part otherwise. /ready: whether this gateway can take requests now,
// for those who spread them over several (a worker that is missing is no reason to send a customer elsewhere).

import { Hono } from "hono";

/** Asks one part how it is: one plain phrase when it is well, a rejection with the reason when not. The signal falls when it is too late. */
export type PartCheck = (late: AbortSignal) => Promise<string>;

export interface HealthDeps {
  parts: Readonly<Record<string, PartCheck>>;
  /** Parts without which a request cannot be taken. */
  needed: readonly string[];
  /** The process has begun to stop. */
  isStopping(): boolean;
}

type Part = { ok: boolean; detail: string };

const PATIENCE_MS = 1_500;

export function healthFace(deps: HealthDeps): Hono {
  const app = new Hono();
  const asked = (names: readonly string[]) => Promise.all(names.map((name) => ask(deps.parts[name] as PartCheck)));
  const report = async (names: readonly string[]) => {
    // All at once: one part that hangs costs its patience, not the sum of all.
    const answers = await asked(names);
    const parts = Object.fromEntries(names.map((name, i) => [name, answers[i] as Part]));
    return { ok: answers.every((part) => part.ok), parts };
  };
  app.get("/health", async (c) => {
    const { ok, parts } = await report(Object.keys(deps.parts));
    return c.json({ ok, parts }, ok ? 200 : 503);
  });
  app.get("/ready", async (c) => {
    if (deps.isStopping()) return c.json({ ok: false, parts: { gateway: { ok: false, detail: "is stopping" } } }, 503);
    const { ok, parts } = await report(deps.needed);
    return c.json({ ok, parts }, ok ? 200 : 503);
  });
  return app;
}

async function ask(question: PartCheck): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const over = new AbortController();
  const late = new Promise<never>((_, fail) => {
    const end = () => {
      fail(new Error("no answer in time"));
      over.abort();
    };
    // A timer comes before what has come in: where it was this process that was away, the answers have their turn first.
    timer = setTimeout(() => setImmediate(end), PATIENCE_MS);
  });
  try {
    return { ok: true, detail: await Promise.race([question(over.signal), late]) };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}
