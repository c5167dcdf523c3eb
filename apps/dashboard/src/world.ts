// What the board knows, folded from the feed: the account, the clock, lines, today's counts and the jobs heard of lately.

import type {
  AccountView,
  Client,
  ClockView,
  EventView,
  Feed,
  FeedMessage,
  FeedState,
  JobSummary,
  LineView,
  StatsView,
  Today,
} from "@depesche/client";
import { type AttemptKey, attemptKey, type Outcome } from "@depesche/core";
import { signal } from "./signal.ts";
import { turns } from "./turns.ts";

/** A line, and what became of the last call on it. */
export interface LineTile {
  view: LineView;
  /** The call that is on the line, or was last, and whom it goes to. */
  attempt?: AttemptKey;
  address?: string;
  last?: Outcome;
}

export interface World {
  account?: AccountView;
  simulated: boolean;
  clock?: ClockView;
  today?: Today;
  /** Newest first. */
  jobs: readonly JobSummary[];
  lines: ReadonlyMap<string, LineTile>;
  stats: StatsView;
}

const RECENT = 50;
/** Jobs remembered beside the newest, for the screens that look at one. */
const REMEMBERED = 200;

/** Minutes of the past that the board shows. */
const MINUTES = 60;
const NO_STATS: StatsView = { minutes: [], queue: {} };
const NOTHING: World = { simulated: false, jobs: [], lines: new Map(), stats: NO_STATS };

export const world = signal<World>(NOTHING);
export const feedState = signal<FeedState>("closed");

/** Calls that ended lately: lines are told of more slowly than events. */
const lately = new Map<string, Outcome>();
const ENDED_KEPT = 2000;
const summaries = new Map<number, JobSummary>();
const clockTurns = turns();
const eventListeners = new Set<(events: readonly EventView[] | "everything") => void>();
let feed: Feed | undefined;

/** Hears every batch of events; "everything" after a snapshot, when what was read before may be old. */
export function onEvents(listener: (events: readonly EventView[] | "everything") => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}

/** The newest state of a job the feed told of. */
export function summaryOf(id: number): JobSummary | undefined {
  return summaries.get(id);
}

function remember(jobs: readonly JobSummary[]): void {
  for (const job of jobs) {
    summaries.delete(job.id);
    summaries.set(job.id, job);
  }
  for (const id of summaries.keys()) {
    if (summaries.size <= REMEMBERED) break;
    summaries.delete(id);
  }
}

/** The newest jobs with these put in their place. */
export function mergeJobs(known: readonly JobSummary[], changed: readonly JobSummary[]): JobSummary[] {
  const all = new Map(known.map((job) => [job.id, job]));
  for (const job of changed) all.set(job.id, job);
  return [...all.values()].sort((a, b) => b.id - a.id).slice(0, RECENT);
}

function lineKey(line: LineView): string {
  return `${line.worker ?? ""}:${line.line}`;
}

/**
 * Lines with these put in their place. What became of the last call stays until the next one begins.
 * `ended`: calls that ended lately; a short one may have before its line was told of.
 */
export function mergeLines(
  known: ReadonlyMap<string, LineTile>,
  changed: readonly LineView[],
  ended: ReadonlyMap<string, Outcome> = new Map(),
): ReadonlyMap<string, LineTile> {
  const lines = new Map(known);
  for (const view of changed) {
    const before = lines.get(lineKey(view));
    const sameCall = view.attempt === undefined || view.attempt === before?.attempt;
    lines.set(lineKey(view), {
      view,
      attempt: view.attempt ?? before?.attempt,
      address: view.address ?? (sameCall ? before?.address : undefined),
      last: view.last || (sameCall && before?.last) || (view.attempt && ended.get(view.attempt)),
    });
  }
  return lines;
}

/** Which calls these events end, and how. */
export function endedCalls(events: readonly EventView[]): ReadonlyMap<string, Outcome> {
  const ended = new Map<string, Outcome>();
  for (const { type, job, recipient, attempt, outcome } of events) {
    if (type !== "attempt.ended" || outcome === undefined) continue;
    if (job === undefined || recipient === undefined || attempt === undefined) continue;
    ended.set(attemptKey(job, recipient, attempt), outcome);
  }
  return ended;
}

/** Lines with the outcomes of calls that ended on them. */
export function markOutcomes(
  known: ReadonlyMap<string, LineTile>,
  ended: ReadonlyMap<string, Outcome>,
): ReadonlyMap<string, LineTile> {
  if (ended.size === 0) return known;
  const lines = new Map(known);
  for (const [key, tile] of lines) {
    const last = tile.attempt && ended.get(tile.attempt);
    if (last) lines.set(key, { ...tile, last });
  }
  return lines;
}

/** Lines without those of workers that are gone. */
export function dropGone(
  known: ReadonlyMap<string, LineTile>,
  events: readonly EventView[],
): ReadonlyMap<string, LineTile> {
  const gone = new Set(events.filter((event) => event.type === "worker.gone").map((event) => event.data?.worker));
  if (gone.size === 0) return known;
  return new Map([...known].filter(([, tile]) => !gone.has(tile.view.worker)));
}

/** The last hour with the minutes that changed put in their place. */
export function mergeStats(known: StatsView, changed: StatsView): StatsView {
  const minutes = new Map(known.minutes.map((minute) => [minute.at, minute]));
  for (const minute of changed.minutes) minutes.set(minute.at, minute);
  const inOrder = [...minutes.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  return { minutes: inOrder.slice(-MINUTES), queue: changed.queue };
}

function receive(client: Client, message: FeedMessage): void {
  const now = world.get();
  if ("snapshot" in message) {
    const { account, simulated, clock, today, jobs, lines, stats } = message.snapshot;
    remember(jobs);
    world.set({ account, simulated, clock, today, jobs, lines: mergeLines(new Map(), lines), stats });
    for (const listener of eventListeners) listener("everything");
  } else if ("events" in message) {
    const ended = endedCalls(message.events);
    for (const [key, outcome] of ended) lately.set(key, outcome);
    for (const key of lately.keys()) {
      if (lately.size <= ENDED_KEPT) break;
      lately.delete(key);
    }
    const lines = dropGone(markOutcomes(now.lines, ended), message.events);
    if (lines !== now.lines) world.set({ ...now, lines });
    if (message.events.some((event) => event.type === "clock.changed")) {
      const isNews = clockTurns();
      void client.clock().then(
        (clock) => isNews() && world.set({ ...world.get(), clock }),
        () => {}, // the next snapshot brings it
      );
    }
    for (const listener of eventListeners) listener(message.events);
  } else if ("jobs" in message) {
    remember(message.jobs);
    world.set({ ...now, jobs: mergeJobs(now.jobs, message.jobs), today: message.today });
  } else if ("stats" in message) {
    world.set({ ...now, stats: mergeStats(now.stats, message.stats) });
  } else {
    world.set({ ...now, lines: mergeLines(now.lines, message.lines, lately) });
  }
}

/** Follows the feed of this client. */
export function startWorld(client: Client): void {
  stopWorld();
  feed = client.feed({
    onMessage: (message) => receive(client, message),
    onState: (state) => feedState.set(state),
  });
}

export function stopWorld(): void {
  feed?.close();
  feed = undefined;
  // A key that was refused must not speak for the next one.
  feedState.set("closed");
  summaries.clear();
  lately.clear();
  world.set(NOTHING);
}
