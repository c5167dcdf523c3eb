/** Two abort signals as one. Unlike AbortSignal.any it can be let go, so that a long-lived signal does not gather calls. */

import { setMaxListeners } from "node:events";

export function eitherSignal(a: AbortSignal, b: AbortSignal): { signal: AbortSignal; release(): void } {
  const joined = new AbortController();
  const fall = () => joined.abort();
  for (const signal of [a, b]) {
    if (signal.aborted) fall();
    else {
      // Any number of calls may hang on one signal.
      setMaxListeners(0, signal);
      signal.addEventListener("abort", fall);
    }
  }
  const release = () => {
    for (const signal of [a, b]) signal.removeEventListener("abort", fall);
  };
  return { signal: joined.signal, release };
}
