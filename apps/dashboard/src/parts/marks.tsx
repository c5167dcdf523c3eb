// Outcomes and states as word, sign and colour: never by colour alone.

import type { JobSummary, RecipientView } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";
import { count, outcomeGloss } from "../format.ts";
import { t } from "../language.ts";
import { Icon, type IconName } from "./icons.tsx";

/** good: it arrived. warn: it may work another time. bad: it failed. live: it is under way. calm: all else. */
export type Tone = "good" | "warn" | "bad" | "live" | "calm";

export const OUTCOME_MARKS: Record<Outcome, { icon: IconName; tone: Tone }> = {
  OK: { icon: "check", tone: "good" },
  BUSY: { icon: "busy", tone: "warn" },
  NOANSWER: { icon: "clock", tone: "warn" },
  VOICE: { icon: "voice", tone: "bad" },
  NORING: { icon: "slash", tone: "bad" },
  ISDNERR: { icon: "bolt", tone: "bad" },
  NOSERVICE: { icon: "square", tone: "bad" },
  SENDFAIL: { icon: "cross", tone: "bad" },
  BLACKLIST: { icon: "block", tone: "calm" },
  CANCELLED: { icon: "minus", tone: "calm" },
};

export function Mark({ icon, tone, word, gloss }: { icon: IconName; tone: Tone; word: string; gloss?: string }) {
  return (
    <span class={`mark ${tone}`} title={gloss}>
      <Icon name={icon} />
      <span>{word}</span>
    </span>
  );
}

/** The outside word with what it means. */
export function OutcomeMark({ outcome, gloss = false }: { outcome: Outcome; gloss?: boolean }) {
  const { icon, tone } = OUTCOME_MARKS[outcome];
  const meaning = outcomeGloss(outcome);
  return (
    <>
      <Mark icon={icon} tone={tone} word={outcome} gloss={meaning} />
      {gloss && <span class="gloss"> {meaning}</span>}
    </>
  );
}

export function RecipientMark({ row }: { row: Pick<RecipientView, "state" | "outcome"> }) {
  if (row.state === "final" && row.outcome) return <OutcomeMark outcome={row.outcome} />;
  if (row.state === "sending") return <Mark icon="arrow" tone="live" word={t("stateSending")} />;
  if (row.state === "retry") return <Mark icon="loop" tone="warn" word={t("stateRetry")} />;
  return <Mark icon="dot" tone="calm" word={t("stateQueued")} />;
}

export function JobMark({ job }: { job: JobSummary }) {
  if (job.cancelled) return <Mark icon="minus" tone="calm" word={t("stateCancelled")} />;
  if (job.state === "done") {
    const good = (job.outcomes.OK ?? 0) === job.total;
    return <Mark icon={good ? "check" : "alert"} tone={good ? "good" : "warn"} word={t("stateDone")} />;
  }
  if (job.paused) return <Mark icon="pause" tone="warn" word={t("statePaused")} />;
  return <Mark icon="arrow" tone="live" word={t("stateOpen")} />;
}

/** Outcomes of a job as a bar of its parts, with the numbers for those who do not see it. */
export function OutcomeBar({ job }: { job: Pick<JobSummary, "total" | "outcomes"> }) {
  const parts = OUTCOMES.flatMap((outcome) => {
    const n = job.outcomes[outcome] ?? 0;
    return n > 0 ? [{ outcome, n }] : [];
  });
  return (
    <span class="bar" role="img" aria-label={parts.map(({ outcome, n }) => `${count(n)} ${outcome}`).join(", ")}>
      {parts.map(({ outcome, n }) => (
        <i key={outcome} class={OUTCOME_MARKS[outcome].tone} style={{ flexGrow: n / Math.max(1, job.total) }} />
      ))}
    </span>
  );
}

/** `3 OK · 1 BUSY`, those that occur, the good ones first. */
export function OutcomeCounts({ outcomes }: { outcomes: JobSummary["outcomes"] }) {
  const parts = OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0);
  return (
    <span class="counts">
      {parts.map((outcome) => (
        <span key={outcome} class={`mark ${OUTCOME_MARKS[outcome].tone}`} title={outcomeGloss(outcome)}>
          <Icon name={OUTCOME_MARKS[outcome].icon} />
          <span>
            {count(outcomes[outcome] ?? 0)} {outcome}
          </span>
        </span>
      ))}
    </span>
  );
}
