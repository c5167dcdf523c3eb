// The attempts of one recipient: each with its outcome, its cause in plain words, and the way to its call.

import type { AttemptView, Client, JobSummary } from "@depesche/client";
import type { Outcome } from "@depesche/core";
import { useEffect } from "preact/hooks";
import { address, count, dateTime, deliveryWord, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark, OutcomeMark, RecipientMark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";

interface Props {
  client: Client;
  job: JobSummary;
  n: number;
  outcome: Outcome | undefined;
}

export function Attempts({ client, job, n, outcome }: Props) {
  const { value, error, reload } = useLoad(`attempts:${job.id}.${n}`, async () => {
    const [recipients, attempts] = await Promise.all([
      client.recipients(job.id, { from: n, limit: 1 }),
      client.attempts(job.id, n),
    ]);
    return { recipient: recipients.items[0], attempts: attempts.items };
  });
  useEffect(
    () =>
      onEvents((events) => {
        const mine = events === "everything" || events.some((event) => event.job === job.id && event.recipient === n);
        if (mine) reload();
      }),
    [job.id, n, reload],
  );
  const { recipient, attempts = [] } = value ?? {};
  return (
    <aside class="attempts" aria-label={t("attempts")}>
      <div class="section-head">
        <h2>{recipient ? address(recipient.address) || `${t("recipient")} ${n + 1}` : `${t("recipient")} ${n + 1}`}</h2>
        {job.total > 1 && (
          <a class="button" href={urlOf({ page: "job", id: job.id, outcome })}>
            {t("close")}
          </a>
        )}
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {recipient && (
        <p class="attempt-now">
          <RecipientMark row={recipient} />
          {recipient.reference && <span>{recipient.reference}</span>}
          {recipient.delivery && <span>{deliveryWord(recipient.delivery)}</span>}
          {recipient.dueAt && recipient.state !== "final" && (
            <span>
              {t("next")}: {dateTime(recipient.dueAt)}
            </span>
          )}
        </p>
      )}
      {value && attempts.length === 0 && <p class="empty">{t("noAttempts")}</p>}
      <ol>
        {attempts.map((attempt) => (
          <Attempt key={attempt.key} attempt={attempt} fax={job.channel === "fax"} />
        ))}
      </ol>
    </aside>
  );
}

function Attempt({ attempt, fax }: { attempt: AttemptView; fax: boolean }) {
  const facts = [
    attempt.pages !== undefined && `${t("pages")}: ${count(attempt.pages)}`,
    attempt.durationMs !== undefined && duration(attempt.durationMs),
    attempt.rateBps !== undefined && `${count(attempt.rateBps)} bit/s`,
    attempt.coding,
    attempt.ecm && "ECM",
    attempt.remoteId,
    attempt.carrierId,
  ].filter(Boolean);
  return (
    <li>
      <p class="attempt-head">
        <OutcomeMark outcome={attempt.outcome} gloss />
        <time dateTime={attempt.startedAt}>{dateTime(attempt.startedAt)}</time>
      </p>
      <p>
        {attempt.cause.text} <code>{attempt.cause.code}</code>
      </p>
      {facts.length > 0 && <p class="quiet">{facts.join(" · ")}</p>}
      {attempt.repeat && <Mark icon="loop" tone="warn" word={t("repeat")} gloss={t("repeatGloss")} />}
      {attempt.interrupted && <Mark icon="minus" tone="warn" word={t("interrupted")} />}
      {fax && (
        <p>
          <a href={urlOf({ page: "call", key: attempt.key })}>{t("openCall")}</a>
        </p>
      )}
    </li>
  );
}
