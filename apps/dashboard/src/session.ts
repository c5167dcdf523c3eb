// Whose board it is: the demo's key where the gateway hands one out, else the key the person gave.

import { type Client, createClient } from "@depesche/client";
import { signal } from "./signal.ts";

const KEY = "depesche.apiKey";

/** `asking`: not known yet. `none`: the person must sign in. */
export type Session = { state: "asking" } | { state: "none"; refused: boolean } | { state: "open"; client: Client };

export const session = signal<Session>({ state: "asking" });

function open(apiKey: string): void {
  session.set({ state: "open", client: createClient({ baseUrl: location.origin, apiKey }) });
}

/** Finds a key: the one kept in this browser, or the demo's. */
export async function startSession(): Promise<void> {
  const kept = localStorage.getItem(KEY);
  if (kept !== null) return open(kept);
  const answer = await fetch("/demo-session").catch(() => undefined);
  const demo = answer?.ok ? ((await answer.json()) as { apiKey: string }) : undefined;
  if (demo) open(demo.apiKey);
  else session.set({ state: "none", refused: false });
}

export function signIn(apiKey: string): void {
  localStorage.setItem(KEY, apiKey);
  open(apiKey);
}

export function signOut(refused = false): void {
  localStorage.removeItem(KEY);
  session.set({ state: "none", refused });
}
