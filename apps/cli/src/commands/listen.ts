// `depesche listen`: events as they happen, one line each, and on request to a local address as webhooks.

import type { EventView } from "@depesche/client";
import { EVENT_TYPES, type EventType } from "@depesche/core";
import { type Asked, type Command, GATEWAY_FLAGS, nearest, usage } from "../command.ts";
import { gatewayWithFeed } from "../connection.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import { errIo, type Io, line, paint } from "../io.ts";
import { eventLine } from "../listen/event-line.ts";
import { type FollowEnd, follow } from "../listen/follow.ts";
import type { Forwarded } from "../listen/forward.ts";

export const listen: Command = {
  name: "listen",
  usage: ["[--types A,B] [--from SEQ] [--forward-to URL]", "--replay SEQ..SEQ [--forward-to URL]"],
  summary: "listen.summary",
  flags: {
    "forward-to": { value: "URL", meaning: "listen.flag.forward-to" },
    secret: { value: "SECRET", meaning: "listen.flag.secret" },
    types: { value: "A,B", meaning: "listen.flag.types" },
    from: { value: "SEQ", meaning: "listen.flag.from" },
    replay: { value: "SEQ..SEQ", meaning: "listen.flag.replay" },
    ...GATEWAY_FLAGS,
  },
  notes: ["listen.note.forward", "listen.note.resume", "listen.note.types"],
  examples: [
    "depesche listen",
    "depesche listen --types attempt.ended,delivery.changed --json",
    "depesche listen --forward-to http://127.0.0.1:3000/hooks",
    "depesche listen --replay 120..135 --forward-to http://127.0.0.1:3000/hooks",
  ],
  async run(asked, io) {
    if (asked.positionals.length > 0) throw usage("fail.no-words", { command: "listen" });
    const types = typesOf(asked);
    const range = rangeOf(asked);
    const post = await forwarder(asked, io);
    const client = await gatewayWithFeed(asked, io);
    // A wrong key or a gateway that is not there is said at once; one that goes away later is waited for.
    await client.account();
    const stop = new AbortController();
    const off = io.onInterrupt(() => stop.abort());
    const counts = { told: 0, forwarded: 0, failed: 0 };
    const note = (text: string) => io.err.write(`${paint(errIo(io), "dim", `-- ${text}`)}\n`);
    let isFirst = true;
    try {
      const end = await follow(client, {
        ...range,
        signal: stop.signal,
        onLost: () => note(io.say("listen.lost")),
        onLive({ after, expected, head }) {
          if (expected !== undefined && after !== expected) note(io.say("listen.other-log", { after, expected }));
          else note(io.say(isFirst ? "listen.live" : "listen.resumed", { after, head }));
          isFirst = false;
        },
        async onEvent(event) {
          if (types.length > 0 && !types.includes(event.type)) return;
          counts.told += 1;
          // Events of the house itself belong to no account, and so to no webhook.
          const forwarded = post && event.account !== 0 ? await post(event) : undefined;
          if (forwarded) counts[forwarded.ok ? "forwarded" : "failed"] += 1;
          tell(event, forwarded, asked.yes("json"), io);
        },
      });
      return goodbye(end, counts, post !== undefined, note, io);
    } finally {
      off();
    }
  },
};

type Post = (event: EventView) => Promise<Forwarded & { ok: boolean }>;

async function forwarder(asked: Asked, io: Io): Promise<Post | undefined> {
  const url = asked.text("forward-to");
  if (url === undefined) {
    if (asked.text("secret") !== undefined) throw usage("listen.fail.secret-alone");
    return undefined;
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usage("fail.url", { flag: "--forward-to", given: url });
  const [{ newSecret }, { forward, isTaken }] = await Promise.all([
    import("@depesche/gateway"),
    import("../listen/forward.ts"),
  ]);
  const secret = asked.text("secret") ?? newSecret();
  if (!/^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)) throw usage("listen.fail.secret");
  if (asked.text("secret") === undefined) io.err.write(`${io.say("listen.secret", { secret })}\n`);
  const options = { url, secret, now: io.now, monotonic: io.monotonic };
  return async (event) => {
    const forwarded = await forward(event, options);
    return { ...forwarded, ok: isTaken(forwarded) };
  };
}

function tell(event: EventView, forwarded: (Forwarded & { ok: boolean }) | undefined, isJson: boolean, io: Io): void {
  if (isJson) {
    // One document a line: a stream has no end that could close a list.
    io.out.write(`${JSON.stringify(forwarded === undefined ? event : { ...event, forwarded })}\n`);
    return;
  }
  line(io, eventLine(event, io));
  if (!forwarded) return;
  const said = "status" in forwarded ? String(forwarded.status) : forwarded.error;
  const text = io.say("listen.forwarded", { said, ms: forwarded.ms });
  line(io, `${" ".repeat(16)}${paint(io, forwarded.ok ? "green" : "red", `${forwarded.ok ? "✓" : "✗"} ${text}`)}`);
}

function goodbye(
  end: FollowEnd,
  counts: { told: number; forwarded: number; failed: number },
  isForwarding: boolean,
  note: (text: string) => void,
  io: Io,
): ExitCode {
  if (end === "refused") throw new Failure(EXIT.refused, "listen.refused");
  note(io.say(isForwarding ? "listen.counts-forwarded" : "listen.counts", counts));
  return counts.failed > 0 && end === "complete" ? EXIT.failed : EXIT.ok;
}

function typesOf(asked: Asked): EventType[] {
  return (asked.text("types")?.split(",") ?? []).map((given) => {
    const found = EVENT_TYPES.find((type) => type === given.trim());
    if (found) return found;
    const meant = nearest(given.trim(), EVENT_TYPES);
    throw meant === undefined
      ? usage("listen.fail.type", { given, known: EVENT_TYPES.join(", ") })
      : usage("listen.fail.type-meant", { given, meant });
  });
}

/** Sequence numbers as the feed counts: events after `from`, up to and with `to`. */
function rangeOf(asked: Asked): { from?: number; to?: number } {
  const from = asked.text("from");
  const replay = asked.text("replay");
  if (from !== undefined && replay !== undefined) throw usage("listen.fail.both");
  if (replay !== undefined) {
    const m = /^(\d{1,15})\.\.(\d{1,15})$/.exec(replay);
    const [first, last] = [Number(m?.[1]), Number(m?.[2])];
    if (!m || first < 1 || last < first) throw usage("listen.fail.replay", { given: replay });
    return { from: first - 1, to: last };
  }
  if (from === undefined) return {};
  if (!/^[1-9]\d{0,14}$/.test(from)) throw usage("listen.fail.from", { given: from });
  return { from: Number(from) - 1 };
}
