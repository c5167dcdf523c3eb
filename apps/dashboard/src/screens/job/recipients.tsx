// Recipients of a job: a table of up to 100,000 rows, live, moved through by keys, with the row one looks at in the URL.

import type { Client, JobSummary, RecipientView } from "@depesche/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, clockTime, count, deliveryWord, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure } from "../../parts/load.tsx";
import { Mark, RecipientMark } from "../../parts/marks.tsx";
import { RecipientRows } from "../../parts/recipient-rows.ts";
import { WindowTable } from "../../parts/window-table.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";
import { causeWords } from "../call/causes.ts";
import { rowAfter } from "./row-keys.ts";

interface Props {
  client: Client;
  job: JobSummary;
  here: RouteOf<"job">;
}

export function Recipients({ client, job, here }: Props) {
  const { outcome, state, q, n: picked } = here;
  const [, paint] = useState(0);
  const rows = useMemo(
    () => new RecipientRows(client, job.id, { outcome, state, q }, () => paint((n) => n + 1)),
    [client, job.id, outcome, state, q],
  );
  useEffect(() => {
    const stop = onEvents((events) => rows.hear(events));
    return () => {
      stop();
      rows.close();
    };
  }, [rows]);
  const moved = useRef(false);
  const show = useCallback(
    (from: number, to: number) => {
      rows.show(from, to);
      // The row that the focus goes to may be there only now, and nothing else asks for a paint.
      if (moved.current) paint((n) => n + 1);
    },
    [rows],
  );

  // With a filter only what was read is known; one row more asks for what follows.
  const filtered = outcome !== undefined || state !== undefined || q !== undefined;
  const known = rows.known;
  const length = filtered ? known.rows : job.total;
  const total = filtered && known.more ? length + 1 : length;

  const [cursor, setCursor] = useState(filtered ? 0 : (picked ?? 0));
  // Keys may come quicker than paints.
  const reached = useRef(cursor);
  const goTo = (index: number) => {
    reached.current = index;
    setCursor(index);
  };
  const box = useRef<HTMLDivElement>(null);
  // The focus goes along with the keys, as soon as the row it goes to is there.
  useEffect(() => {
    if (!moved.current) return;
    const link = box.current?.querySelector<HTMLElement>(`tr[aria-rowindex="${reached.current + 1}"] a`);
    if (!link) return;
    link.focus({ preventScroll: true });
    moved.current = false;
  });

  const move = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const window = box.current?.querySelector<HTMLElement>(".window");
    const next = rowAfter(event.key, reached.current, length, window?.clientHeight ?? 0);
    if (next === undefined) return;
    event.preventDefault();
    // The row that has the focus may leave the table; the keys must not leave with it.
    window?.focus({ preventScroll: true });
    moved.current = true;
    goTo(next);
    paint((n) => n + 1);
  };

  if (filtered && known.rows === 0 && !known.more) return <p class="empty">{t("jobNoMatch")}</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys move within the table whose links take the focus
    <div class="recipients" ref={box} onKeyDown={move}>
      {rows.error !== undefined && <Failure error={rows.error} />}
      <WindowTable
        label={t("recipients")}
        total={total}
        reveal={cursor}
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
          <Row key={index} index={index} here={here} row={rows.at(index)} isCursor={index === cursor} onFocus={goTo} />
        )}
      />
    </div>
  );
}

interface RowProps {
  index: number;
  here: RouteOf<"job">;
  row: RecipientView | undefined;
  isCursor: boolean;
  onFocus(index: number): void;
}

function Row({ index, here, row, isCursor, onFocus }: RowProps) {
  if (!row) {
    return (
      <tr aria-rowindex={index + 1} class="waiting">
        <td class="num">{here.outcome || here.state || here.q ? "" : count(index + 1)}</td>
        <td>{t("loading")}</td>
      </tr>
    );
  }
  const when = row.state === "retry" || row.state === "queued" ? row.dueAt : row.sentAt;
  const isPicked = row.n === here.n;
  const cause = row.cause && causeWords(row.cause);
  return (
    <tr aria-rowindex={index + 1} class={isPicked ? "picked" : undefined}>
      <td class="num">{count(row.n + 1)}</td>
      <td class="clip">
        <a
          class="row-link"
          href={urlOf({ ...here, n: row.n })}
          tabIndex={isCursor ? 0 : -1}
          onFocus={() => onFocus(index)}
          aria-current={isPicked ? "true" : undefined}
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
      <td class="wide grow clip" title={cause}>
        {row.outcome === "OK" ? <span class="quiet">{row.remoteId}</span> : cause}
      </td>
      <td class="num wide">{row.attempts}</td>
      <td class="num wide">{row.durationMs === undefined ? "" : duration(row.durationMs)}</td>
      <td class="num wide">{when === undefined ? "" : clockTime(when)}</td>
    </tr>
  );
}
