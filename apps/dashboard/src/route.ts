// Every state of the dashboard as a URL, and back.

import type { FailureFilter as DeadLetterFilter } from "@depesche/client";
import {
  type AttemptKey,
  CHANNELS,
  OUTCOMES,
  type Outcome,
  parseAttemptKey,
  type RecipientState,
} from "@depesche/core";
import { signal } from "./signal.ts";

export const SEND_CHANNELS = ["fax", "sms", "mail", "letter"] as const;
export type SendChannel = (typeof SEND_CHANNELS)[number];

export const JOB_VIEWS = ["recipients", "progress", "content", "raw"] as const;
export type JobView = (typeof JOB_VIEWS)[number];
export const RECIPIENT_STATES = ["queued", "sending", "retry", "final"] as const satisfies RecipientState[];
export const CALL_VIEWS = ["ladder", "compare", "pages"] as const;
export type CallView = (typeof CALL_VIEWS)[number];
/** What of a page is shown: one side, what differs, or both beside each other (unset). */
export const PAGE_SHOWS = ["sent", "received", "difference"] as const;
export type PageShow = (typeof PAGE_SHOWS)[number];
/** Per cent of a pel on the screen; unset: the page fits. */
export const PAGE_ZOOMS = [100, 200, 400] as const;
export type PageZoom = (typeof PAGE_ZOOMS)[number];
export const MAIL_VIEWS = ["html", "text", "headers", "raw"] as const;
export type MailView = (typeof MAIL_VIEWS)[number];

/** Which dead letters: unset, all. */
export type FailureFilter = Omit<DeadLetterFilter, "since">;

export type Route =
  | { page: "board" }
  | { page: "jobs"; cursor?: string }
  /** `n`: the recipient one looks at; `q`: what is searched for among addresses and references. */
  | { page: "job"; id: number; view?: JobView; outcome?: Outcome; state?: RecipientState; q?: string; n?: number }
  | { page: "dispatch" }
  /** `row`: of the ladder; `sheet`: page from 1; `scale`: airtime to scale. */
  | {
      page: "call";
      key: AttemptKey;
      view?: CallView;
      row?: number;
      sheet?: number;
      scale?: boolean;
      show?: PageShow;
      zoom?: PageZoom;
    }
  | ({ page: "failures" } & FailureFilter)
  /** `zoom` in percent; unset, the page fits. `deleted`: those are shown, too. `missed`: a call that left no fax. */
  | {
      page: "inbound";
      id?: number;
      sheet?: number;
      view?: "ladder";
      zoom?: PageZoom;
      deleted?: boolean;
      missed?: number;
    }
  /** The machine that dials in. */
  | { page: "dial" }
  | { page: "send"; channel: SendChannel }
  | { page: "phone"; number?: string }
  | { page: "mailbox"; id?: string; view?: MailView }
  | { page: "letters"; id?: string }
  | { page: "scenario" }
  | { page: "chaos" }
  | { page: "lost" };

/** The states of one screen. */
export type RouteOf<P extends Route["page"]> = Extract<Route, { page: P }>;

function natural(text: string | null | undefined, from = 0): number | undefined {
  if (!text || !/^\d{1,15}$/.test(text)) return undefined;
  const n = Number(text);
  return n >= from ? n : undefined;
}

function oneOf<T extends string>(known: readonly T[], word: string | null | undefined): T | undefined {
  return known.find((one) => one === word);
}

/** Without the fields that are unset, so that equal states are equal. */
function trimmed<T extends object>(state: T): T {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as T;
}

const LOST: Route = { page: "lost" };

/** What stands behind each first word of a path: the rest of the path, and the query. */
const READERS: Record<string, (rest: string[], query: URLSearchParams) => Route> = {
  "": (rest) => (rest.length === 0 ? { page: "board" } : LOST),
  jobs: readJobs,
  dispatch: (rest) => (rest.length === 0 ? { page: "dispatch" } : LOST),
  calls: ([key, ...more], query) => {
    if (!key || more.length > 0 || !parseAttemptKey(key)) return LOST;
    return trimmed({
      page: "call",
      key: key as AttemptKey,
      view: oneOf(CALL_VIEWS, query.get("view")),
      row: natural(query.get("row")),
      sheet: natural(query.get("page"), 1),
      scale: query.get("scale") === "1" ? true : undefined,
      show: oneOf(PAGE_SHOWS, query.get("show")),
      zoom: PAGE_ZOOMS.find((zoom) => String(zoom) === query.get("zoom")),
    });
  },
  failures: (rest, query) =>
    rest.length > 0
      ? LOST
      : trimmed({
          page: "failures",
          channel: oneOf(CHANNELS, query.get("channel")),
          outcome: oneOf(OUTCOMES, query.get("outcome")),
          cause: query.get("cause") ?? undefined,
          job: natural(query.get("job"), 1),
          address: query.get("address") || undefined,
        }),
  inbound: ([second, ...more], query) => {
    if (more.length > 0) return LOST;
    const deleted = query.get("deleted") === "1" ? true : undefined;
    if (!second) return trimmed({ page: "inbound", deleted, missed: natural(query.get("missed"), 1) });
    if (second === "new") return { page: "dial" };
    const id = natural(second, 1);
    if (id === undefined) return LOST;
    const view = query.get("view") === "ladder" ? "ladder" : undefined;
    const zoom = PAGE_ZOOMS.find((percent) => query.get("zoom") === String(percent));
    return trimmed({ page: "inbound", id, sheet: natural(query.get("page"), 1), view, zoom, deleted });
  },
  send: ([second, ...more]) => {
    const channel = oneOf(SEND_CHANNELS, second ?? "fax");
    return channel && more.length === 0 ? { page: "send", channel } : LOST;
  },
  phone: ([number, ...more]) => (more.length > 0 ? LOST : trimmed({ page: "phone", number: number || undefined })),
  mailbox: ([id, ...more], query) =>
    more.length > 0
      ? LOST
      : trimmed({ page: "mailbox", id: id || undefined, view: oneOf(MAIL_VIEWS, query.get("view")) }),
  letters: ([id, ...more]) => (more.length > 0 ? LOST : trimmed({ page: "letters", id: id || undefined })),
  scenario: (rest) => (rest.length === 0 ? { page: "scenario" } : LOST),
  chaos: (rest) => (rest.length === 0 ? { page: "chaos" } : LOST),
};

function readJobs([second, third, fourth, ...more]: string[], query: URLSearchParams): Route {
  if (more.length > 0) return LOST;
  if (!second) return trimmed({ page: "jobs", cursor: query.get("cursor") ?? undefined });
  const id = natural(second, 1);
  const n = natural(fourth);
  if (id === undefined || (third !== undefined && (third !== "recipients" || n === undefined))) return LOST;
  const outcome = oneOf(OUTCOMES, query.get("outcome"));
  const view = oneOf(JOB_VIEWS, query.get("view"));
  const state = oneOf(RECIPIENT_STATES, query.get("state"));
  return trimmed({ page: "job", id, n, outcome, state, view, q: query.get("q") || undefined });
}

/** Reads a path and query. Whatever it does not know is `lost`. */
export function parseRoute(path: string, query: URLSearchParams): Route {
  let words: string[];
  try {
    words = path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return LOST; // a percent sign that begins nothing
  }
  const [head = "", ...rest] = words;
  return (Object.hasOwn(READERS, head) ? READERS[head] : undefined)?.(rest, query) ?? LOST;
}

function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

/** The URL of a state. */
export function urlOf(route: Route): string {
  const part = (word: string | undefined) => (word === undefined ? "" : `/${encodeURIComponent(word)}`);
  switch (route.page) {
    case "board":
    case "lost":
      return "/";
    case "dispatch":
    case "scenario":
    case "chaos":
      return `/${route.page}`;
    case "jobs":
      return withQuery("/jobs", { cursor: route.cursor });
    case "job": {
      const place = route.n === undefined ? "" : `/recipients/${route.n}`;
      const { view, outcome, state, q } = route;
      return withQuery(`/jobs/${route.id}${place}`, { view, outcome, state, q });
    }
    case "call": {
      const { view, row, sheet, scale, show, zoom } = route;
      return withQuery(`/calls/${route.key}`, { view, row, page: sheet, scale: scale ? 1 : undefined, show, zoom });
    }
    case "failures": {
      const { channel, outcome, cause, job, address } = route;
      return withQuery("/failures", { channel, outcome, cause, job, address });
    }
    case "inbound":
      return withQuery(`/inbound${part(route.id?.toString())}`, {
        page: route.sheet,
        view: route.view,
        zoom: route.zoom,
        deleted: route.deleted ? 1 : undefined,
        missed: route.missed,
      });
    case "dial":
      return "/inbound/new";
    case "send":
      return `/send/${route.channel}`;
    case "phone":
      return `/phone${part(route.number)}`;
    case "mailbox":
      return withQuery(`/mailbox${part(route.id)}`, { view: route.view });
    case "letters":
      return `/letters${part(route.id)}`;
  }
}

export const route = signal<Route>({ page: "lost" });

function readLocation(): void {
  route.set(parseRoute(location.pathname, new URLSearchParams(location.search)));
}

/** Goes to a state. `replace`: without a step in the history (moving within a list). */
export function go(to: Route, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", urlOf(to));
  readLocation();
}

/** Follows the browser's history and takes over clicks on links within the dashboard. */
export function startRouting(): void {
  readLocation();
  addEventListener("popstate", readLocation);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element).closest("a");
    if (link?.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    const to = parseRoute(link.pathname, new URLSearchParams(link.search));
    if (to.page === "lost") return;
    event.preventDefault();
    if (link.hash === "" || link.pathname !== location.pathname) go(to);
  });
}
