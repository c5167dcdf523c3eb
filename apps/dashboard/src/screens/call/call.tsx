// The call of an attempt: what both ends said, top to bottom, and any line of it taken apart.

import { ApiError, type Client, type Ladder, type LadderField, type LadderLine } from "@depesche/client";
import { type AttemptKey, parseAttemptKey } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, dateTime, duration, lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { download, errorText, Failure, useLoad } from "../../parts/load.tsx";
import { Mark, OutcomeMark } from "../../parts/marks.tsx";
import { go, type RouteOf, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";

interface Props {
  client: Client;
  here: RouteOf<"call">;
}

export function Call({ client, here: { key: attempt, row } }: Props) {
  const { job, n, k } = parseAttemptKey(attempt) as { job: number; n: number; k: number };
  const about = useLoad(`call:${attempt}`, async () => {
    const [recipients, attempts] = await Promise.all([
      client.recipients(job, { from: n, limit: 1 }),
      client.attempts(job, n),
    ]);
    return { recipient: recipients.items[0], attempt: attempts.items.find((a) => a.key === attempt) };
  });
  const ladder = useLoad(`ladder:${attempt}`, () => client.ladder(attempt));
  const { reload: reloadAbout } = about;
  const { reload: reloadLadder } = ladder;
  // A call that is still on the line: its record comes with its end.
  useEffect(
    () =>
      onEvents((events) => {
        const ended = (event: { type: string; job?: number; recipient?: number; attempt?: number }) =>
          event.type === "attempt.ended" && event.job === job && event.recipient === n && event.attempt === k;
        if (events === "everything" || !events.some(ended)) return;
        reloadAbout();
        reloadLadder();
      }),
    [job, n, k, reloadAbout, reloadLadder],
  );
  const { recipient, attempt: facts } = about.value ?? {};
  return (
    <>
      <div class="section-head">
        <h1>
          {t("call")} <small>{recipient ? address(recipient.address) : attempt}</small>
        </h1>
        {facts && <OutcomeMark outcome={facts.outcome} gloss />}
        <div class="commands">
          <a class="button" href={urlOf({ page: "job", id: job, n })}>
            {t("job")} {job}
          </a>
          {ladder.value && <PcapButton client={client} attempt={attempt} />}
        </div>
      </div>
      {facts && (
        <p class="quiet">
          {facts.cause.text} <code>{facts.cause.code}</code> · {t("attempt")} {k} · {dateTime(facts.startedAt)}
          {facts.durationMs !== undefined && ` · ${duration(facts.durationMs)}`}
        </p>
      )}
      {about.error !== undefined && <Failure error={about.error} again={about.reload} />}
      {ladder.error !== undefined && (
        <p class="empty">{isMissing(ladder.error) ? t("noLadder") : errorText(ladder.error)}</p>
      )}
      {ladder.value && <LadderView ladder={ladder.value} attempt={attempt} row={row} />}
    </>
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

function PcapButton({ client, attempt }: { client: Client; attempt: AttemptKey }) {
  const [error, setError] = useState<unknown>();
  const save = () => download(`call-${attempt}.pcap`, () => client.ladderPcap(attempt)).catch(setError);
  return (
    <>
      <button type="button" onClick={save}>
        <Icon name="down" /> {t("downloadPcap")}
      </button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}

function LadderView({ ladder, attempt, row }: { ladder: Ladder; attempt: AttemptKey; row: number | undefined }) {
  const table = useRef<HTMLTableElement>(null);
  const picked = row === undefined ? undefined : ladder.lines[row];
  const pick = (index: number) => {
    if (index < 0 || index >= ladder.lines.length) return;
    go({ page: "call", key: attempt, row: index }, true);
    table.current?.querySelectorAll<HTMLElement>("button.line-name")[index]?.focus();
  };
  const move = (event: KeyboardEvent) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    pick((row ?? -1) + (event.key === "ArrowDown" ? 1 : -1));
  };
  return (
    <div class="ladder">
      <table ref={table} onKeyDown={move}>
        <thead>
          <tr>
            <th class="num">{t("time")} (s)</th>
            <th class="party">{t("caller")}</th>
            <th class="arrow" aria-label="→" />
            <th class="party">{t("answerer")}</th>
            <th class="grow">{t("meaning")}</th>
            <th class="wide">{t("clause")}</th>
          </tr>
        </thead>
        <tbody>
          {ladder.lines.map((line, index) => (
            <LineRow key={index} line={line} isPicked={index === row} onPick={() => pick(index)} />
          ))}
        </tbody>
      </table>
      <aside class="decoded" aria-live="polite">
        {picked ? <Decoded line={picked} /> : <p class="empty">{t("pickRow")}</p>}
      </aside>
    </div>
  );
}

function LineRow({ line, isPicked, onPick }: { line: LadderLine; isPicked: boolean; onPick(): void }) {
  const fromCaller = line.from === "caller";
  const name = (
    <button type="button" class="line-name" aria-pressed={isPicked} onClick={onPick}>
      {line.name}
    </button>
  );
  return (
    <tr class={`${line.kind}${isPicked ? " picked" : ""}`}>
      <td class="num">{lineTime(line.lineUs)}</td>
      <td class="party">{fromCaller && name}</td>
      <td class="arrow">{line.kind !== "timer" && <Icon name={fromCaller ? "arrow" : "back"} />}</td>
      <td class="party">{!fromCaller && name}</td>
      <td class="grow">
        <span class="wide">{line.meaning}</span>
        {line.damaged && <Mark icon="alert" tone="bad" word={t("damaged")} />}
        {line.repeated && <Mark icon="loop" tone="warn" word={t("repeated")} />}
      </td>
      <td class="wide clause">{line.clause}</td>
    </tr>
  );
}

/** Where the standard defines a field: its clause and the bits it takes. */
function placeOf({ clause, bit, bits = 1 }: LadderField): string {
  const range = bit === undefined ? undefined : bits > 1 ? `bits ${bit}–${bit + bits - 1}` : `bit ${bit}`;
  return [clause, range].filter(Boolean).join(", ");
}

function Decoded({ line }: { line: LadderLine }) {
  return (
    <>
      <h2>{t("fieldsOf", { name: line.name })}</h2>
      <p>
        {line.meaning} {line.clause && <span class="clause">{line.clause}</span>}
      </p>
      {line.fields.length === 0 ? (
        <p class="quiet">{t("noFields")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>{t("field")}</th>
              <th>{t("value")}</th>
            </tr>
          </thead>
          <tbody>
            {line.fields.map((field, index) => (
              <tr key={`${index}:${field.name}`}>
                <th scope="row">
                  {field.name}
                  <span class="clause">{placeOf(field)}</span>
                </th>
                <td>{field.value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
