// The feed: one reading of the event log for all who listen. Each beat (100 ms) reads what is new, serialises it once per account,
// and sends it to those who keep up. Who does not is left alone until its buffer has drained and then reads on from the ledger
// where it stood, so nothing is missed and no memory grows (DESIGN section 2, one event log). Events go first: reading on for those
// who fell behind, counts of jobs and all the rest are done beside them and never hold them up.

import type { FeedMessage, LineView, Snapshot } from "@depesche/client";
import type { FeedEvent } from "@depesche/core";
import type { FaceLedger, WallClock } from "@depesche/ports";
import type { Caller, LineBoard } from "../api/deps.ts";
import { linePrivacy } from "../api/line-privacy.ts";
import { clockView, eventView } from "../api/views.ts";
import type { AccountStats } from "./account-stats.ts";
import { AccountBoard, BOARD_LIMITS, type BoardLimits } from "./board.ts";

export interface FeedLimits extends BoardLimits {
  beatMs: number;
  /** Events read at once. */
  batch: number;
  /** Events read at once for one that fell behind: less, since those who keep up come first. */
  catchUpBatch: number;
  /** A peer with more unsent bytes than this is left out until they have drained. */
  bufferedBytes: number;
  /** Peers that fell behind and are served in one beat. */
  catchUps: number;
  /** Between two looks at changed jobs. */
  jobsMs: number;
  /** Between two messages of figures. */
  statsMs: number;
  /** A peer that answers no ping for so long is cut off. */
  pingMs: number;
  peers: number;
  /** How long a goodbye may take: a stalled peer would keep the server from closing. */
  goodbyeMs: number;
}
export const FEED_LIMITS: FeedLimits = {
  ...BOARD_LIMITS,
  beatMs: 100,
  batch: 5_000,
  catchUpBatch: 2_000,
  bufferedBytes: 1024 * 1024,
  catchUps: 8,
  jobsMs: 500,
  statsMs: 1_000,
  pingMs: 15_000,
  peers: 1_000,
  goodbyeMs: 250,
};

const READS_PER_BEAT = 4;

export interface FeedDeps {
  ledger: FaceLedger;
  wall: WallClock;
  lines: LineBoard;
  stats: AccountStats;
  /** Simulators are the carriers, and the clock can be set. */
  simulated: boolean;
  /** Events were told to those who keep up: the age of the oldest, seconds. */
  onFed?(seconds: number): void;
  onFault(fault: unknown, where: string): void;
  limits?: Partial<FeedLimits>;
}

/** What is used of a WebSocket of the `ws` package. */
export interface PeerSocket {
  readonly bufferedAmount: number;
  /** UTF-8 text, encoded once for all who get it. */
  send(data: Buffer, options: { binary: false }): void;
  close(code?: number, reason?: string): void;
  ping(): void;
  terminate(): void;
}

interface Peer {
  socket: PeerSocket;
  caller: Caller;
  account: number;
  /** Everything up to here was sent; undefined before the snapshot. */
  cursor: number | undefined;
  /** Messages beside the events were left out; a snapshot makes up for them. */
  stale: boolean;
  /** Those that came while its first snapshot was made, which may be older than they are. */
  early: Buffer[];
  answered: boolean;
}

export interface FeedHub {
  /** Takes a listener in; a snapshot follows (`ready`), then events after `from` (unset: after the snapshot). */
  join(
    socket: PeerSocket,
    caller: Caller,
    from: number | undefined,
  ): { pong(): void; left(): void; ready: Promise<void> };
  /** One beat: new events, then all that is done beside them. `start` does both over and over, tests call this. */
  beat(): Promise<void>;
  start(): void;
  /** Says goodbye to all (1001), cuts off who does not answer in time, and stops. */
  close(): Promise<void>;
  readonly full: boolean;
  /** For metrics. */
  readonly counts: { peers: number; sent: number; skipped: number };
}

export function createFeed(deps: FeedDeps): FeedHub {
  const limits = { ...FEED_LIMITS, ...deps.limits };
  const { ledger, wall } = deps;
  const visible = linePrivacy(ledger);
  const peers = new Set<Peer>();
  const boards = new Map<number, Promise<AccountBoard>>();
  const changedLines = new Map<string, LineView>();
  const counts = { peers: 0, sent: 0, skipped: 0 };
  /** Everything up to here was read from the log; undefined while nobody listens. */
  let head: number | undefined;
  let hint = 0;
  let lastJobs = Number.NEGATIVE_INFINITY;
  let lastStats = Number.NEGATIVE_INFINITY;
  let lastPing = wall.monotonic();
  let reading: Promise<void> | undefined;
  let tending: Promise<void> | undefined;
  /** Parts of the beat that failed the last time. */
  const faulty = new Set<string>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const offEvents = ledger.onEvents((seq) => {
    hint = Math.max(hint, seq);
  });
  const offLines = deps.lines.onChange((lines) => {
    if (peers.size === 0) return;
    for (const line of lines) changedLines.set(`${line.worker ?? ""}:${line.line}`, line);
  });

  const blocked = (peer: Peer) => peer.socket.bufferedAmount > limits.bufferedBytes;
  const accounts = () => new Set([...peers].map((peer) => peer.account));

  const encoded = (message: FeedMessage) => Buffer.from(JSON.stringify(message));

  function send(peer: Peer, message: Buffer): void {
    peer.socket.send(message, { binary: false });
    counts.sent += 1;
  }

  /** To all of an account; to a newcomer right after its snapshot. */
  function tell(account: number, message: FeedMessage): void {
    const data = encoded(message);
    for (const peer of peers) {
      if (peer.account !== account) continue;
      if (peer.cursor === undefined) peer.early.push(data);
      else if (blocked(peer)) peer.stale = true;
      else send(peer, data);
    }
  }

  function boardOf(account: number): Promise<AccountBoard> {
    const known = boards.get(account);
    if (known) return known;
    const board = new AccountBoard(ledger, account, limits);
    const loading = board.load(wall.now()).then(() => board);
    boards.set(account, loading);
    loading.catch(() => boards.delete(account));
    return loading;
  }

  async function knowHead(): Promise<void> {
    if (head !== undefined) return;
    const seq = await ledger.lastSeq();
    // Another may have come to know it, and read on, while we asked.
    head ??= seq;
  }

  /** `from`: where a newcomer begins. */
  async function snapshot(peer: Peer, from?: number): Promise<void> {
    const account = peer.caller.account;
    const [board, clock, lines, stats] = await Promise.all([
      boardOf(peer.account),
      ledger.clock(),
      visible(deps.lines.snapshot(), peer.account),
      deps.stats.view(peer.account, wall.now()),
    ]);
    if (!peers.has(peer)) return;
    const now = head ?? 0;
    // One that had caught up has been told what happened while this was made.
    const begin = peer.cursor ?? from;
    // A number from the future is from another log (a data folder that was thrown away): begin with what is.
    const start = begin === undefined || begin > now ? now : begin;
    const view: Snapshot = {
      from: start,
      head: now,
      account: { id: account.id, name: account.name, scopes: [...peer.caller.scopes] },
      simulated: deps.simulated,
      clock: clockView(clock, wall.now(), deps.simulated),
      jobs: [...board.recent()],
      today: board.today(),
      lines,
      stats,
    };
    send(peer, encoded({ snapshot: view }));
    for (const message of peer.early.splice(0)) send(peer, message);
    peer.cursor = start;
    peer.stale = false;
  }

  /** What is new, to all who stand at the head; each account's share is serialised once. */
  async function readOn(): Promise<void> {
    for (let reads = 0; reads < READS_PER_BEAT && head !== undefined && hint > head; reads++) {
      const events = await ledger.events(head, limits.batch);
      const last = events.at(-1);
      if (!last) return;
      const before = head;
      head = last.seq;
      deps.stats.fold(events);
      await touchBoards(events);
      for (const account of accounts()) deliver(account, events, before, last.seq);
      deps.onFed?.(Math.max(0, wall.now() - (events[0] as FeedEvent).at) / 1000);
      if (events.length < limits.batch) return;
    }
  }

  async function touchBoards(events: readonly FeedEvent[]): Promise<void> {
    for (const [account, loading] of boards) {
      const board = await loading;
      for (const event of events) if (event.account === account && event.job !== undefined) board.touch(event.job);
    }
  }

  function deliver(account: number, events: readonly FeedEvent[], before: number, seq: number): void {
    const own = events.filter((event) => event.account === account || event.account === 0);
    let forAll: Buffer | undefined;
    for (const peer of peers) {
      if (peer.account !== account || peer.cursor === undefined || peer.cursor < before || peer.cursor >= seq) continue;
      if (own.length === 0) {
        peer.cursor = seq;
        continue;
      }
      if (blocked(peer)) {
        counts.skipped += 1;
        continue;
      }
      if (peer.cursor === before) {
        forAll ??= encoded({ events: own.map(eventView), seq });
        send(peer, forAll);
      } else tellEvents(peer, own, seq); // it has just caught up, and was told some of these already
      peer.cursor = seq;
    }
  }

  /** Those of the events that this peer has not been told. */
  function tellEvents(peer: Peer, events: readonly FeedEvent[], seq: number): void {
    const news = events.filter((event) => event.seq > (peer.cursor as number));
    if (news.length > 0) send(peer, encoded({ events: news.map(eventView), seq }));
  }

  /** Those who fell behind, or asked for the past, read from the ledger at their own pace. */
  async function catchUp(): Promise<void> {
    const behind = [...peers].filter((peer) => peer.cursor !== undefined && peer.cursor < (head ?? 0));
    for (const peer of behind.filter((peer) => !blocked(peer)).slice(0, limits.catchUps)) {
      const from = peer.cursor as number;
      const top = head as number;
      const events = await ledger.events(from, limits.catchUpBatch, peer.account);
      const last = events.at(-1)?.seq ?? top;
      // Fewer than asked for: the rest up to the head belongs to others. What is beyond the head is not told twice (`deliver`).
      const seq = events.length < limits.catchUpBatch ? Math.max(top, last) : last;
      tellEvents(peer, events, seq);
      peer.cursor = seq;
      // The next one in line first: a set keeps the order in which its members came.
      if (peers.delete(peer)) peers.add(peer);
    }
    for (const peer of peers) {
      if (peer.stale && peer.cursor !== undefined && peer.cursor === head && !blocked(peer)) {
        await snapshot(peer);
      }
    }
  }

  async function tellLines(): Promise<void> {
    if (changedLines.size === 0) return;
    const lines = [...changedLines.values()];
    changedLines.clear();
    for (const account of accounts()) tell(account, { lines: await visible(lines, account) });
  }

  async function tellJobs(): Promise<void> {
    if (wall.monotonic() - lastJobs < limits.jobsMs) return;
    lastJobs = wall.monotonic();
    for (const [account, loading] of boards) {
      const board = await loading;
      const jobs = await board.refresh(wall.now());
      if (jobs) tell(account, { jobs, today: board.today() });
    }
  }

  async function tellStats(): Promise<void> {
    if (wall.monotonic() - lastStats < limits.statsMs) return;
    lastStats = wall.monotonic();
    for (const [account, stats] of await deps.stats.changes(accounts(), wall.now())) tell(account, { stats });
  }

  function pingAll(): void {
    if (wall.monotonic() - lastPing < limits.pingMs) return;
    lastPing = wall.monotonic();
    for (const peer of peers) {
      if (!peer.answered) {
        peer.socket.terminate();
        continue;
      }
      peer.answered = false;
      peer.socket.ping();
    }
  }

  function forgetTheGone(): void {
    const listening = accounts();
    for (const account of boards.keys()) if (!listening.has(account)) boards.delete(account);
    if (peers.size === 0) {
      head = undefined;
      changedLines.clear();
    }
  }

  /** Runs one part of a beat; a fault is said once, and it is tried again with the next beat. */
  async function attempt(name: "read" | "tend", part: () => Promise<void>): Promise<void> {
    try {
      await part();
      faulty.delete(name);
    } catch (fault) {
      // The database is away, most likely.
      if (faulty.size === 0) deps.onFault(fault, "feed");
      faulty.add(name);
    }
  }

  /** New events. */
  async function read(): Promise<void> {
    reading ??= attempt("read", async () => {
      forgetTheGone();
      if (peers.size === 0) return;
      await knowHead();
      await readOn();
    }).finally(() => {
      reading = undefined;
    });
    return reading;
  }

  /** Everything else; slow parts of it may span several beats. */
  async function tend(): Promise<void> {
    if (peers.size === 0) return;
    tending ??= attempt("tend", async () => {
      await catchUp();
      await tellLines();
      await tellJobs();
      await tellStats();
    }).finally(() => {
      tending = undefined;
    });
    pingAll();
    return tending;
  }

  return {
    counts,
    get full() {
      return peers.size >= limits.peers;
    },
    join(socket, caller, from) {
      const peer: Peer = {
        socket,
        caller,
        account: caller.account.id,
        cursor: undefined,
        stale: false,
        early: [],
        answered: true,
      };
      peers.add(peer);
      counts.peers = peers.size;
      const left = () => {
        peers.delete(peer);
        counts.peers = peers.size;
      };
      const pong = () => {
        peer.answered = true;
      };
      const ready = knowHead()
        .then(() => snapshot(peer, from))
        .catch((fault) => {
          left();
          deps.onFault(fault, "feed");
          socket.close(1011, "try again");
        });
      return { pong, left, ready };
    },
    async beat() {
      await read();
      await tend();
    },
    start() {
      timer ??= setInterval(() => {
        void read();
        void tend();
      }, limits.beatMs);
    },
    async close() {
      clearInterval(timer);
      offEvents();
      offLines();
      boards.clear();
      for (const peer of peers) peer.socket.close(1001, "going away");
      const late = performance.now() + limits.goodbyeMs;
      // Peers leave the set as their sockets close.
      while (peers.size > 0 && performance.now() < late) await new Promise((resolve) => setTimeout(resolve, 10));
      for (const peer of peers) peer.socket.terminate();
      peers.clear();
    },
  };
}
