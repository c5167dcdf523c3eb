// The log of a process: JSON lines on stderr (pino, MIT), each with the ids of what it speaks of.

import { parseAttemptKey } from "@depesche/core";
import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, pino } from "pino";

/** Secrets never reach the log, whatever object they lie in. */
const SECRETS = ["authorization", "password", "apiKey", "secret", "authToken"];
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** `level`: pino's words; what is below is not written. */
export function openLog(
  name: string,
  level = "info",
  destination: DestinationStream = pino.destination({ dest: 2, sync: false }),
): Logger {
  return pino(
    {
      name,
      level,
      redact: { paths: REDACTED, censor: "***" },
      // A line that is written within a span says which, so that log and trace can be laid side by side.
      mixin() {
        const span = trace.getActiveSpan()?.spanContext();
        return span ? { traceId: span.traceId, spanId: span.spanId } : {};
      },
    },
    destination,
  );
}

/** The ids of an attempt as log fields: the key as a whole and in its parts. */
export function attemptFields(key: string): { attempt: string; job?: number; recipient?: number; try?: number } {
  const parsed = parseAttemptKey(key);
  return parsed ? { attempt: key, job: parsed.job, recipient: parsed.n, try: parsed.k } : { attempt: key };
}
