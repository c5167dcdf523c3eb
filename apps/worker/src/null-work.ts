// The null channel: sends nothing and always succeeds. It measures and tests the core alone.

import type { ChannelWork } from "@depesche/ports";

/** Nothing happens in a slot, so there are as many as results go into one commit. */
const SLOTS = 500;

export function nullWork(): ChannelWork {
  const done = { outcome: "OK", cause: { code: "null", text: "nothing was sent" }, pages: 1 } as const;
  return { channel: "null", slots: SLOTS, send: async () => ({ ...done }), close: async () => undefined };
}
