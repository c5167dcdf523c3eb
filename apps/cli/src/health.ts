// What the gateway's /health says of a house that starts: up, up but for a line outside, or not up.

export type HouseHealth = { state: "up" } | { state: "line-away" | "down"; why: string };

/**
 * `status` and `body` are the answer of /health. A modem or an exchange outside (`outside`) that is away is looked for as
 * long as the house runs, so it is no reason not to start; without one, numbers that nobody answers are.
 */
export function houseHealth(status: number, body: string, outside: boolean): HouseHealth {
  if (status === 200) return { state: "up" };
  const wrong = wrongParts(body);
  const [only, ...more] = wrong ?? [];
  if (!outside || only?.[0] !== "faxNumbers" || more.length > 0) return { state: "down", why: body };
  return { state: "line-away", why: only[1] };
}

/** Name and detail of each part that is not well; undefined when the answer is none of ours. */
function wrongParts(body: string): [string, string][] | undefined {
  try {
    const { parts } = JSON.parse(body) as { parts: Record<string, { ok: boolean; detail: string }> };
    return Object.entries(parts).flatMap(([name, { ok, detail }]) => (ok ? [] : [[name, detail]]));
  } catch {
    return undefined;
  }
}
