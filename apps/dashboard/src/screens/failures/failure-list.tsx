// Dead letters one by one: any number of them, the newest first.

import type { Client, FailureView } from "@depesche/client";
import { attemptKey } from "@depesche/core";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { address, channelWord, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure } from "../../parts/load.tsx";
import { OutcomeMark } from "../../parts/marks.tsx";
import { WindowTable } from "../../parts/window-table.tsx";
import { type FailureFilter, urlOf } from "../../route.ts";
import { causeWords } from "../call/causes.ts";
import { FailureRows } from "./failure-rows.ts";

const COLUMNS = 9;

interface Props {
  client: Client;
  filter: FailureFilter;
  /** How many the groups say there are. */
  total: number;
  /** Another number: there may be newer ones. */
  failing: number;
  /** Another number: some were sent again from here. */
  sent: number;
  onAgain(row: FailureView): void;
}

/** `filter` must stay the same as long as the list lives: give another one another key. */
export function FailureList({ client, filter, total, failing, sent, onAgain }: Props) {
  const [, paint] = useState(0);
  const rows = useMemo(() => new FailureRows(client, filter, () => paint((n) => n + 1)), [client]);
  useEffect(() => () => rows.close(), [rows]);
  useEffect(() => {
    if (failing > 0) rows.refresh();
  }, [rows, failing]);
  useEffect(() => {
    if (sent > 0) rows.reread();
  }, [rows, sent]);
  const show = useCallback((from: number, to: number) => rows.show(from, to), [rows]);
  return (
    <>
      <div class="section-head">
        <h2>
          {t("recipients")} <small>{count(total)}</small>
        </h2>
      </div>
      {rows.error !== undefined && <Failure error={rows.error} again={() => rows.refresh()} />}
      <WindowTable
        label={t("recipients")}
        total={rows.total}
        onRange={show}
        head={
          <tr>
            <th>{t("recipient")}</th>
            <th class="wide">{t("reference")}</th>
            <th class="num wide">{t("job")}</th>
            <th class="wide">{t("channel")}</th>
            <th>{t("outcome")}</th>
            <th class="wide grow">{t("cause")}</th>
            <th class="num wide">{t("attempts")}</th>
            <th class="num wide">{t("failuresFailedAt")}</th>
            <td />
          </tr>
        }
        row={(index) => <Row key={index} index={index} row={rows.at(index)} onAgain={onAgain} />}
      />
    </>
  );
}

function Row({
  index,
  row,
  onAgain,
}: {
  index: number;
  row: FailureView | undefined;
  onAgain(row: FailureView): void;
}) {
  if (!row) {
    return (
      <tr aria-rowindex={index + 1} class="waiting">
        <td colSpan={COLUMNS}>{t("loading")}</td>
      </tr>
    );
  }
  const { job, n, attempts } = row;
  const who = address(row.address) || `${job}.${n}`;
  return (
    <tr aria-rowindex={index + 1}>
      <td class="clip">
        <a class="row-link" href={urlOf({ page: "job", id: job, n })}>
          {who}
        </a>
      </td>
      <td class="wide clip">{row.reference}</td>
      <td class="num wide">
        <a href={urlOf({ page: "failures", job })}>{job}</a>
      </td>
      <td class="wide">{channelWord(row.channel)}</td>
      <td>
        <OutcomeMark outcome={row.outcome} />
      </td>
      <td class="wide grow clip" title={causeWords(row.cause)}>
        {causeWords(row.cause)}
      </td>
      <td class="num wide">
        {row.channel === "fax" && attempts > 0 ? (
          <a href={urlOf({ page: "call", key: attemptKey(job, n, attempts) })} title={t("failuresCall")}>
            {attempts} · {t("failuresCall")}
          </a>
        ) : (
          attempts
        )}
      </td>
      <td class="num wide">{dateTime(row.at)}</td>
      <td class="num">
        <button type="button" class="plain" aria-label={t("failuresAgainOne", { who })} onClick={() => onAgain(row)}>
          <Icon name="loop" /> <span class="wide-word">{t("failuresAgain")}</span>
        </button>
      </td>
    </tr>
  );
}
