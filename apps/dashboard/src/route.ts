// Every state of the dashboard as a URL, and back.

import { type AttemptKey, isOutcome, type Outcome, parseAttemptKey } from "@depesche/core";
import { signal } from "./signal.ts";

export const SEND_CHANNELS = ["fax", "sms", "mail", "letter"] as const;
export type SendChannel = (typeof SEND_CHANNELS)[number];

export type Route =
  | { page: "board" }
  | { page: "jobs"; cursor?: string }
  | { page: "job"; id: number; outcome?: Outcome; n?: number }
  | { page: "call"; key: AttemptKey; row?: number }
  | { page: "inbound"; id?: number; sheet?: number }
  | { page: "send"; channel: SendChannel }
  | { page: "lost" };

function natural(text: string | null | undefined, from = 0): number | undefined {
  if (!text || !/^\d{1,15}$/.test(text)) return undefined;
  const n = Number(text);
  return n >= from ? n : undefined;
}

/** Reads a path and query. Whatever it does not know is `lost`. */
export function parseRoute(path: string, query: URLSearchParams): Route {
  const [head = "", second, third, fourth, ...rest] = path.split("/").slice(1).map(decodeURIComponent);
  if (rest.length > 0) return { page: "lost" };
  if (head === "" && second === undefined) return { page: "board" };
  if (head === "jobs" && !second) return { page: "jobs", cursor: query.get("cursor") ?? undefined };
  if (head === "jobs") {
    const id = natural(second, 1);
    const n = natural(fourth);
    if (id === undefined || (third !== undefined && (third !== "recipients" || n === undefined))) {
      return { page: "lost" };
    }
    const outcome = query.get("outcome");
    return { page: "job", id, n, outcome: isOutcome(outcome) ? outcome : undefined };
  }
  if (head === "calls" && second && third === undefined && parseAttemptKey(second)) {
    return { page: "call", key: second as AttemptKey, row: natural(query.get("row")) };
  }
  if (head === "inbound" && third === undefined) {
    if (!second) return { page: "inbound" };
    const id = natural(second, 1);
    return id === undefined ? { page: "lost" } : { page: "inbound", id, sheet: natural(query.get("page"), 1) };
  }
  if (head === "send" && third === undefined) {
    const channel = SEND_CHANNELS.find((c) => c === (second ?? "fax"));
    return channel ? { page: "send", channel } : { page: "lost" };
  }
  return { page: "lost" };
}

/** The URL of a state. */
export function urlOf(route: Route): string {
  switch (route.page) {
    case "board":
    case "lost":
      return "/";
    case "jobs":
      return route.cursor === undefined ? "/jobs" : `/jobs?cursor=${encodeURIComponent(route.cursor)}`;
    case "job": {
      const place = route.n === undefined ? "" : `/recipients/${route.n}`;
      return `/jobs/${route.id}${place}${route.outcome === undefined ? "" : `?outcome=${route.outcome}`}`;
    }
    case "call":
      return `/calls/${route.key}${route.row === undefined ? "" : `?row=${route.row}`}`;
    case "inbound":
      if (route.id === undefined) return "/inbound";
      return `/inbound/${route.id}${route.sheet === undefined ? "" : `?page=${route.sheet}`}`;
    case "send":
      return `/send/${route.channel}`;
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
