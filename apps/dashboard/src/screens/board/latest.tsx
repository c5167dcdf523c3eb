// The latest outcomes as they come, and a way to hold them still.

import type { Client } from "@depesche/client";
import { attemptKey, OUTCOMES } from "@depesche/core";
import { useEffect, useMemo, useState } from "preact/hooks";
import { address, clockTime, count } from "../../format.ts";
import { t } from "../../language.ts";
import { Mark, OUTCOME_MARKS, OutcomeMark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";
import { Addresses } from "./addresses.ts";
import { type Fold, isFold, OutcomeStream, type Single, type StreamRow } from "./stream.ts";

interface Held {
  rows: StreamRow[];
  heard: number;
}

export function LatestOutcomes({ client }: { client: Client }) {
  const [, paint] = useState(0);
  const [held, hold] = useState<Held>();
  const again = () => paint((n) => n + 1);
  const stream = useMemo(() => new OutcomeStream(), []);
  const addresses = useMemo(() => new Addresses(client, again), [client]);
  useEffect(() => () => addresses.close(), [addresses]);
  // However often this asks for a paint, there is one a frame.
  useEffect(() => onEvents((events) => events !== "everything" && stream.hear(events) && again()), [stream]);
  const rows = held?.rows ?? stream.rows();
  return (
    <section aria-labelledby="latest">
      <div class="section-head">
        <h2 id="latest">{t("boardStream")}</h2>
        {held && <p>{t("boardStreamMissed", { n: count(stream.heard - held.heard) })}</p>}
        <div class="commands">
          <button
            type="button"
            class="plain"
            aria-pressed={held !== undefined}
            onClick={() => hold(held ? undefined : { rows: stream.rows(), heard: stream.heard })}
          >
            {held ? t("boardStreamGo") : t("boardStreamPause")}
          </button>
        </div>
      </div>
      {rows.length === 0 ? (
        <p class="empty">{t("boardStreamEmpty")}</p>
      ) : (
        <ol class="stream">
          {rows.map((row) =>
            isFold(row) ? (
              <FoldRow key={row.key} row={row} />
            ) : (
              <SingleRow key={row.key} row={row} called={addresses.of(row.job, row.n)} />
            ),
          )}
        </ol>
      )}
    </section>
  );
}

function SingleRow({
  row: { at, job, n, attempt, outcome, again },
  called,
}: {
  row: Single;
  called: string | undefined;
}) {
  const to =
    attempt === undefined
      ? urlOf({ page: "job", id: job, n })
      : urlOf({ page: "call", key: attemptKey(job, n, attempt) });
  return (
    <li>
      <time dateTime={at}>{clockTime(at)}</time>
      <a href={to}>{called ? address(called) : `${job}, ${t("boardNthOf", { n: count(n + 1) })}`}</a>
      <span>
        <OutcomeMark outcome={outcome} />
        {again && <span class="gloss"> {t("boardAgain", { time: clockTime(again) })}</span>}
      </span>
    </li>
  );
}

function FoldRow({ row: { at, job, outcomes } }: { row: Fold }) {
  return (
    <li class="fold">
      <time dateTime={at}>{clockTime(at)}</time>
      <a href={urlOf({ page: "job", id: job })}>
        {t("job")} {job}
      </a>
      <span class="counts">
        {OUTCOMES.filter((outcome) => outcomes[outcome]).map((outcome) => (
          <Mark
            key={outcome}
            icon={OUTCOME_MARKS[outcome].icon}
            tone={OUTCOME_MARKS[outcome].tone}
            word={`${count(outcomes[outcome] ?? 0)} ${outcome}`}
          />
        ))}
      </span>
    </li>
  );
}
