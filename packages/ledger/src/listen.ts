// One LISTEN connection per process, reconnected for ever. NOTIFY is only a hint: whoever hears nothing still polls.

import pg from "pg";

export const CHANNELS = ["depesche_feed", "depesche_wake", "depesche_clock", "depesche_lines"] as const;
export type NotifyChannel = (typeof CHANNELS)[number];

export interface Listener {
  on(channel: NotifyChannel, heard: (payload: string) => void): () => void;
  close(): Promise<void>;
}

export function openListener(url: string): Listener {
  const heard = new Map<string, Set<(payload: string) => void>>();
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async () => {
    if (closed) return;
    const next = new pg.Client({
      connectionString: url,
      application_name: "depesche listen",
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    let isOver = false;
    const again = () => {
      // Once for each connection: the end of one that was refused may come when the next is on its way, and must not begin a second.
      if (isOver) return;
      isOver = true;
      client = undefined;
      void next.end().catch(() => undefined);
      if (!closed && !timer)
        timer = setTimeout(() => {
          timer = undefined;
          void connect();
        }, 500);
    };
    next.on("error", again);
    next.on("end", again);
    next.on("notification", (m) => {
      for (const one of heard.get(m.channel) ?? []) one(m.payload ?? "");
    });
    try {
      await next.connect();
      if (closed) return void next.end();
      client = next;
      await next.query(CHANNELS.map((c) => `LISTEN ${c}`).join(";"));
      // Whatever was missed while away: every listener looks for itself.
      for (const set of heard.values()) for (const one of set) one("");
    } catch {
      again();
    }
  };
  void connect();

  return {
    on(channel, listener) {
      const set = heard.get(channel) ?? new Set();
      heard.set(channel, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
