// The typed client of the REST API and the feed. Runs in Node and in the browser; knows nothing of either.

import type { AttemptKey, Channel, EventType, Outcome, RecipientState } from "@depesche/core";
import { type Feed, type FeedOptions, type FeedSocketConstructor, openFeed } from "./feed.ts";
import { apiError, Unreachable } from "./problem.ts";
import type {
  AccountView,
  AgainInput,
  AgainResult,
  AttemptView,
  CallPages,
  Cancelled,
  ClockChange,
  ClockView,
  DocumentStored,
  FailureFilter,
  FailureGroup,
  FailureView,
  InboundView,
  JobAccepted,
  JobDetail,
  JobExchange,
  JobInput,
  JobReport,
  JobSummary,
  Ladder,
  LimitView,
  LineView,
  Listing,
  MissedCallView,
  RecipientView,
  ResendInput,
  Resent,
  StatsView,
  WebhookView,
} from "./resources.ts";
import type {
  ChaosChannel,
  ChaosRule,
  ChaosView,
  SimCall,
  SimCallOrder,
  SimLetter,
  SimMachine,
  SimMail,
  SimMailContent,
  SimMessage,
  SimScenario,
} from "./simulation.ts";

export interface ClientOptions {
  /** `http://127.0.0.1:8080`; in a browser the page's own origin will do. */
  baseUrl: string;
  apiKey?: string;
  /** Default: the platform's. */
  fetch?: (request: Request) => Promise<Response>;
  /** Default: the platform's. Node 20 has none: pass that of the `ws` package. */
  WebSocket?: FeedSocketConstructor;
}

export interface PageQuery {
  /** 1 to 1000. */
  limit?: number;
  cursor?: string;
}

/** Every method rejects with `ApiError` when the gateway answers an error, with `Unreachable` when it does not answer. */
export interface Client {
  account(): Promise<AccountView>;

  /** `idempotencyKey`: the same key with the same body answers the first job again, however often it is sent. */
  createJob(input: JobInput, idempotencyKey?: string): Promise<JobAccepted>;
  jobs(query?: PageQuery & { state?: "open" | "done"; channel?: Channel }): Promise<Listing<JobSummary>>;
  job(id: number): Promise<JobDetail>;
  /** In input order; `from` jumps to a place; `q` is looked for in addresses and references. */
  recipients(
    job: number,
    query?: PageQuery & { from?: number; outcome?: Outcome; state?: RecipientState; q?: string },
  ): Promise<Listing<RecipientView>>;
  attempts(job: number, n: number): Promise<Listing<AttemptView>>;
  cancelJob(id: number): Promise<Cancelled>;
  pauseJob(id: number): Promise<JobDetail>;
  resumeJob(id: number): Promise<JobDetail>;
  /** Sends the failed recipients of a job again, as a new job. */
  resendJob(id: number, input?: ResendInput, idempotencyKey?: string): Promise<Resent>;
  /** How it is going: timeline, durations, failing prefixes, rate, ETA, price. */
  jobReport(id: number): Promise<JobReport>;
  /** The request as it came, and the answer; 404 when it is not kept (any more). */
  jobExchange(id: number): Promise<JobExchange>;
  /** A prepared page of a fax or letter job, PNG. */
  jobPage(id: number, page: number): Promise<Blob>;

  ladder(attempt: AttemptKey): Promise<Ladder>;
  ladderPcap(attempt: AttemptKey): Promise<Blob>;
  /** The pages of a fax call, as sent and (from a simulated machine) as received. */
  callPages(attempt: AttemptKey): Promise<CallPages>;
  /** PNG, from page 1. `difference`: black where both are black, red only sent, blue only received. */
  callPage(attempt: AttemptKey, page: number, which: "sent" | "received" | "difference"): Promise<Blob>;

  /** The last `minutes` (at most 1440) of wall time, minute by minute, and what waits. */
  stats(query?: { minutes?: number }): Promise<StatsView>;
  /** Dead letters grouped by channel, outcome and cause, most frequent first. */
  failureGroups(filter?: FailureFilter): Promise<Listing<FailureGroup>>;
  /** Dead letters one by one, latest first. */
  failures(filter?: FailureFilter & PageQuery): Promise<Listing<FailureView>>;
  /** Sends dead letters again: a new job for each they come from. */
  again(input: AgainInput, idempotencyKey?: string): Promise<AgainResult>;

  uploadDocument(content: Blob | Uint8Array): Promise<DocumentStored>;
  documentPage(hash: string, page: number): Promise<Blob>;

  /** Without `deleted` those are left out. */
  inbounds(query?: PageQuery & { deleted?: boolean }): Promise<Listing<InboundView>>;
  inboundLadder(id: number): Promise<Ladder>;
  inboundPcap(id: number): Promise<Blob>;
  /** Calls that came in and left no fax, newest first. */
  missedCalls(query?: PageQuery): Promise<Listing<MissedCallView>>;
  missedLadder(id: number): Promise<Ladder>;
  missedPcap(id: number): Promise<Blob>;
  inbound(id: number): Promise<InboundView>;
  inboundFile(id: number, format: "tif" | "pdf"): Promise<Blob>;
  inboundPage(id: number, page: number): Promise<Blob>;
  deleteInbound(id: number): Promise<void>;

  lines(): Promise<Listing<LineView>>;
  /** Limits of all scopes; the key needs "admin". */
  limits(): Promise<Listing<LimitView>>;
  /** Sets all limits of one scope; without any it is removed. */
  setLimit(limit: LimitView): Promise<Listing<LimitView>>;
  clock(): Promise<ClockView>;
  changeClock(change: ClockChange): Promise<ClockView>;

  webhooks(): Promise<Listing<WebhookView>>;
  /** The secret is told once, here. */
  addWebhook(hook: { url: string; types?: EventType[]; secret?: string }): Promise<WebhookView & { secret: string }>;
  removeWebhook(id: number): Promise<void>;

  /** The simulated world; each call is a 404 where there is none. The key needs "admin". */
  simulation: SimulationClient;

  feed(options: FeedOptions): Feed;
}

export interface SimulationClient {
  machines(): Promise<{ machines: SimMachine[] }>;
  /** Resolves when the call is over. */
  placeCall(order: SimCallOrder): Promise<SimCall>;
  calls(query?: { number?: string; limit?: number }): Promise<{ calls: SimCall[] }>;
  messages(query?: { number?: string; limit?: number }): Promise<{ messages: SimMessage[] }>;
  mails(query?: { limit?: number }): Promise<{ messages: SimMail[] }>;
  mail(id: string): Promise<SimMailContent>;
  /** A file in a mail, by its place from 0. */
  mailAttachment(id: string, index: number): Promise<Blob>;
  /** The message as it came, octet for octet. */
  mailRaw(id: string): Promise<Blob>;
  letters(query?: { limit?: number }): Promise<{ letters: SimLetter[] }>;
  letterPdf(id: string): Promise<Blob>;
  /** A letter that was handed over comes back as undeliverable. */
  returnLetter(id: string): Promise<SimLetter>;
  /** A page of a letter as a picture with its zones drawn in, PNG; from page 1. */
  letterPage(id: string, page: number): Promise<Blob>;
  scenario(): Promise<SimScenario>;
  setScenario(scenario: SimScenario): Promise<SimScenario>;
  chaos(): Promise<ChaosView>;
  setChaos(rules: Partial<Record<ChaosChannel, ChaosRule>>): Promise<ChaosView>;
}

type Query = Record<string, string | number | boolean | undefined>;

function withQuery(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

const SIMULATION = "/v1/simulation";

/** A client of one gateway. Opens no connection before it is asked something. */
export function createClient(options: ClientOptions): Client {
  const base = options.baseUrl.replace(/\/+$/, "");
  const send = options.fetch ?? ((request: Request) => fetch(request));

  async function call(
    method: string,
    path: string,
    body?: { type: string; content: Blob | Uint8Array | string },
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const url = base + path;
    const all = new Headers(headers);
    if (options.apiKey !== undefined) all.set("authorization", `Bearer ${options.apiKey}`);
    if (body) all.set("content-type", body.type);
    let response: Response;
    try {
      // Blob and Uint8Array are bodies everywhere; the two platforms' types of `body` differ in the letter only.
      response = await send(new Request(url, { method, headers: all, body: body?.content as never }));
    } catch (cause) {
      throw new Unreachable(url, cause);
    }
    if (!response.ok) throw await apiError(response);
    return response;
  }

  const get = async <T>(path: string, query?: Query): Promise<T> =>
    (await (await call("GET", withQuery(path, query))).json()) as T;
  const file = async (path: string): Promise<Blob> => (await call("GET", path)).blob();
  const put = async <T>(
    method: string,
    path: string,
    value?: unknown,
    headers?: Record<string, string>,
  ): Promise<T> => {
    const body = value === undefined ? undefined : { type: "application/json", content: JSON.stringify(value) };
    return (await (await call(method, path, body, headers)).json()) as T;
  };
  const idempotent = (key: string | undefined): Record<string, string> => (key ? { "idempotency-key": key } : {});

  return {
    account: () => get("/v1/account"),

    createJob: (input, key) => put("POST", "/v1/jobs", input, idempotent(key)),
    jobs: (query) => get("/v1/jobs", { ...query }),
    job: (id) => get(`/v1/jobs/${id}`),
    recipients: (job, query) => get(`/v1/jobs/${job}/recipients`, { ...query }),
    attempts: (job, n) => get(`/v1/jobs/${job}/recipients/${n}/attempts`),
    cancelJob: (id) => put("POST", `/v1/jobs/${id}/cancel`),
    pauseJob: (id) => put("POST", `/v1/jobs/${id}/pause`),
    resumeJob: (id) => put("POST", `/v1/jobs/${id}/resume`),
    resendJob: (id, input, key) => put("POST", `/v1/jobs/${id}/resend`, input ?? {}, idempotent(key)),
    jobReport: (id) => get(`/v1/jobs/${id}/report`),
    jobExchange: (id) => get(`/v1/jobs/${id}/exchange`),
    jobPage: (id, page) => file(`/v1/jobs/${id}/pages/${page}.png`),

    ladder: (attempt) => get(`/v1/attempts/${attempt}/ladder`),
    ladderPcap: (attempt) => file(`/v1/attempts/${attempt}/ladder.pcap`),

    callPages: (attempt) => get(`/v1/attempts/${attempt}/pages`),
    callPage: (attempt, page, which) => file(`/v1/attempts/${attempt}/pages/${page}/${which}.png`),

    stats: (query) => get("/v1/stats", { ...query }),
    failureGroups: (filter) => get("/v1/failures/groups", { ...filter }),
    failures: (filter) => get("/v1/failures", { ...filter }),
    again: (input, key) => put("POST", "/v1/again", input, idempotent(key)),

    uploadDocument: async (content) => {
      const body = { type: "application/octet-stream", content };
      return (await (await call("POST", "/v1/documents", body)).json()) as DocumentStored;
    },
    documentPage: (hash, page) => file(`/v1/documents/${hash}/pages/${page}.png`),

    inbounds: (query) => get("/v1/inbound", { ...query }),
    inbound: (id) => get(`/v1/inbound/${id}`),
    inboundLadder: (id) => get(`/v1/inbound/${id}/ladder`),
    inboundPcap: (id) => file(`/v1/inbound/${id}/ladder.pcap`),
    missedCalls: (query) => get("/v1/inbound/missed", { ...query }),
    missedLadder: (id) => get(`/v1/inbound/missed/${id}/ladder`),
    missedPcap: (id) => file(`/v1/inbound/missed/${id}/ladder.pcap`),
    inboundFile: (id, format) => file(`/v1/inbound/${id}.${format}`),
    inboundPage: (id, page) => file(`/v1/inbound/${id}/pages/${page}.png`),
    deleteInbound: async (id) => {
      await call("DELETE", `/v1/inbound/${id}`);
    },

    lines: () => get("/v1/lines"),
    limits: () => get("/v1/limits"),
    setLimit: (limit) => put("PUT", "/v1/limits", limit),
    clock: () => get("/v1/clock"),
    changeClock: (change) => put("PUT", "/v1/clock", change),

    webhooks: () => get("/v1/webhooks"),
    addWebhook: (hook) => put("POST", "/v1/webhooks", hook),
    removeWebhook: async (id) => {
      await call("DELETE", `/v1/webhooks/${id}`);
    },

    simulation: {
      machines: () => get(`${SIMULATION}/exchange/machines`),
      placeCall: (order) => put("POST", `${SIMULATION}/exchange/calls`, order),
      calls: (query) => get(`${SIMULATION}/exchange/calls`, { ...query }),
      messages: (query) => get(`${SIMULATION}/sms/messages`, { ...query }),
      mails: (query) => get(`${SIMULATION}/mail/messages`, { ...query }),
      mail: (id) => get(`${SIMULATION}/mail/messages/${encodeURIComponent(id)}`),
      mailAttachment: (id, index) => file(`${SIMULATION}/mail/messages/${encodeURIComponent(id)}/attachments/${index}`),
      mailRaw: (id) => file(`${SIMULATION}/mail/messages/${encodeURIComponent(id)}/raw`),
      letters: (query) => get(`${SIMULATION}/print-shop/letters`, { ...query }),
      letterPdf: (id) => file(`${SIMULATION}/print-shop/letters/${encodeURIComponent(id)}.pdf`),
      returnLetter: (id) => put("POST", `${SIMULATION}/print-shop/letters/${encodeURIComponent(id)}/returned`),
      letterPage: (id, page) => file(`${SIMULATION}/print-shop/letters/${encodeURIComponent(id)}/pages/${page}.png`),
      scenario: () => get(`${SIMULATION}/scenario`),
      setScenario: (scenario) => put("PUT", `${SIMULATION}/scenario`, scenario),
      chaos: () => get(`${SIMULATION}/chaos`),
      setChaos: (rules) => put("PUT", `${SIMULATION}/chaos`, rules),
    },

    feed: (feedOptions) => {
      const Socket = options.WebSocket ?? (globalThis as { WebSocket?: FeedSocketConstructor }).WebSocket;
      if (!Socket) throw new TypeError("this platform has no WebSocket: pass one to createClient");
      return openFeed(
        {
          url: `${base.replace(/^http/, "ws")}/v1/feed`,
          apiKey: options.apiKey,
          Socket,
          after: (ms, run) => {
            const timer = setTimeout(run, ms);
            return () => clearTimeout(timer);
          },
          random: Math.random,
        },
        feedOptions,
      );
    },
  };
}
