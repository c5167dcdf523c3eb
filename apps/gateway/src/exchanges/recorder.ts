// Requests that made jobs, with their answers, for whoever asks later what was sent. A by-product: gathered after the answer is known,
// written in batches, dropped when there are too many. It never delays or fails a request.

import type { Exchange, FaceLedger } from "@depesche/ports";
import { maskBody, maskHeaders, maskPath } from "./mask.ts";
import { MOST_TEXT, Shortener } from "./shorten.ts";

/** A request and its answer as they were; nothing is masked yet. */
export interface RawExchange {
  /** The jobs it made. */
  jobs: readonly number[];
  /** Wall time at which it came. */
  at: number;
  method: string;
  /** With its query. */
  path: string;
  requestHeaders: Iterable<[string, string]>;
  /** Shortened; see `Shortener`. */
  request: string;
  /** Octets as they came. */
  requestBytes: number;
  status: number;
  responseHeaders: Iterable<[string, string]>;
  response: string;
  tookMs: number;
}

export interface ExchangeRecorder {
  note(exchange: RawExchange): void;
  /** Writes what waits. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Nobody remembers anything: for faces that stand alone. */
export const NO_RECORDER: ExchangeRecorder = { note: () => {}, flush: async () => {}, close: async () => {} };

const FLUSH_MS = 250;
const MOST_WAITING = 500;
const MOST_WAITING_TEXT = 8 * 1024 * 1024;
/** A request that made many jobs is kept with the first ones. */
const MOST_JOBS = 100;
const KEPT = 10_000;

export interface RecorderDeps {
  ledger: Pick<FaceLedger, "keepExchanges">;
  onFault(fault: unknown, where: string): void;
}

export function openRecorder({ ledger, onFault }: RecorderDeps): ExchangeRecorder {
  let waiting: RawExchange[] = [];
  let text = 0;
  let writing: Promise<void> | undefined;
  let isFaulty = false;

  async function write(): Promise<void> {
    const batch = waiting;
    waiting = [];
    text = 0;
    if (batch.length === 0) return;
    try {
      await ledger.keepExchanges(batch.flatMap(exchangesOf), KEPT);
      isFaulty = false;
    } catch (fault) {
      // Said once; what was gathered is let go.
      if (!isFaulty) onFault(fault, "requests kept for later");
      isFaulty = true;
    }
  }

  function flush(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  return {
    note(exchange) {
      const size = exchange.request.length + exchange.response.length;
      if (waiting.length >= MOST_WAITING || text + size > MOST_WAITING_TEXT) return;
      waiting.push(exchange);
      text += size;
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
      await flush();
    },
  };
}

function exchangesOf(raw: RawExchange): Exchange[] {
  const { jobs, requestHeaders, responseHeaders, request, response, path, ...rest } = raw;
  const kept = {
    ...rest,
    path: maskPath(path),
    requestHeaders: maskHeaders(requestHeaders),
    request: maskBody(request),
    responseHeaders: maskHeaders(responseHeaders),
    response: maskBody(shortened(response)),
    tookMs: Math.round(rest.tookMs),
  };
  return jobs.slice(0, MOST_JOBS).map((job) => ({ ...kept, job }));
}

/** A text that is there as a whole, with long base64 shortened and cut to what is kept. */
export function shortened(text: string): string {
  if (text.length < 256) return text;
  const shortener = new Shortener();
  for (let at = 0; at < text.length; at += MOST_TEXT) shortener.write(text.slice(at, at + MOST_TEXT));
  return shortener.text();
}
