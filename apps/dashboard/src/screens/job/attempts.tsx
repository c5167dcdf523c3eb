// What became of one recipient, and why: its attempts on one time axis, each with its cause in plain words and the way to its call.

import type { AttemptView, Client, ClockView, JobSummary } from "@depesche/client";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, clockTime, count, dateTime, deliveryWord, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark, OUTCOME_MARKS, OutcomeMark, RecipientMark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { onEvents, world } from "../../world.ts";
import { causeWords } from "../call/causes.ts";
import { type Axis, placeOn } from "./axis.ts";
import { courseOf, type Lane, type Span } from "./spans.ts";

interface Props {
  client: Client;
  job: JobSummary;
  n: number;
  /** Where closing leads; without, it stays. */
  onClose?: string;
}

/** The simulated clock by now, ms. */
function simulatedNow(clock: ClockView | undefined): number {
  if (!clock) return Date.now();
  return Date.parse(clock.now) + Math.max(0, Date.now() - Date.parse(clock.wall)) * clock.speed;
}

export function Attempts({ client, job, n, onClose }: Props) {
  const { value, error, reload } = useLoad(`attempts:${job.id}.${n}`, async () => {
    const [recipients, attempts] = await Promise.all([
      client.recipients(job.id, { from: n, limit: 1 }),
      client.attempts(job.id, n),
    ]);
    return { recipient: recipients.items[0], attempts: attempts.items };
  });
  const liveSince = useRef<number>(undefined);
  useEffect(
    () =>
      onEvents((events) => {
        const mine =
          events === "everything" ? [] : events.filter((event) => event.job === job.id && event.recipient === n);
        const started = mine.findLast((event) => event.type === "attempt.started");
        if (started) liveSince.current = Date.parse(started.simAt);
        if (events === "everything" || mine.length > 0) reload();
      }),
    [job.id, n, reload],
  );
  const { recipient, attempts = [] } = value ?? {};
  const isOpen = recipient !== undefined && recipient.state !== "final";
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => tick((k) => k + 1), 1000);
    return () => clearInterval(timer);
  }, [isOpen]);
  const title = (recipient && address(recipient.address)) || `${t("recipient")} ${n + 1}`;
  return (
    <aside class="attempts" aria-label={t("attempts")}>
      <div class="section-head">
        <h2>{title}</h2>
        {recipient && <RecipientMark row={recipient} />}
        {recipient?.reference && <p>{recipient.reference}</p>}
        {onClose && (
          <a class="button" href={onClose}>
            {t("close")}
          </a>
        )}
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {recipient && (
        <CourseList
          fax={job.channel === "fax"}
          delivery={recipient.delivery && { state: deliveryWord(recipient.delivery), at: recipient.deliveryAt }}
          course={courseOf({
            recipient,
            attempts,
            since: Math.max(Date.parse(job.simAcceptedAt), Date.parse(job.dueAt)),
            now: simulatedNow(world.get().clock),
            liveSince: liveSince.current,
          })}
        />
      )}
      {value && !recipient && <p class="empty">{t("jobNoSuchRecipient")}</p>}
    </aside>
  );
}

interface CourseProps {
  course: ReturnType<typeof courseOf>;
  fax: boolean;
  delivery: { state: string; at: string | undefined } | undefined;
}

function CourseList({ course: { lanes, axis, deliveredAt }, fax, delivery }: CourseProps) {
  return (
    <>
      <AxisHead axis={axis} />
      <ol class="course">
        {lanes.map((lane, i) => (
          <LaneItem key={lane.attempt?.key ?? i} lane={lane} axis={axis} fax={fax} k={i + 1} />
        ))}
        {delivery && (
          <li>
            <p class="attempt-head">
              <b>{t("delivery")}</b> <Mark icon="check" tone="calm" word={delivery.state} />
              {delivery.at && <time dateTime={delivery.at}>{dateTime(delivery.at)}</time>}
            </p>
            {deliveredAt !== undefined && (
              <Track axis={axis}>
                <i class="span-moment" style={{ left: `${placeOn(axis, deliveredAt)}%` }} />
              </Track>
            )}
          </li>
        )}
      </ol>
    </>
  );
}

function AxisHead({ axis }: { axis: Axis }) {
  return (
    <p class="axis" aria-hidden="true">
      {axis.ticks.map((at) => (
        <span key={at} style={{ left: `${placeOn(axis, at)}%` }}>
          {axis.step >= 86_400_000 ? dateTime(at).slice(0, 6) : clockTime(at).slice(0, axis.step < 60_000 ? 8 : 5)}
        </span>
      ))}
    </p>
  );
}

function Track({ axis, children }: { axis: Axis; children: ComponentChildren }) {
  return (
    <div class="track">
      {axis.ticks.map((at) => (
        <i key={at} class="tick" style={{ left: `${placeOn(axis, at)}%` }} />
      ))}
      {children}
    </div>
  );
}

/** Where a span lies; even the shortest can be seen and hit. */
function placed(axis: Axis, { from, to }: Span, least: number) {
  const left = placeOn(axis, from);
  return { left: `min(${left}%, 100% - ${least}px)`, width: `max(${placeOn(axis, to) - left}%, ${least}px)` };
}

function LaneItem({
  lane: { wait, call, attempt },
  axis,
  fax,
  k,
}: {
  lane: Lane;
  axis: Axis;
  fax: boolean;
  k: number;
}) {
  const tone = attempt ? OUTCOME_MARKS[attempt.outcome].tone : "live";
  const label = `${t("attempt")} ${k}`;
  return (
    <li>
      <p class="attempt-head">
        <b>{label}</b>
        {attempt ? (
          <OutcomeMark outcome={attempt.outcome} gloss />
        ) : call ? (
          <Mark icon="arrow" tone="live" word={t("jobOnTheLine")} />
        ) : (
          <Mark icon="clock" tone="warn" word={t(wait?.kind === "due" ? "jobDueAt" : "jobDueNow")} />
        )}
        {(attempt || call || wait?.kind === "due") && <time>{dateTime(call?.from ?? wait?.to ?? 0)}</time>}
      </p>
      <Track axis={axis}>
        {wait && (
          <i
            class={`span-wait ${wait.kind}`}
            style={placed(axis, wait, 0)}
            title={t("jobWaited", { time: duration(wait.to - wait.from) })}
          />
        )}
        {call &&
          (attempt && fax ? (
            <a
              class={`span-call ${tone}`}
              style={placed(axis, call, 14)}
              href={urlOf({ page: "call", key: attempt.key })}
            >
              <span class="unseen">{t("jobCallOf", { attempt: label, outcome: attempt.outcome })}</span>
            </a>
          ) : (
            <i class={`span-call ${tone} ${call.kind}`} style={placed(axis, call, 14)} />
          ))}
      </Track>
      {attempt && <AttemptFacts attempt={attempt} waited={wait} fax={fax} />}
    </li>
  );
}

function AttemptFacts({ attempt, waited, fax }: { attempt: AttemptView; waited: Span | undefined; fax: boolean }) {
  const facts = [
    waited && t("jobWaited", { time: duration(waited.to - waited.from) }),
    attempt.pages !== undefined && `${t("pages")}: ${count(attempt.pages)}`,
    attempt.durationMs !== undefined && duration(attempt.durationMs),
    attempt.rateBps !== undefined && `${count(attempt.rateBps)} bit/s`,
    attempt.coding,
    attempt.ecm && "ECM",
    attempt.remoteId,
    attempt.carrierId,
  ].filter(Boolean);
  return (
    <>
      <p>
        {causeWords(attempt.cause)} <code>{attempt.cause.code}</code>
      </p>
      <p class="quiet attempt-facts">
        {facts.join(" · ")}
        {attempt.repeat && <Mark icon="loop" tone="warn" word={t("repeat")} gloss={t("repeatGloss")} />}
        {attempt.interrupted && <Mark icon="minus" tone="warn" word={t("interrupted")} />}
        {fax && <a href={urlOf({ page: "call", key: attempt.key })}>{t("openCall")}</a>}
      </p>
    </>
  );
}
