// The null channel: sends nothing and always succeeds. It measures and tests the core alone.

import type { ChannelWork } from "@depesche/ports";

const SLOTS = 50;

export function nullWork(): ChannelWork {
  const done = { outcome: "OK", cause: { code: "null", text: "nothing was sent" }, pages: 1 } as const;
  return { channel: "null", slots: SLOTS, send: async () => ({ ...done }), close: async () => undefined };
}
