// Doubles of the ports for the tests of the API, the feed, the webhooks and the client: everything in memory, time in the test's hand.

import { createHash } from "node:crypto";
import {
  type Account,
  type Attempt,
  attemptKey,
  type ClockSetting,
  changedClock,
  type FeedEvent,
  type Job,
  type Recipient,
  SCOPES,
  type Scope,
} from "@depesche/core";
import type {
  AgainAnswer,
  AgainOrder,
  BlobStore,
  Exchange,
  FaceLedger,
  Failure,
  FailureFilter,
  FailureGroup,
  InboundFax,
  Intake,
  JobFacts,
  Limits,
  MissedCall,
  Spool,
  SpoolFile,
  SubmitRequest,
  WallClock,
  Webhook,
} from "@depesche/ports";
import { SpoolFull } from "@depesche/ports";
import { countOf } from "./feed/stats-book.ts";

export const NOON = Date.UTC(2026, 2, 2, 11, 0, 0);

export class ManualClock implements WallClock {
  time = NOON;
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.time - NOON;
  }
}

export function account(id: number): Account {
  return {
    id,
    name: `${id}000`,
    locked: false,
    channels: ["fax", "sms", "mail", "letter"],
    mass: true,
    foreign: true,
    trial: false,
    duplicateCheck: true,
    blacklist: [],
    statusFileCharset: "utf-8",
  };
}

function missing(): never {
  throw new Error("the double does not know this");
}

function matches(failure: Failure, { address, since, cause, ...same }: FailureFilter): boolean {
  if (Object.entries(same).some(([name, value]) => value !== undefined && failure[name as "job"] !== value))
    return false;
  if (cause !== undefined && failure.cause.code !== cause) return false;
  if (since !== undefined && failure.at < since) return false;
  if (address === undefined) return true;
  return address.startsWith("@") ? failure.address.endsWith(address) : failure.address.startsWith(address);
}

/** Keys: "demo-key" (account 1, all scopes), "other-key" (account 2), "read-key" (account 1, jobs:read only). */
export class MemoryLedger implements FaceLedger {
  readonly wall: ManualClock;
  readonly keys = new Map<string, { account: Account; scopes: readonly Scope[] }>([
    ["demo-key", { account: account(1), scopes: SCOPES }],
    ["other-key", { account: account(2), scopes: SCOPES }],
    ["read-key", { account: account(1), scopes: ["jobs:read"] }],
  ]);
  readonly allJobs = new Map<number, Job>();
  readonly rows = new Map<number, Recipient[]>();
  readonly tried = new Map<string, Attempt[]>();
  readonly ladders = new Map<string, Uint8Array>();
  readonly missed: MissedCall[] = [];
  readonly liveLadders = new Map<string, { ladder: Uint8Array; connectedAt: number }>();
  readonly faxes = new Map<number, InboundFax>();
  readonly log: FeedEvent[] = [];
  readonly held = new Map<string, Limits>();
  readonly owners = new Set<string>();
  readonly hooks = new Map<number, Webhook & { secret: string }>();
  listeners = new Set<(seq: number) => void>();
  setting: ClockSetting = { anchorWall: NOON, anchorSim: NOON, speed: 1, unpaced: false };

  constructor(wall: ManualClock) {
    this.wall = wall;
  }

  /** Puts a job with `total` queued recipients into the ledger. */
  addJob(job: Partial<Job> & { id: number; accountId: number }, total = 1): Job {
    const whole: Job = {
      channel: "fax",
      face: "api",
      state: "open",
      priority: 5,
      content: { text: "Guten Tag", documents: [] },
      options: {},
      pageCount: 1,
      acceptedAt: this.wall.now(),
      simAcceptedAt: this.wall.now(),
      dueAt: this.wall.now(),
      cancelled: false,
      paused: false,
      counted: total,
      total,
      final: 0,
      outcomes: {},
      ...job,
    };
    this.allJobs.set(job.id, whole);
    this.rows.set(
      job.id,
      Array.from({ length: total }, (_, n) => ({
        n,
        address: `+4930231250${String(n % 100).padStart(2, "0")}`,
        reference: "",
        state: "queued",
        attempts: 0,
        repeated: false,
      })),
    );
    return whole;
  }

  /** Appends an event and tells the listeners. */
  addEvent(event: Omit<FeedEvent, "seq" | "at" | "simAt">): FeedEvent {
    const whole = { ...event, seq: this.log.length + 1, at: this.wall.now(), simAt: this.wall.now() };
    this.log.push(whole);
    for (const listener of this.listeners) listener(whole.seq);
    return whole;
  }

  async authenticate(_kind: string, _login: string, secret: string, source: string) {
    if (source === "192.0.2.66") return { ok: false, reason: "too-many-failures" } as const;
    const found = this.keys.get(secret);
    return found ? ({ ok: true, ...found } as const) : ({ ok: false, reason: "wrong-secret" } as const);
  }
  accept = async () => missing();
  earlier = async () => undefined;
  async job(accountId: number, jobId: number) {
    const job = this.allJobs.get(jobId);
    return job?.accountId === accountId ? job : undefined;
  }
  async jobs(accountId: number, query: { limit: number; cursor?: string; state?: string; channel?: string }) {
    const before = query.cursor === undefined ? Number.POSITIVE_INFINITY : Number(query.cursor);
    const all = [...this.allJobs.values()]
      .filter((j) => j.accountId === accountId && j.id < before)
      .filter((j) => (query.state ?? j.state) === j.state && (query.channel ?? j.channel) === j.channel)
      .sort((a, b) => b.id - a.id);
    const items = all.slice(0, query.limit);
    return { items, next: all.length > items.length ? String(items.at(-1)?.id) : undefined };
  }
  async recipients(
    jobId: number,
    query: { from: number; limit: number; outcome?: string; state?: string; q?: string },
  ) {
    const { from, outcome, state, q = "" } = query;
    return (this.rows.get(jobId) ?? [])
      .filter((r) => r.n >= from && (outcome ?? r.outcome) === r.outcome && (state ?? r.state) === r.state)
      .filter((r) => r.address.includes(q) || r.reference.includes(q))
      .slice(0, query.limit);
  }
  readonly kept = new Map<number, Exchange>();
  async keepExchanges(exchanges: readonly Exchange[]) {
    for (const one of exchanges) if (!this.kept.has(one.job)) this.kept.set(one.job, one);
  }
  async exchange(jobId: number) {
    return this.kept.get(jobId);
  }
  /** Dead letters as the rows have them; what was sent again is remembered in `resent`. */
  #dead(accountId: number): Failure[] {
    return [...this.rows].flatMap(([job, rows]) => {
      const { accountId: owner, channel, acceptedAt } = this.allJobs.get(job) as Job;
      if (owner !== accountId) return [];
      return rows.flatMap(({ n, address, reference, outcome, cause, attempts }) => {
        if (!outcome || attempts === 0 || ["OK", "BLACKLIST", "CANCELLED"].includes(outcome)) return [];
        if (this.resent.has(`${job}.${n}`)) return [];
        const why = cause ?? { code: "test", text: "test" };
        return [{ job, n, address, reference, channel, outcome, cause: why, attempts, at: acceptedAt }];
      });
    });
  }
  async failureGroups(accountId: number, filter: FailureFilter) {
    const groups = new Map<string, FailureGroup>();
    for (const f of this.#dead(accountId).filter((one) => matches(one, filter))) {
      const { channel, outcome, cause, at } = f;
      const key = [channel, outcome, cause.code].join();
      const group = groups.get(key) ?? { channel, outcome, cause, count: 0, jobs: 1, oldestAt: at, latestAt: at };
      groups.set(key, { ...group, count: group.count + 1 });
    }
    return [...groups.values()].sort((a, b) => b.count - a.count);
  }
  async failures(accountId: number, filter: FailureFilter, query: { limit: number }) {
    return {
      items: this.#dead(accountId)
        .filter((one) => matches(one, filter))
        .slice(0, query.limit),
    };
  }
  readonly resent = new Set<string>();
  readonly agains: AgainOrder[] = [];
  async again(order: AgainOrder): Promise<AgainAnswer> {
    const { pick, permitted, most } = order;
    const all = "outcomes" in pick ? (this.rows.get(pick.job) ?? []).map((r) => ({ ...r, job: pick.job })) : [];
    const picked = (
      "outcomes" in pick
        ? all.filter((r) => r.outcome && pick.outcomes.includes(r.outcome))
        : this.#dead(order.accountId).filter((one) =>
            "where" in pick
              ? matches(one, pick.where)
              : pick.recipients.some((r) => r.job === one.job && r.n === one.n),
          )
    ).filter((one) => permitted(this.allJobs.get(one.job)?.channel ?? "fax", one.address));
    const sources = [...new Set(picked.map((one) => one.job))];
    const counts = { recipients: picked.length, sources: sources.length };
    if (counts.recipients > most.recipients || counts.sources > most.jobs)
      return { ok: false, problem: "too-many", ...counts };
    const ofJob = (job: number) => picked.filter((one) => one.job === job).length;
    if (sources.some((job) => ofJob(job) > (most.perJob ?? Number.POSITIVE_INFINITY)))
      return { ok: false, problem: "mass-not-released" };
    if (order.dryRun || picked.length === 0) return { ok: true, ...counts, jobs: [], replayed: false };
    this.agains.push(order);
    for (const one of picked) this.resent.add(`${one.job}.${one.n}`);
    const jobs = sources.map((source) => {
      const { id: _, accountId, channel, content } = this.allJobs.get(source) as Job;
      const made = { id: Math.max(...this.allJobs.keys()) + 1, accountId, channel, content };
      return this.addJob(made, ofJob(source)).id;
    });
    return { ok: true, ...counts, jobs, replayed: false };
  }
  /** What `jobFacts` answers, and how often it was asked. */
  facts: JobFacts | undefined;
  factsAsked = 0;
  async jobFacts() {
    this.factsAsked += 1;
    return this.facts ?? missing();
  }
  async attempts(jobId: number, n: number) {
    return this.tried.get(`${jobId}.${n}`) ?? [];
  }
  async ladder(jobId: number, n: number, k: number) {
    return this.ladders.get(attemptKey(jobId, n, k));
  }
  async liveLadder(jobId: number, n: number, k: number) {
    return this.liveLadders.get(attemptKey(jobId, n, k));
  }
  async missedCalls(accountId: number) {
    return { items: this.missed.filter((call) => call.accountId === accountId) };
  }
  async missedLadder(accountId: number, id: number) {
    const isTheirs = this.missed.some((call) => call.accountId === accountId && call.id === id);
    return isTheirs ? this.ladders.get(`missed:${id}`) : undefined;
  }
  async inboundLadder(id: number) {
    return this.ladders.get(`inbound:${id}`);
  }
  async cancel(accountId: number, jobId: number) {
    const job = await this.job(accountId, jobId);
    if (!job) return { found: false, cancelled: 0, inFlight: 0 };
    const open = (this.rows.get(jobId) ?? []).filter((r) => r.state !== "final");
    job.cancelled = true;
    return { found: true, cancelled: open.filter((r) => r.state !== "sending").length, inFlight: 0 };
  }
  async pause(accountId: number, jobId: number, paused: boolean) {
    const job = await this.job(accountId, jobId);
    if (job) job.paused = paused;
    return job !== undefined;
  }
  nextInbound = async () => missing();
  async inbound(accountId: number, id: number) {
    const fax = this.faxes.get(id);
    return fax?.accountId === accountId ? fax : undefined;
  }
  async inbounds(accountId: number, query: { limit: number; deleted?: boolean }) {
    const faxes = [...this.faxes.values()].filter((f) => f.accountId === accountId);
    return { items: faxes.filter((f) => query.deleted || f.state !== "deleted").slice(0, query.limit) };
  }
  async deleteInbound(accountId: number, id: number) {
    const fax = await this.inbound(accountId, id);
    if (!fax || fax.state === "deleted") return false;
    fax.state = "deleted";
    return true;
  }
  delivery = async () => missing();
  findByCarrierId = async () => missing();
  async events(after: number, limit: number, accountId?: number) {
    return this.log
      .filter((e) => e.seq > after && (accountId === undefined || e.account === accountId || e.account === 0))
      .slice(0, limit);
  }
  async lastSeq() {
    return this.log.length;
  }
  async firstSeqAt(at: number) {
    return this.log.find((event) => event.at >= at)?.seq ?? this.log.length + 1;
  }
  async countEvents(after: number, upTo: number) {
    const events = this.log.slice(Math.max(0, after), upTo);
    return events.filter((event) => event.account > 0).map(countOf);
  }
  async queueDepth() {
    return [...this.allJobs.values()]
      .map((j) => ({ account: j.accountId, channel: j.channel, open: j.total - j.final, dispatched: 0 }))
      .filter((depth) => depth.open > 0);
  }
  onEvents(listener: (lastSeq: number) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  async clock() {
    return this.setting;
  }
  async changeClock(change: { speed?: number; unpaced?: boolean; setTo?: number }) {
    const next = changedClock(this.setting, this.wall.now(), change);
    if (next) this.setting = next;
    return next;
  }
  async limits() {
    return [...this.held].map(([scope, limits]) => ({ scope, ...limits }));
  }
  async setLimits(scope: string, limits: Limits) {
    if (Object.keys(limits).length > 0) this.held.set(scope, limits);
    else this.held.delete(scope);
  }
  async blobOwner(accountId: number, hash: string) {
    return this.owners.has(`${accountId}:${hash}`);
  }
  async rememberBlob(accountId: number, hash: string, _bytes: number) {
    this.owners.add(`${accountId}:${hash}`);
  }
  async webhooks(accountId: number) {
    return [...this.hooks.values()].filter((h) => h.accountId === accountId);
  }
  async addWebhook(accountId: number, hook: { url: string; types: string[]; secret: string }) {
    const id = this.hooks.size + 1;
    const whole = { id, accountId, ...hook, cursor: this.log.length, failures: 0, nextTryAt: 0 };
    this.hooks.set(id, whole);
    return whole;
  }
  async removeWebhook(accountId: number, id: number) {
    return this.hooks.get(id)?.accountId === accountId && this.hooks.delete(id);
  }
  async allWebhooks() {
    return [...this.hooks.values()].map((h) => ({ ...h }));
  }
  async webhookProgress(id: number, progress: { cursor: number } | { failures: number; nextTryAt: number }) {
    const hook = this.hooks.get(id);
    if (!hook) return;
    if ("cursor" in progress) Object.assign(hook, { cursor: progress.cursor, failures: 0, nextTryAt: 0 });
    else Object.assign(hook, progress);
  }
}

/** A spool in memory; `limit` bytes a file. Counts what is neither discarded nor taken over. */
export class MemorySpool implements Spool {
  readonly limit: number;
  open = 0;
  readonly contents = new Map<string, Uint8Array>();

  constructor(limit = 1024 * 1024) {
    this.limit = limit;
  }

  async create() {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    this.open += 1;
    const path = `spool-${this.open}-${this.contents.size}`;
    return {
      write: async (chunk: Uint8Array) => {
        bytes += chunk.length;
        if (bytes > this.limit) throw new SpoolFull("limit");
        chunks.push(chunk.slice());
      },
      close: async (): Promise<SpoolFile> => {
        const content = new Uint8Array(Buffer.concat(chunks));
        this.contents.set(path, content);
        return {
          path,
          bytes,
          sha256: createHash("sha256").update(content).digest("hex"),
          head: content.subarray(0, 64),
          read: async () => content,
          discard: async () => {
            this.open -= 1;
          },
        };
      },
      abort: async () => {
        this.open -= 1;
      },
    };
  }
}

export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Uint8Array>();
  readonly spool: MemorySpool;

  constructor(spool: MemorySpool) {
    this.spool = spool;
  }
  async put(bytes: Uint8Array) {
    const hash = createHash("sha256").update(bytes).digest("hex");
    this.blobs.set(hash, bytes);
    return hash;
  }
  async putFile(path: string, hash: string) {
    this.blobs.set(hash, this.spool.contents.get(path) as Uint8Array);
    this.spool.open -= 1;
  }
  async get(hash: string) {
    return this.blobs.get(hash);
  }
  async has(hash: string) {
    return this.blobs.has(hash);
  }
  touch(hash: string) {
    return this.has(hash);
  }
  async remove(hash: string) {
    this.blobs.delete(hash);
  }
  list = (): never => missing();
}

/** Takes every job and remembers what it was asked; keeps the promise of idempotency keys. */
export class MemoryIntake implements Intake {
  readonly ledger: MemoryLedger;
  readonly requests: SubmitRequest[] = [];
  readonly documents: Uint8Array[][] = [];
  readonly #keys = new Map<string, { hash: string; jobId: number }>();

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger;
  }

  async submit(request: SubmitRequest): ReturnType<Intake["submit"]> {
    const contents = await Promise.all(request.files.map(async ({ file }) => (await file?.read()) ?? new Uint8Array()));
    for (const { file } of request.files) await file?.discard();
    const key = request.idempotency && `${request.account.id}:${request.idempotency.key}`;
    const before = key === undefined ? undefined : this.#keys.get(key);
    const answer = { ok: true, recipients: request.recipients.length, pages: 1, notices: [] } as const;
    if (before) {
      return before.hash === request.idempotency?.requestHash
        ? { ...answer, notices: [], jobId: before.jobId, replayed: true }
        : { ok: false, problem: "idempotency-conflict", detail: "This key came with another body before." };
    }
    if (request.recipients.length === 0 && request.channel !== "letter") {
      return { ok: false, problem: "no-recipient", detail: "The job has no recipient." };
    }
    this.requests.push(request);
    this.documents.push(contents);
    const jobId = this.requests.length;
    this.ledger.addJob(
      { id: jobId, accountId: request.account.id, channel: request.channel },
      request.recipients.length,
    );
    if (key && request.idempotency) this.#keys.set(key, { hash: request.idempotency.requestHash, jobId });
    return { ...answer, notices: [], jobId, replayed: false };
  }
}
