// Twilio's REST API for messages (2010-04-01) over the simulated network.

import { timingSafeEqual } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type ErrorAnswer, errorAnswer, type RefusalCode } from "./answers.ts";
import { API_VERSION, type Message, readOrder, resource, resourceUri } from "./message.ts";
import type { Network } from "./network.ts";

export interface ApiConfig {
  accountSid: string;
  authToken: string;
  network: Network;
  /** Simulated time, ms since 1970. */
  now(): number;
}

const FORM_LIMIT_BYTES = 64 * 1024;
const PAGE_SIZE = 50;
const PAGE_SIZE_LIMIT = 1000;

export function messagesApi(config: ApiConfig): Hono<{ Bindings: HttpBindings }> {
  const { network } = config;
  const app = new Hono<{ Bindings: HttpBindings }>();
  const account = `/${API_VERSION}/Accounts/${config.accountSid}`;

  app.use(`/${API_VERSION}/*`, async (c, next) => {
    if (!isSignedIn(c.req.header("authorization"), config)) {
      c.header("www-authenticate", 'Basic realm="Twilio API"');
      return refuse(c, errorAnswer(20003));
    }
    return next();
  });
  app.use(
    bodyLimit({ maxSize: FORM_LIMIT_BYTES, onError: (c) => refuse(c, errorAnswer(20001, "The form is too large.")) }),
  );

  app.post(`${account}/Messages.json`, async (c) => {
    const order = readOrder(new URLSearchParams(await c.req.text()), config.now());
    if ("status" in order) return refuse(c, order);
    const taken = network.take(order);
    if (taken === "silence") return new Promise<Response>(() => {});
    if (taken === "answer lost") return hangUp(c);
    return "sid" in taken ? c.json(resource(taken), 201) : refuse(c, taken);
  });

  app.get(`${account}/Messages.json`, (c) => {
    const query = new URL(c.req.url).searchParams;
    const page = readPage(query);
    return "status" in page ? refuse(c, page) : c.json(listing(network, config.accountSid, query, page));
  });

  app.get(`${account}/Messages/:file{[A-Za-z0-9]+\\.json}`, (c) => withMessage(c, (m) => c.json(resource(m))));

  app.post(`${account}/Messages/:file{[A-Za-z0-9]+\\.json}`, (c) =>
    withMessage(c, async (message) => {
      const form = new URLSearchParams(await c.req.text());
      const status = form.get("Status");
      if (status !== null && status !== "canceled")
        return refuse(c, errorAnswer(20001, "'Status' must be 'canceled'."));
      if (status === "canceled" && !network.cancel(message)) return refuse(c, errorAnswer(30409));
      const body = form.get("Body");
      if (body !== null && body !== "") return refuse(c, errorAnswer(20001, "'Body' can only be emptied."));
      if (body === "") network.redact(message);
      return c.json(resource(message));
    }),
  );

  app.delete(`${account}/Messages/:file{[A-Za-z0-9]+\\.json}`, (c) =>
    withMessage(c, (message) => (network.remove(message) ? c.body(null, 204) : refuse(c, errorAnswer(20009)))),
  );

  app.all(`${account}/Messages.json`, methodNotAllowed);
  app.all(`${account}/Messages/:file{[A-Za-z0-9]+\\.json}`, methodNotAllowed);

  app.get(`${account}/Messages/:sid/Media.json`, (c) => {
    const message = network.get(c.req.param("sid"));
    const uri = c.req.path;
    return message === undefined
      ? notFound(c)
      : c.json({ media_list: [], page: 0, page_size: PAGE_SIZE, start: 0, end: 0, uri, next_page_uri: null });
  });

  app.notFound(notFound);
  app.onError((error, c) => {
    const message = `The simulator could not do this: ${error.message}`;
    return c.json({ code: 20500, message, more_info: "https://www.twilio.com/docs/errors/20500", status: 500 }, 500);
  });
  return app;

  function withMessage(c: Context, use: (message: Message) => Response | Promise<Response>) {
    const message = network.get((c.req.param("file") ?? "").replace(/\.json$/, ""));
    return message === undefined ? notFound(c) : use(message);
  }
}

function refuse(c: Context, answer: ErrorAnswer): Response {
  return c.json(answer.body, answer.status);
}

/** Breaks the connection in the place of an answer. */
function hangUp(c: Context<{ Bindings: HttpBindings }>): Response {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function notFound(c: Context): Response {
  const code: RefusalCode = 20404;
  return refuse(c, errorAnswer(code, c.req.path.slice(0, 200)));
}

function methodNotAllowed(c: Context): Response {
  return refuse(c, errorAnswer(20004));
}

function isSignedIn(header: string | undefined, config: ApiConfig): boolean {
  // The name of the scheme is written in any case (RFC 9110, 11.1).
  const given = Buffer.from((header ?? "").replace(/^basic +/i, "Basic "));
  const right = Buffer.from(`Basic ${Buffer.from(`${config.accountSid}:${config.authToken}`).toString("base64")}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

interface PageQuery {
  size: number;
  number: number;
  /** The page begins behind this message. */
  before: number | undefined;
  matches(message: Message): boolean;
}

function readPage(query: URLSearchParams): PageQuery | ErrorAnswer {
  const size = readCount(query.get("PageSize"), PAGE_SIZE);
  const number = readCount(query.get("Page"), 0);
  if (size === undefined || size < 1) return errorAnswer(20001, "'PageSize' must be a number from 1 to 1000.");
  if (number === undefined) return errorAnswer(20001, "'Page' must be a number.");
  const token = query.get("PageToken");
  const before = token === null ? undefined : /^PA([0-9a-f]{1,12})$/.exec(token)?.[1];
  if (token !== null && before === undefined) return errorAnswer(20001, "'PageToken' is not one of this list.");
  const days = ["DateSent", "DateSent<", "DateSent>"].map((name) => readDay(query.get(name)));
  if (days.includes("wrong")) return errorAnswer(20001, "'DateSent' must be a date.");
  const [on, until, since] = days as (Day | undefined)[];
  const [to, from] = [query.get("To"), query.get("From")];
  return {
    size: Math.min(size, PAGE_SIZE_LIMIT),
    number,
    before: before === undefined ? undefined : Number.parseInt(before, 16),
    matches: (m) =>
      (to === null || m.to === to) &&
      (from === null || m.from === from) &&
      (on === undefined || (m.sentAt !== undefined && m.sentAt >= on.from && m.sentAt < on.to)) &&
      (until === undefined || (m.sentAt !== undefined && m.sentAt < until.to)) &&
      (since === undefined || (m.sentAt !== undefined && m.sentAt >= since.from)),
  };
}

function readCount(given: string | null, unset: number): number | undefined {
  if (given === null) return unset;
  return /^\d{1,9}$/.test(given) ? Number(given) : undefined;
}

interface Day {
  from: number;
  /** Exclusive. */
  to: number;
}

/** A date stands for its whole day in UTC, a date with a time for its second. */
function readDay(given: string | null): Day | undefined | "wrong" {
  if (given === null) return undefined;
  const from = Date.parse(given);
  if (Number.isNaN(from)) return "wrong";
  return { from, to: from + (/^\d{4}-\d{2}-\d{2}$/.test(given) ? 86_400_000 : 1_000) };
}

/** One page of the list, with the links to its neighbours. */
function listing(network: Network, accountSid: string, query: URLSearchParams, page: PageQuery) {
  const found: Message[] = [];
  // A number without a token counts the pages from the newest.
  let skip = page.before === undefined ? page.number * page.size : 0;
  for (const message of network.messages(page.before)) {
    if (!page.matches(message) || skip-- > 0) continue;
    found.push(message);
    if (found.length > page.size) break;
  }
  const shown = found.slice(0, page.size);
  const link = (number: number, token?: string) => {
    const params = new URLSearchParams(query);
    params.set("PageSize", String(page.size));
    params.set("Page", String(number));
    params.delete("PageToken");
    if (token !== undefined) params.set("PageToken", token);
    return `${resourceUri(accountSid)}.json?${params}`;
  };
  const last = shown.at(-1);
  const isMore = found.length > page.size && last !== undefined;
  const start = page.number * page.size;
  const token = page.before === undefined ? undefined : `PA${page.before.toString(16)}`;
  return {
    messages: shown.map(resource),
    page: page.number,
    page_size: page.size,
    start,
    end: start + Math.max(0, shown.length - 1),
    uri: link(page.number, token),
    first_page_uri: link(0),
    next_page_uri: isMore ? link(page.number + 1, `PA${last.seq.toString(16)}`) : null,
    previous_page_uri: page.number > 0 ? link(0) : null,
  };
}
