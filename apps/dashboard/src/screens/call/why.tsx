// Why a call came out as it did: outcome, cause in plain words, the row that decided it, the attempts before and after, the facts.

import type { AttemptView, Ladder } from "@depesche/client";
import { count, dateTime, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Mark, OutcomeMark } from "../../parts/marks.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { causeWords, decidedAt } from "./causes.ts";

interface Props {
  here: RouteOf<"call">;
  k: number;
  /** Absent while the call is on the line. */
  facts: AttemptView | undefined;
  attempts: readonly AttemptView[];
  ladder: Ladder | undefined;
}

export function Why({ here, k, facts, attempts, ladder }: Props) {
  const live = ladder?.live;
  return (
    <section class="why" aria-label={t("callWhy")}>
      <p class="why-outcome">
        {facts ? (
          <OutcomeMark outcome={facts.outcome} gloss />
        ) : (
          <Mark icon="arrow" tone="live" word={t("callOnLine")} gloss={t("callOnLineGloss")} />
        )}
        {facts?.repeat && <Mark icon="loop" tone="warn" word={t("repeat")} gloss={t("repeatGloss")} />}
        {facts?.interrupted && <Mark icon="minus" tone="warn" word={t("interrupted")} />}
      </p>
      {facts ? (
        <Cause here={here} facts={facts} ladder={ladder} />
      ) : (
        <p class="why-cause">
          {t("callOnLineGloss")}{" "}
          {live && <small>{t("callSince", { time: dateTime(live.connectedAt), speed: count(live.speed) })}</small>}
        </p>
      )}
      {facts && <Facts facts={facts} />}
      <Account k={k} attempts={attempts} />
    </section>
  );
}

function Cause({ here, facts, ladder }: { here: RouteOf<"call">; facts: AttemptView; ladder: Ladder | undefined }) {
  const row = ladder && decidedAt(ladder.lines, facts.cause.code);
  const line = row === undefined ? undefined : ladder?.lines[row];
  return (
    <p class="why-cause">
      {causeWords(facts.cause)} <code>{facts.cause.code}</code>
      {line && (
        <>
          {" "}
          <a href={urlOf({ ...here, view: undefined, sheet: undefined, row })}>
            {t("callDecided")}: {line.name}
          </a>{" "}
          <span class="clause">{line.clause}</span>
        </>
      )}
    </p>
  );
}

function Facts({ facts }: { facts: AttemptView }) {
  const { rateBps, coding, ecm, pages, durationMs, remoteId, startedAt } = facts;
  const rows: [string, string | undefined][] = [
    [t("pages"), pages !== undefined && durationMs ? count(pages) : undefined],
    [t("duration"), durationMs ? duration(durationMs) : undefined],
    [t("rate"), rateBps === undefined ? undefined : `${count(rateBps)} bit/s`],
    [t("coding"), coding && `${coding}${ecm ? " · ECM" : ""}`],
    [t("callStation"), remoteId || undefined],
    [t("started"), dateTime(startedAt)],
  ];
  return (
    <dl class="facts">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** Where this attempt stands among those of its recipient. */
function Account({ k, attempts }: { k: number; attempts: readonly AttemptView[] }) {
  const numbered = attempts.map((attempt) => ({ attempt, k: Number(attempt.key.split(".")[2]) }));
  const before = numbered.findLast((one) => one.k < k)?.attempt;
  const after = numbered.find((one) => one.k > k)?.attempt;
  const all = Math.max(k, ...numbered.map((one) => one.k));
  return (
    <nav class="why-attempts" aria-label={t("attempts")}>
      {before && (
        <a href={urlOf({ page: "call", key: before.key })} rel="prev">
          <Icon name="back" /> <span class="unseen">{t("callPrevious")}:</span> <OutcomeMark outcome={before.outcome} />
        </a>
      )}
      <span>{t("callOf", { k, n: all })}</span>
      {after && (
        <a href={urlOf({ page: "call", key: after.key })} rel="next">
          <span class="unseen">{t("callNext")}:</span> <OutcomeMark outcome={after.outcome} /> <Icon name="arrow" />
        </a>
      )}
    </nav>
  );
}
