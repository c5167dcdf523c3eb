// The live feed: a snapshot first, then every event once, resumed after a break by its sequence number.

import type { EventView, FeedMessage } from "@depesche/client";
import { expect, it } from "vitest";
import WebSocket from "ws";
import { client, eventually, finished, GATEWAY, sendJob, soap } from "./post-office.ts";

const URL_OF_FEED = `${GATEWAY.replace("http", "ws")}/v1/feed`;

/** Listens over a bare WebSocket until told to stop. */
function listen(from?: number) {
  const socket = new WebSocket(from === undefined ? URL_OF_FEED : `${URL_OF_FEED}?from=${from}`, {
    headers: { authorization: "Bearer demo-key" },
  });
  const messages: FeedMessage[] = [];
  socket.on("message", (data) => messages.push(JSON.parse(String(data))));
  const events = () => messages.flatMap((m) => ("events" in m ? m.events : []));
  const told = () => messages.reduce((last, m) => ("events" in m ? m.seq : last), from ?? 0);
  const close = () => {
    socket.removeAllListeners("message"); // what is still in its buffer was not told
    socket.terminate();
  };
  return { messages, events, told, close };
}

it("tells a job from its acceptance to its end, snapshot first", async () => {
  const feed = listen();
  await eventually(
    async () => feed.messages.length,
    (count) => count > 0,
  );
  expect(feed.messages[0]).toMatchObject({ snapshot: { simulated: true, account: { id: 1000 } } });
  const job = await sendJob({ Recipient: "+493023125001,+493023125101", SendText: "Zuschauen", Options: "FAXRETRY=0" });
  const mine = () => feed.events().filter((event) => event.job === Number(job.JobId));
  await eventually(
    async () => mine().map((e) => e.type),
    (types) => types.includes("job.done"),
  );
  expect(mine()[0]?.type).toBe("job.accepted");
  const ended = mine().filter((e) => e.type === "attempt.ended" && e.final);
  expect(ended.map((e) => [e.recipient, e.outcome]).sort()).toEqual([
    [0, "OK"],
    [1, "BUSY"],
  ]);
  feed.close();
});

it("resumed by sequence number, nothing is missing and nothing comes twice", async () => {
  const first = listen();
  await eventually(
    async () => first.messages.length,
    (count) => count > 0,
  );
  const list = (n: number) => Array.from({ length: n }, (_, i) => `+4930231250${String(i).padStart(2, "0")}`).join(",");
  const one = await sendJob({ Recipient: list(40), SendText: "Erster" });
  await eventually(
    async () => first.events().length,
    (count) => count > 5,
  );
  first.close();
  const seq = first.told();
  const two = await sendJob({ Recipient: list(40), SendText: "Zweiter" });
  await finished(one.JobId);
  await finished(two.JobId);
  const second = listen(seq);
  const whole = listen(0);
  const outcomes = (events: EventView[], job: string) =>
    events.filter((e) => e.job === Number(job) && e.type === "attempt.ended" && e.final).map((e) => e.recipient);
  // Which of the two ends last is up to the lines.
  const told = (job: string) => outcomes([...first.events(), ...second.events()], job);
  await eventually(
    async () => [told(one.JobId).length, told(two.JobId).length],
    (counts) => counts.every((count) => count >= 40),
  );
  const seqs = [...first.events(), ...second.events()].map((e) => e.seq);
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  const all = Array.from({ length: 40 }, (_, i) => i);
  for (const job of [one.JobId, two.JobId]) expect(told(job).sort((a, b) => a! - b!)).toEqual(all);
  // Account 1000 has been the only sender, and events of the house itself have account 0: the log has no gaps.
  await eventually(
    async () => whole.told(),
    (seq) => seq >= seqs.at(-1)!,
  );
  const logged = whole.events().map((e) => e.seq);
  expect(new Set(logged).size).toBe(logged.length);
  second.close();
  whole.close();
});

it("the typed client follows it too", async () => {
  const states: string[] = [];
  const seen: FeedMessage[] = [];
  const feed = client.feed({ onMessage: (m) => seen.push(m), onState: (s) => states.push(s) });
  await eventually(
    async () => states,
    (all) => all.includes("live"),
  );
  await soap("SendJob", { JobType: 0, Recipient: "+493023125001", SendText: "Für den Client" });
  await eventually(async () => seen.some((m) => "events" in m), Boolean);
  feed.close();
  expect(states.at(-1)).toBe("closed");
});

it("is closed to a wrong key", async () => {
  const socket = new WebSocket(URL_OF_FEED, { headers: { authorization: "Bearer falsch" } });
  const how = await new Promise((done) => {
    socket.on("unexpected-response", (_, response) => done(response.statusCode));
    socket.on("close", (code) => done(code));
    socket.on("error", () => undefined);
  });
  expect([401, 403, 4401]).toContain(how);
});
