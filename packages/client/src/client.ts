// The typed client of the REST API and the feed. Runs in Node and in the browser; knows nothing of either.

import type { AttemptKey, Channel, EventType, Outcome } from "@depesche/core";
import { type Feed, type FeedOptions, type FeedSocketConstructor, openFeed } from "./feed.ts";
import { apiError, Unreachable } from "./problem.ts";
import type {
  AccountView,
  AttemptView,
  Cancelled,
  ClockChange,
  ClockView,
  DocumentStored,
  InboundView,
  JobAccepted,
  JobDetail,
  JobInput,
  JobSummary,
  Ladder,
  LimitView,
  LineView,
  Listing,
  RecipientView,
  ResendInput,
  Resent,
  WebhookView,
} from "./resources.ts";

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
  /** In input order; `from` jumps to a place. */
  recipients(job: number, query?: PageQuery & { from?: number; outcome?: Outcome }): Promise<Listing<RecipientView>>;
  attempts(job: number, n: number): Promise<Listing<AttemptView>>;
  cancelJob(id: number): Promise<Cancelled>;
  pauseJob(id: number): Promise<JobDetail>;
  resumeJob(id: number): Promise<JobDetail>;
  /** Sends the failed recipients of a job again, as a new job. */
  resendJob(id: number, input?: ResendInput, idempotencyKey?: string): Promise<Resent>;
  /** A prepared page of a fax or letter job, PNG. */
  jobPage(id: number, page: number): Promise<Blob>;

  ladder(attempt: AttemptKey): Promise<Ladder>;
  ladderPcap(attempt: AttemptKey): Promise<Blob>;

  uploadDocument(content: Blob | Uint8Array): Promise<DocumentStored>;
  documentPage(hash: string, page: number): Promise<Blob>;

  inbounds(query?: PageQuery): Promise<Listing<InboundView>>;
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

  feed(options: FeedOptions): Feed;
}

type Query = Record<string, string | number | boolean | undefined>;

function withQuery(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

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
    jobPage: (id, page) => file(`/v1/jobs/${id}/pages/${page}.png`),

    ladder: (attempt) => get(`/v1/attempts/${attempt}/ladder`),
    ladderPcap: (attempt) => file(`/v1/attempts/${attempt}/ladder.pcap`),

    uploadDocument: async (content) => {
      const body = { type: "application/octet-stream", content };
      return (await (await call("POST", "/v1/documents", body)).json()) as DocumentStored;
    },
    documentPage: (hash, page) => file(`/v1/documents/${hash}/pages/${page}.png`),

    inbounds: (query) => get("/v1/inbound", { ...query }),
    inbound: (id) => get(`/v1/inbound/${id}`),
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
