/** Waiting for the final answer to an INVITE, as long as ringing may take and no longer. */

import type { SipResponse } from "@depesche/sip";
import type { OutgoingCall } from "@depesche/wire-sip";

/** After a stop everything is over within this time, answer or not. */
export const GOODBYE_MS = 1500;

export type Answer = { response: SipResponse; local: boolean } | "silent" | "rang" | "stopped";

/**
 * The final answer. Without any answer the call is given up after `silenceMs`; one that rings is taken back after `ringMs`,
 * and given up when that is not answered either (RFC 3261 §9.1); on a stop it is taken back and not waited for much longer.
 */
export async function finalAnswer(
  call: OutgoingCall,
  stop: AbortSignal,
  limits: { silenceMs: number; ringMs: number; ringing: Promise<void> },
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  let onStop = () => {};
  const givenUp = new Promise<Answer>((resolve) => {
    const after = (ms: number, then: () => void) => {
      clearTimeout(timer);
      timer = setTimeout(then, ms);
    };
    onStop = () => {
      call.cancel();
      after(GOODBYE_MS, () => resolve("stopped"));
    };
    after(limits.silenceMs, () => resolve("silent"));
    void limits.ringing.then(() => {
      if (!timer || stop.aborted) return;
      after(limits.ringMs, () => {
        call.cancel();
        after(limits.silenceMs, () => resolve("rang"));
      });
    });
    stop.addEventListener("abort", onStop);
    if (stop.aborted) onStop();
  });
  const first = await Promise.race([call.answered, givenUp]);
  clearTimeout(timer);
  timer = undefined;
  stop.removeEventListener("abort", onStop);
  const answer = stop.aborted ? "stopped" : first;
  // When the answer comes after all, a call that nobody waits for must not be left standing.
  if (typeof answer === "string") {
    call.cancel();
    void call.answered.then(({ response }) => (response.status < 300 ? call.bye() : undefined));
  }
  return answer;
}
