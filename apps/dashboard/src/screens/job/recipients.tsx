// Recipients of a job: a table of up to 100,000 rows, live, with the row one looks at in the URL.

import type { Client, JobSummary, RecipientView } from "@depesche/client";
import type { Outcome } from "@depesche/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, clockTime, count, deliveryWord, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure } from "../../parts/load.tsx";
import { Mark, RecipientMark } from "../../parts/marks.tsx";
import { RecipientRows } from "../../parts/recipient-rows.ts";
import { WindowTable } from "../../parts/window-table.tsx";
import { go, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";

interface Props {
  client: Client;
  job: JobSummary;
  outcome: Outcome | undefined;
  picked: number | undefined;
}

const COLUMNS = 8;

export function Recipients({ client, job, outcome, picked }: Props) {
  const [, paint] = useState(0);
  const rows = useMemo(
    () => new RecipientRows(client, job.id, outcome, () => paint((n) => n + 1)),
    [client, job.id, outcome],
  );
  useEffect(() => {
    const stop = onEvents((events) => rows.hear(events));
    return () => {
      stop();
      rows.close();
    };
  }, [rows]);
  const show = useCallback((from: number, to: number) => rows.show(from, to), [rows]);

  // With a filter only what was read is known; one row more asks for what follows.
  const known = rows.known;
  const total = outcome === undefined ? job.total : known.rows + (known.more ? 1 : 0);

  // The focus goes along with the keys, else it would stay in a row that leaves the view.
  const box = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (moved.current) box.current?.querySelectorAll<HTMLElement>("tr.picked a")[0]?.focus({ preventScroll: true });
    moved.current = false;
  });

  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || picked === undefined || outcome !== undefined) return;
    event.preventDefault();
    const n = Math.min(job.total - 1, Math.max(0, picked + step));
    moved.current = true;
    go({ page: "job", id: job.id, n }, true);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move within the table whose links take the focus
    <div class="recipients" ref={box} onKeyDown={move}>
      {rows.error !== undefined && <Failure error={rows.error} />}
      <WindowTable
        label={t("recipients")}
        total={total}
        columns={COLUMNS}
        reveal={outcome === undefined ? picked : undefined}
        onRange={show}
        head={
          <tr>
            <th class="num">{t("number")}</th>
            <th>{t("recipient")}</th>
            <th class="wide">{t("reference")}</th>
            <th>{t("outcome")}</th>
            <th class="wide grow">{t("cause")}</th>
            <th class="num wide">{t("attempts")}</th>
            <th class="num wide">{t("duration")}</th>
            <th class="num wide">{t("time")}</th>
          </tr>
        }
        row={(index) => (
          <Row key={index} index={index} job={job} outcome={outcome} row={rows.at(index)} picked={picked} />
        )}
      />
    </div>
  );
}

interface RowProps {
  index: number;
  job: JobSummary;
  outcome: Outcome | undefined;
  row: RecipientView | undefined;
  picked: number | undefined;
}

function Row({ index, job, outcome, row, picked }: RowProps) {
  if (!row) {
    return (
      <tr aria-rowindex={index + 1} class="waiting">
        <td colSpan={COLUMNS}>{t("loading")}</td>
      </tr>
    );
  }
  const when = row.state === "retry" || row.state === "queued" ? row.dueAt : row.sentAt;
  return (
    <tr aria-rowindex={index + 1} class={row.n === picked ? "picked" : undefined}>
      <td class="num">{count(row.n + 1)}</td>
      <td class="clip">
        <a
          class="row-link"
          href={urlOf({ page: "job", id: job.id, n: row.n, outcome })}
          aria-current={row.n === picked ? "true" : undefined}
        >
          {address(row.address) || "–"}
        </a>
      </td>
      <td class="wide clip">{row.reference}</td>
      <td>
        <RecipientMark row={row} />
        {row.delivery && <span class="delivery">{deliveryWord(row.delivery)}</span>}
        {row.repeated && <Mark icon="loop" tone="warn" word={t("repeat")} gloss={t("repeatGloss")} />}
      </td>
      <td class="wide grow clip" title={row.cause?.text}>
        {row.outcome === "OK" ? <span class="quiet">{row.remoteId}</span> : row.cause?.text}
      </td>
      <td class="num wide">{row.attempts}</td>
      <td class="num wide">{row.durationMs === undefined ? "" : duration(row.durationMs)}</td>
      <td class="num wide">{when === undefined ? "" : clockTime(when)}</td>
    </tr>
  );
}
