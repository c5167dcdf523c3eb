// A handset with what it got and what it wrote, each message with its parts and what became of it.

import type { Client, SimMessage } from "@depesche/client";
import { useEffect, useRef } from "preact/hooks";
import { address, count, dateTime } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { useFollow } from "../../parts/follow.ts";
import type { IconName } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark, type Tone } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { alphabetWord, costText, SmsWhy } from "./sms-facts.tsx";
import { smsText } from "./sms-text.ts";

const MOST = 200;

/** The carrier's words as signs: a tick when the carrier has it, two when the handset has it. */
const STATES: Record<string, { icon: IconName; tone: Tone; word: Word }> = {
  accepted: { icon: "dot", tone: "calm", word: "phoneAccepted" },
  queued: { icon: "dot", tone: "calm", word: "phoneAccepted" },
  scheduled: { icon: "clock", tone: "calm", word: "phoneScheduled" },
  sending: { icon: "arrow", tone: "live", word: "phoneSending" },
  sent: { icon: "check", tone: "live", word: "phoneSent" },
  delivered: { icon: "checks", tone: "good", word: "phoneDelivered" },
  undelivered: { icon: "cross", tone: "bad", word: "phoneUndelivered" },
  failed: { icon: "cross", tone: "bad", word: "phoneFailed" },
  canceled: { icon: "minus", tone: "calm", word: "phoneCancelled" },
};

/** Twilio's codes of what did not arrive. */
const CODES: Record<number, Word> = {
  30003: "phone30003",
  30004: "phone30004",
  30005: "phone30005",
  30006: "phone30006",
  30007: "phone30007",
  30008: "phone30008",
};

export function SmsState({ message: { status, errorCode, inbound } }: { message: SimMessage }) {
  if (inbound) return <Mark icon="back" tone="calm" word={t("phoneReply")} />;
  const state = STATES[status];
  const why = errorCode === undefined ? undefined : CODES[errorCode];
  return (
    <>
      {state ? (
        <Mark icon={state.icon} tone={state.tone} word={t(state.word)} />
      ) : (
        <Mark icon="dot" tone="calm" word={status} />
      )}
      {errorCode !== undefined && (
        <span class="quiet">
          <code>{errorCode}</code> {why && t(why)}
        </span>
      )}
    </>
  );
}

export function Conversation({ client, number }: { client: Client; number: string }) {
  const { value, error, reload } = useLoad(`phone:${number}`, () =>
    client.simulation.messages({ number, limit: MOST }),
  );
  useFollow("sms", reload);
  const messages = [...(value?.messages ?? [])].sort((a, b) => a.simAt - b.simAt);
  const newest = messages.at(-1)?.id;
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (newest && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [newest]);
  return (
    <section class="handset" aria-label={address(number)}>
      <header class="handset-head">
        <h2>{address(number)}</h2>
        {value && <span class="quiet">{t("phoneCount", { n: count(messages.length) })}</span>}
      </header>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && messages.length === 0 && <p class="empty">{t("phoneSilent")}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
      <ol ref={list} class="bubbles" tabIndex={0} aria-label={t("phoneMessages")}>
        {messages.map((message) => (
          <Bubble key={message.id} message={message} />
        ))}
      </ol>
      <p class="quiet handset-foot">{t("phoneNoReply")}</p>
    </section>
  );
}

function Bubble({ message }: { message: SimMessage }) {
  const sms = smsText(message.text);
  const { parts } = sms;
  const forcing = new Set(sms.forcing);
  return (
    <li class={message.inbound ? "bubble own" : "bubble"}>
      <p class="bubble-meta">
        <b>{message.inbound ? t("phoneReply") : address(message.from) || "–"}</b>
        <time dateTime={new Date(message.simAt).toISOString()}>{dateTime(message.simAt)}</time>
      </p>
      <p class="bubble-text" dir="auto">
        {parts.map((part, index) => (
          <span key={index} class={parts.length > 1 ? "sms-part" : undefined}>
            {parts.length > 1 && (
              <b class="chip">
                {index + 1}/{parts.length}
              </b>
            )}
            <Marked text={part.text} forcing={forcing} />
          </span>
        ))}
      </p>
      <p class="bubble-facts">
        <SmsState message={message} />
        <span>
          <b>{alphabetWord(sms)}</b> · {costText(sms)}
        </span>
        {message.segments !== parts.length && (
          <Mark icon="alert" tone="warn" word={t("phoneCarrierCounts", { n: count(message.segments) })} />
        )}
        {message.job !== undefined && (
          <a href={urlOf({ page: "job", id: message.job, n: message.n })}>
            {t("job")} {message.job}
          </a>
        )}
      </p>
      {(sms.forcing.length > 0 || sms.doubled.length > 0) && (
        <p class="bubble-facts">
          <SmsWhy sms={sms} />
        </p>
      )}
    </li>
  );
}

/** The text with the characters that forced UCS-2 marked where they stand. */
function Marked({ text, forcing }: { text: string; forcing: ReadonlySet<string> }) {
  if (forcing.size === 0) return <>{text}</>;
  const runs: { text: string; forced: boolean }[] = [];
  for (const char of text) {
    const forced = forcing.has(char);
    const last = runs.at(-1);
    if (last?.forced === forced) last.text += char;
    else runs.push({ text: char, forced });
  }
  return <>{runs.map((run, index) => (run.forced ? <mark key={index}>{run.text}</mark> : run.text))}</>;
}
