// SmsCarrier over Twilio's REST API, with the client of the `twilio` package.
// The API knows no idempotency key: where an answer was lost, the message list tells whether the message was taken.

import { AsyncLocalStorage } from "node:async_hooks";
import * as http from "node:http";
import type { SmsCarrier, SmsMessage, SmsReport, WallClock } from "@depesche/ports";
import { systemClock } from "@depesche/ports";
import twilio from "twilio";
import { reportOfRefusal } from "./answers.ts";
import { OpenQuestions } from "./open-questions.ts";

export interface TwilioConfig {
  /** AC and 32 hex digits. */
  accountSid: string;
  authToken: string;
  /** Default Twilio itself. */
  baseUrl?: string;
  /** Sender where a message has none of its own. */
  from?: string;
  /** Used in the place of a sender; Twilio then chooses one. */
  messagingServiceSid?: string;
  /** URL for status callbacks; `{attempt}` stands for the attempt key. */
  statusCallback?: string;
  /** How long one request may take. Default 10,000. */
  timeoutMs?: number;
  /** How long a request in flight may still take once the attempt was aborted. Default 1,000. */
  stopGraceMs?: number;
  /** Connections kept open. Default 50. */
  maxSockets?: number;
}

const INTERRUPTED: SmsReport = {
  outcome: "SENDFAIL",
  cause: { code: "interrupted", text: "The attempt was stopped by our own side." },
  temporary: true,
};

/** Faults of the network before anything can have reached the carrier. */
const NEVER_ARRIVED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** No answer of the API is larger. */
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;

/** The list is read so many messages at a time, newest first, back to the try in question. */
const PAGE_SIZE = 100;
const MOST_PAGES = 100;

/** The carrier's clock and ours need not agree to the second. */
const CLOCK_TOLERANCE_MS = 2_000;

/** Opens the carrier. Throws when the account or the URL cannot be right; network faults are reports of the messages. */
export function openTwilio(config: TwilioConfig, clock: WallClock = systemClock): SmsCarrier {
  const signals = new AsyncLocalStorage<AbortSignal>();
  const { client, disconnect } = connect(config, signals);
  const questions = new OpenQuestions();
  const inFlight = new Map<() => void, Promise<SmsReport>>();
  let closed = false;

  /** Sends, or learns that an earlier try of the same message has been taken. */
  async function deliver(message: SmsMessage): Promise<SmsReport> {
    const open = questions.about(message);
    if (open !== undefined) {
      const answer = await lookUp(message, open);
      if (answer !== undefined) return answer;
    }
    const startedAt = clock.now();
    const answered = questions.begin(message);
    try {
      const sent = await client.messages.create({
        to: message.to,
        body: message.text,
        ...sender(config, message),
        ...(config.statusCallback && {
          statusCallback: config.statusCallback.replaceAll("{attempt}", encodeURIComponent(message.id)),
        }),
      });
      if (!/^(SM|MM)[0-9a-f]{32}$/.test(sent.sid)) throw new TypeError("an answer without the message's id");
      return accepted(message, sent.sid);
    } catch (error) {
      answered();
      if (!mayHaveArrived(error)) return refusalOf(error) ?? unreachable(error);
      questions.ask(message, startedAt - CLOCK_TOLERANCE_MS);
      if (signals.getStore()?.aborted) return INTERRUPTED;
      return (await lookUp(message, startedAt - CLOCK_TOLERANCE_MS)) ?? refusalOf(error) ?? faultOf(error);
    } finally {
      answered();
    }
  }

  /** Undefined: the carrier does not have the message, so it may be sent. */
  async function lookUp(message: SmsMessage, since: number): Promise<SmsReport | undefined> {
    try {
      const alike: string[] = [];
      let page = await client.messages.page({ to: message.to, pageSize: PAGE_SIZE });
      for (let pages = 1; ; pages++) {
        const { instances } = page;
        const recent = instances.filter((m) => m.dateCreated.getTime() >= since);
        const ours = recent.filter((m) => m.body === message.text && m.direction.startsWith("outbound"));
        alike.push(...ours.map((m) => m.sid));
        if (instances.length === 0 || recent.length < instances.length || pages >= MOST_PAGES) break;
        const next = (await page.nextPage()) as typeof page | undefined;
        if (!next) break;
        page = next;
      }
      // One of them may belong to a request of the same text whose answer is still on its way.
      await questions.settled(message);
      // The oldest: a younger one may be what a later try asks for, which must not look as far back.
      const sid = alike.findLast((s) => !questions.isKnown(s));
      return sid === undefined ? undefined : accepted(message, sid);
    } catch (error) {
      return signals.getStore()?.aborted ? INTERRUPTED : lost(error);
    }
  }

  function accepted(message: SmsMessage, sid: string): SmsReport {
    questions.settle(message);
    questions.remember(sid);
    return {
      outcome: "OK",
      cause: { code: "carrier-accepted", text: "The carrier has accepted the message." },
      carrierId: sid,
    };
  }

  /** Runs one delivery; the message may be out already when it is stopped, so the answer is worth waiting for a little. */
  async function stoppable(message: SmsMessage, signal: AbortSignal): Promise<SmsReport> {
    const cut = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      // What has arrived while this process was busy is read first.
      timer ??= setTimeout(() => setImmediate(() => inFlight.has(stop) && cut.abort()), config.stopGraceMs ?? 1_000);
    };
    signal.addEventListener("abort", stop, { once: true });
    const delivery = signals.run(cut.signal, () => deliver(message)).catch(unreachable);
    inFlight.set(stop, delivery);
    const report = await delivery;
    inFlight.delete(stop);
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
    return report;
  }

  return {
    async submit(message, signal) {
      return closed || signal.aborted ? INTERRUPTED : stoppable(message, signal);
    },
    async close() {
      closed = true;
      const deliveries = [...inFlight.values()];
      for (const stop of inFlight.keys()) stop();
      await Promise.all(deliveries);
      disconnect();
    },
  };
}

function connect(config: TwilioConfig, signals: AsyncLocalStorage<AbortSignal>) {
  const maxSockets = config.maxSockets ?? 50;
  const httpClient = new twilio.RequestClient({
    timeout: config.timeoutMs ?? 10_000,
    keepAlive: true,
    maxSockets,
    maxTotalSockets: maxSockets,
    maxFreeSockets: maxSockets,
  });
  // The package makes an agent for https only; a local stand-in speaks http.
  const agent = new http.Agent({ keepAlive: true, maxSockets, maxFreeSockets: maxSockets });
  httpClient.axios.defaults.httpAgent = agent;
  httpClient.axios.defaults.maxContentLength = ANSWER_LIMIT_BYTES;
  httpClient.axios.interceptors.request.use((request) => {
    const signal = signals.getStore();
    if (signal !== undefined) request.signal = signal;
    return request;
  });
  const client = twilio(config.accountSid, config.authToken, { httpClient });
  if (config.baseUrl !== undefined) client.api.baseUrl = new URL(config.baseUrl).href;
  const disconnect = () => {
    agent.destroy();
    (httpClient.axios.defaults.httpsAgent as { destroy?(): void } | undefined)?.destroy?.();
  };
  return { client, disconnect };
}

function sender(config: TwilioConfig, message: SmsMessage): { from?: string; messagingServiceSid?: string } {
  // Twilio takes a long numeric sender in E.164 only; up to six digits are a short code.
  if (message.from !== undefined) return { from: message.from.replace(/^[1-9]\d{6,14}$/, "+$&") };
  if (config.messagingServiceSid !== undefined) return { messagingServiceSid: config.messagingServiceSid };
  return config.from === undefined ? {} : { from: config.from };
}

/** A readable answer that says no. */
function refusalOf(error: unknown): SmsReport | undefined {
  if (!(error instanceof twilio.RestException)) return undefined;
  return reportOfRefusal(error.status, typeof error.code === "number" ? error.code : undefined, error.message);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : "unknown";
}

/** No answer, or one that does not say whether the message was taken (a proxy's time-out, a fault in the midst). */
function mayHaveArrived(error: unknown): boolean {
  if (error instanceof twilio.RestException) return error.status >= 500;
  return !NEVER_ARRIVED.has(codeOf(error));
}

function unreachable(error: unknown): SmsReport {
  const text = `The carrier cannot be reached (${codeOf(error)}).`;
  return { outcome: "SENDFAIL", cause: { code: "carrier-unreachable", text }, temporary: true };
}

/** An answer that says yes and no more cannot be mended by sending again; a lost one can. */
function faultOf(error: unknown): SmsReport {
  if ((error as { isAxiosError?: boolean } | undefined)?.isAxiosError) return lost(error);
  const text = "The carrier says that it took the message, in an answer that cannot be read.";
  return { outcome: "SENDFAIL", cause: { code: "carrier-answer-unreadable", text } };
}

function lost(error: unknown): SmsReport {
  const text = `The carrier's answer was lost (${codeOf(error)}); the next try asks first whether the message was taken.`;
  return { outcome: "SENDFAIL", cause: { code: "carrier-answer-lost", text }, temporary: true };
}
