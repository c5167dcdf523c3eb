// The mobile network behind the API: takes messages, lets them pass their states in simulated time, tells what became of them.

import { randomBytes } from "node:crypto";
import { segment } from "@depesche/sms";
import { Agenda, type AgendaClock } from "./agenda.ts";
import { type ErrorAnswer, errorAnswer } from "./answers.ts";
import type { Callbacks } from "./callbacks.ts";
import { API_VERSION, bodyHash, type Message, type MessageOrder, type MessageStatus } from "./message.ts";
import { isMoodName, MOODS, type Mood, type MoodName, moodOfNumber, type Step } from "./moods.ts";
import { OptOuts } from "./opt-outs.ts";
import { endsFile, isWireLine, LineLog, type WireLine, wireLine } from "./wire-log.ts";

export interface NetworkConfig {
  accountSid: string;
  clock: AgendaClock;
  /** Wall time, ms since 1970. */
  wall(): number;
  callbacks: Callbacks;
  /** Messages remembered. */
  keep: number;
  /** File of the wire log; without it nothing outlives the process. */
  wireLog?: string;
  /** Mood of a number that is neither fiction nor a test number. */
  moodOf(to: string): MoodName | undefined;
}

/** States after which nothing more happens. */
const ENDS: readonly MessageStatus[] = ["delivered", "undelivered", "failed", "canceled", "received"];
/** States whose callback Twilio leaves out. */
const SILENT: readonly MessageStatus[] = ["sending"];
/** Messages throttled once and not yet seen again. */
const THROTTLED_LIMIT = 100_000;

export class Network {
  readonly #config: NetworkConfig;
  readonly #agenda: Agenda;
  readonly #log: LineLog | undefined;
  readonly #ends: LineLog | undefined;
  readonly #throttled = new Set<string>();
  readonly #optOuts = new OptOuts();
  readonly #bySid = new Map<string, Message>();
  /** Oldest first. */
  #kept: Message[] = [];
  #seq = 0;

  constructor(config: NetworkConfig) {
    this.#config = config;
    this.#agenda = new Agenda(config.clock);
    if (config.wireLog !== undefined) {
      this.#log = new LineLog(config.wireLog);
      this.#ends = new LineLog(endsFile(config.wireLog));
      this.#restore(this.#log, this.#ends);
    }
  }

  /** Takes a message, or does with it what its number's mood says. Throws when the wire log cannot be written. */
  take(order: MessageOrder): Message | ErrorAnswer | "silence" | "answer lost" {
    const met = this.#config.moodOf(order.to);
    const mood = moodOf(met, order.to);
    if (mood.kind === "silent") return "silence";
    if (mood.kind === "refuses") return errorAnswer(mood.code);
    if (this.#optOuts.forbids(order)) return errorAnswer(21610);
    if (mood.kind === "throttles-first" && this.#throttles(order)) return errorAnswer(20429);
    const { sendAt, ...fields } = order;
    const now = this.#config.wall();
    const message: Message = {
      ...fields,
      sid: newSid(),
      accountSid: this.#config.accountSid,
      seq: ++this.#seq,
      direction: "outbound-api",
      status: firstStatus(order),
      createdAt: now,
      updatedAt: now,
      simAt: this.#config.clock.now(),
    };
    this.#log?.append(wireLine(message, sendAt, met));
    this.#keep(message);
    this.#schedule(message, mood.steps, sendAt);
    return mood.kind === "loses-answer" ? "answer lost" : message;
  }

  /** A message from a telephone to a number of the account; posted to `url` when there is one. */
  receive(inbound: { from: string; to: string; text: string; url?: string }): Message {
    const cut = segment(inbound.text);
    const now = this.#config.wall();
    const message: Message = {
      sid: newSid(),
      accountSid: this.#config.accountSid,
      seq: ++this.#seq,
      to: inbound.to,
      from: inbound.from,
      body: inbound.text,
      encoding: cut.encoding,
      segments: cut.parts.length,
      media: 0,
      direction: "inbound",
      status: "received",
      createdAt: now,
      updatedAt: now,
      sentAt: now,
      simAt: this.#config.clock.now(),
    };
    this.#keep(message);
    const note = this.#optOuts.heed(inbound);
    if (note !== undefined) this.#ends?.append(note);
    if (inbound.url !== undefined) {
      void this.#config.callbacks.post(message.sid, inbound.url, {
        ...callbackFields(message),
        Body: message.body,
        NumMedia: "0",
        NumSegments: String(message.segments),
      });
    }
    return message;
  }

  get(sid: string): Message | undefined {
    return this.#bySid.get(sid);
  }

  /** Newest first, those with `seq < before`. */
  *messages(before = Number.POSITIVE_INFINITY): Generator<Message> {
    for (let i = this.#kept.length - 1; i >= 0; i--) {
      const message = this.#kept[i]!;
      if (message.seq < before) yield message;
    }
  }

  /** Stops a message that has not gone out; false when it is too late. */
  cancel(message: Message): boolean {
    if (!["scheduled", "accepted", "queued"].includes(message.status)) return false;
    this.#pass(message, { afterMs: 0, status: "canceled" });
    return true;
  }

  redact(message: Message): void {
    message.body = "";
    message.updatedAt = this.#config.wall();
  }

  /** Forgets a message; false while it is under way. */
  remove(message: Message): boolean {
    if (!ENDS.includes(message.status)) return false;
    this.#bySid.delete(message.sid);
    this.#kept = this.#kept.filter((kept) => kept !== message);
    return true;
  }

  close(): void {
    this.#agenda.close();
    this.#log?.close();
    this.#ends?.close();
  }

  #throttles(order: MessageOrder): boolean {
    const key = `${order.to} ${bodyHash(order.body)}`;
    if (this.#throttled.delete(key)) return false;
    this.#throttled.add(key);
    if (this.#throttled.size > THROTTLED_LIMIT) this.#throttled.delete(this.#throttled.values().next().value!);
    return true;
  }

  #keep(message: Message): void {
    this.#kept.push(message);
    this.#bySid.set(message.sid, message);
    // A tenth more at a time, so that not every message moves the whole list.
    if (this.#kept.length <= this.#config.keep * 1.1) return;
    for (const old of this.#kept.splice(0, this.#kept.length - this.#config.keep)) this.#bySid.delete(old.sid);
  }

  #schedule(message: Message, steps: readonly Step[], sendAt: number | undefined): void {
    const from = sendAt ?? message.simAt;
    const path: readonly Pass[] =
      message.messagingServiceSid === undefined ? steps : [{ afterMs: 0, status: "queued" }, ...steps];
    const next = (index: number) => {
      const step = path[index];
      if (step === undefined) return;
      this.#agenda.add(from + step.afterMs, () => {
        if (ENDS.includes(message.status)) return;
        this.#pass(message, step);
        next(index + 1);
      });
    };
    next(0);
  }

  #pass(message: Message, step: Pass): void {
    message.status = step.status;
    message.updatedAt = this.#config.wall();
    if (step.status === "sent") message.sentAt = message.updatedAt;
    if (step.errorCode !== undefined) message.errorCode = step.errorCode;
    if (ENDS.includes(step.status)) {
      this.#ends?.append({ sid: message.sid, status: step.status, errorCode: step.errorCode });
    }
    if (!SILENT.includes(step.status)) this.#tell(message);
  }

  /** Posts the state; that its end has been told is noted, so that a restarted simulator need not tell it again. */
  #tell(message: Message): void {
    if (message.statusCallback === undefined) return;
    const isEnd = ENDS.includes(message.status);
    this.#config.callbacks
      .post(message.sid, message.statusCallback, callbackFields(message))
      .then((done) => {
        if (done && isEnd) this.#ends?.append({ sid: message.sid, told: true });
      })
      // A note that cannot be written costs a callback told twice.
      .catch(() => {});
  }

  /** Knows the messages of an earlier run again, and lets those go on that had not reached their end. */
  #restore(log: LineLog, ends: LineLog): void {
    const notes = ends.tail();
    for (const note of notes) this.#optOuts.recall(note);
    const ended = new Map(notes.filter((line) => line.told !== true).map((line) => [line.sid, line]));
    const told = new Set(notes.filter((line) => line.told === true).map((line) => line.sid));
    for (const line of log.tail().filter(isWireLine).slice(-this.#config.keep)) {
      const message = messageOf(line, this.#config.accountSid, ++this.#seq);
      this.#keep(message);
      const end = ended.get(message.sid);
      if (end !== undefined) {
        message.status = end.status as MessageStatus;
        message.sentAt = message.createdAt;
        if (typeof end.errorCode === "number") message.errorCode = end.errorCode;
        if (!told.has(message.sid)) this.#tell(message);
        continue;
      }
      const mood = moodOf(line.mood, message.to);
      if ("steps" in mood) this.#schedule(message, mood.steps, line.sendAt);
    }
  }
}

interface Pass {
  afterMs: number;
  status: MessageStatus;
  errorCode?: number;
}

function newSid(): string {
  return `SM${randomBytes(16).toString("hex")}`;
}

function firstStatus(order: MessageOrder): MessageStatus {
  if (order.sendAt !== undefined) return "scheduled";
  return order.messagingServiceSid === undefined ? "queued" : "accepted";
}

function callbackFields(message: Message): Record<string, string> {
  return {
    MessageSid: message.sid,
    SmsSid: message.sid,
    MessageStatus: message.status,
    SmsStatus: message.status,
    AccountSid: message.accountSid,
    ...(message.from !== undefined && { From: message.from }),
    To: message.to,
    ApiVersion: API_VERSION,
    ...(message.messagingServiceSid !== undefined && { MessagingServiceSid: message.messagingServiceSid }),
    ...(message.errorCode !== undefined && { ErrorCode: String(message.errorCode) }),
  };
}

function messageOf(line: WireLine, accountSid: string, seq: number): Message {
  const order: MessageOrder = {
    to: line.to,
    from: line.from,
    messagingServiceSid: line.service,
    body: line.text,
    encoding: segment(line.text).encoding,
    segments: line.parts,
    media: 0,
    statusCallback: line.callback,
    sendAt: line.sendAt,
  };
  const { sendAt: _, ...fields } = order;
  return {
    ...fields,
    sid: line.sid,
    accountSid,
    seq,
    direction: "outbound-api",
    status: firstStatus(order),
    createdAt: line.at,
    updatedAt: line.at,
    simAt: line.simAt,
  };
}

/** What a message meets; nobody is reached at a number that no one has given a mood. */
function moodOf(met: unknown, to: string): Mood {
  return isMoodName(met) ? MOODS[met] : (moodOfNumber(to) ?? MOODS["unknown-subscriber"]);
}
