// Faults of our own in the log: each named with its request, and those that repeat (a database that is away fails them all) gathered.

/** The same fault is told again after this at the earliest, with how often it came meanwhile. */
const AGAIN_MS = 10_000;
/** Different faults remembered; more are simply told. */
const MOST_KINDS = 100;

export interface FaultLogDeps {
  error(data: object, text: string): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Gives what the faces call with a fault and the request in which it came. */
export function openFaultLog({ error: tell, now }: FaultLogDeps): (fault: unknown, request: string) => void {
  const known = new Map<string, { toldAt: number; silent: number }>();
  return (fault, request) => {
    const kind = String((fault as Error | undefined)?.message ?? fault);
    const before = known.get(kind);
    if (before && now() - before.toldAt < AGAIN_MS) {
      before.silent++;
      return;
    }
    if (known.size >= MOST_KINDS) known.clear();
    known.set(kind, { toldAt: now(), silent: 0 });
    const more = before?.silent ? ` (and ${before.silent} more times since it was told last)` : "";
    tell({ err: fault, request }, `${request}: a fault on our side${more}`);
  };
}
