/** Two abort signals as one. Unlike AbortSignal.any it can be let go, so that a long-lived signal does not gather calls. */

export function eitherSignal(a: AbortSignal, b: AbortSignal): { signal: AbortSignal; release(): void } {
  const joined = new AbortController();
  const fall = () => joined.abort();
  for (const signal of [a, b]) {
    if (signal.aborted) fall();
    else signal.addEventListener("abort", fall);
  }
  const release = () => {
    for (const signal of [a, b]) signal.removeEventListener("abort", fall);
  };
  return { signal: joined.signal, release };
}
