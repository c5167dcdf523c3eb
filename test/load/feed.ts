// `npm run bench:feed`: 50 dashboards at 5,000 events a second for a minute, five of them stalled, five that break off; beside it, as
// the reference, a bare WebSocket server that sends as many octets to as many sockets. DEPESCHE_FEED_SECONDS makes it shorter or longer.

import { bareBroadcast } from "./bare-broadcast.ts";
import { type FeedPlan, feedRun } from "./feed-run.ts";
import { machineFacts } from "./machine.ts";
import { loadedHouse } from "./whole-house.ts";

const PLAN: FeedPlan = {
  listeners: 50,
  stalled: 5,
  breaking: 5,
  eventsPerSecond: Number(process.env.DEPESCHE_FEED_EVENTS ?? 5_000),
  seconds: Number(process.env.DEPESCHE_FEED_SECONDS ?? 60),
};

process.stderr.write(`the feed, ${PLAN.seconds} s ...\n`);
const house = await loadedHouse("postgres");
const run = await feedRun(house, PLAN).finally(() => house.close());
process.stderr.write("a bare WebSocket server ...\n");
const bare = await bareBroadcast({ listeners: PLAN.listeners, eventsPerSecond: PLAN.eventsPerSecond, seconds: 10 });

const { cpu, cores, node } = machineFacts();
const n = (value: number) => Math.round(value).toLocaleString("en-US");
const lag = ({ p50, p99, max }: { p50: number; p99: number; max: number }) => `${p50} / ${p99} / ${max} ms`;
process.stdout.write(
  [
    `${cpu}, ${cores} cores, Node ${node}`,
    `${run.listeners} listeners (${run.stalled} stalled, ${run.breaking} breaking off), ${n(run.events)} events at ${n(run.reachedPerSecond)}/s`,
    `lag p50 / p99 / max         ${lag(run.lagMs)}`,
    `bare WebSocket server       ${lag(bare.lagMs)} (it sends ten times a second, too)`,
    `p99 in units of bare        ${(run.lagMs.p99 / Math.max(1, bare.lagMs.p99)).toFixed(2)} x`,
    `gateway                     ${run.gatewayMb.before} MB before, ${run.gatewayMb.peak} MB at most, ${run.gatewayCores.toFixed(2)} cores`,
    `stalled ones caught up      ${n(run.caughtUpMs)} ms after they read again`,
    run.wrong.length === 0 ? "everybody was told every event once" : `WRONG: ${run.wrong.slice(0, 10).join("; ")}`,
    "",
  ].join("\n"),
);
process.exitCode = run.wrong.length === 0 ? 0 : 1;
