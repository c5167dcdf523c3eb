// Dead letters: who failed for good, grouped by why; sent again one by one, by group or by filter.

import type { Client, FailureGroup } from "@depesche/client";
import { CHANNELS, type Channel, OUTCOMES, type Outcome } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, channelWord, count } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { OUTCOME_MARKS } from "../../parts/marks.tsx";
import { moveByRow } from "../../parts/row-keys.ts";
import { type FailureFilter, go, type RouteOf, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";
import { causeWords } from "../call/causes.ts";
import { Again, type AgainOrder } from "./again.tsx";
import { FailureList } from "./failure-list.tsx";
import { Groups } from "./groups.tsx";

/** Between two readings while recipients keep failing. */
const REFRESH_MS = 2_000;

/** Counts up when something failed since it was last looked at, at most every two seconds. */
function useFailing(): number {
  const [beat, setBeat] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEvents((events) => {
      const failed =
        events === "everything" ||
        events.some(({ outcome, final, type }) => outcome && outcome !== "OK" && (final || type === "recipient.final"));
      if (!failed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        setBeat((n) => n + 1);
      }, REFRESH_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return beat;
}

function filterOf({ channel, outcome, cause, job, address }: FailureFilter): FailureFilter {
  return { channel, outcome, cause, job, address };
}

export function Failures({ client, here }: { client: Client; here: RouteOf<"failures"> }) {
  const filter = filterOf(here);
  const key = urlOf(here);
  const failing = useFailing();
  const [sent, setSent] = useState(0);
  const [order, setOrder] = useState<AgainOrder>();
  const { value, error, reload } = useLoad(key, () => client.failureGroups(filter));
  const beat = failing + sent;
  useEffect(() => {
    if (beat > 0) reload();
  }, [beat]);

  const groups = value?.items ?? [];
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const filtered = Object.values(filter).some((field) => field !== undefined);
  const close = () => setOrder(undefined);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move within the tables whose links take the focus
    <div class="failures" onKeyDown={moveByRow}>
      <div class="section-head">
        <h1>{t("failures")}</h1>
        <p>{t("failuresLead")}</p>
        {total > 0 && (
          <div class="commands">
            <button
              type="button"
              onClick={() =>
                setOrder({
                  input: { where: filter },
                  what: t("failuresTotal", { n: count(total), k: count(groups.length) }),
                })
              }
            >
              <Icon name="loop" /> {filtered ? t("failuresAgainShown") : t("failuresAgainAll")}
            </button>
          </div>
        )}
      </div>
      <Filters filter={filter} />
      {error !== undefined && <Failure error={error} again={reload} />}
      {!value && error === undefined && <p class="empty">{t("loading")}</p>}
      {value && groups.length === 0 && (
        <p class="empty">
          {filtered ? t("failuresNoneHere") : t("failuresNone")}{" "}
          {filtered && <a href={urlOf({ page: "failures" })}>{t("failuresShowAll")}</a>}
        </p>
      )}
      {groups.length > 0 && (
        <>
          <Groups
            groups={groups}
            filter={filter}
            total={total}
            onAgain={(group) => setOrder({ input: { where: whereOf(filter, group) }, what: groupName(group) })}
          />
          <FailureList
            key={key}
            client={client}
            filter={filter}
            total={total}
            failing={failing}
            sent={sent}
            onAgain={({ job, n, address: to, outcome }) =>
              setOrder({ input: { recipients: [{ job, n }] }, what: `${address(to) || `${job}.${n}`} · ${outcome}` })
            }
          />
        </>
      )}
      {order && <Again client={client} order={order} onDone={() => setSent((n) => n + 1)} onClose={close} />}
    </div>
  );
}

/** The filter narrowed to a group. */
export function whereOf(filter: FailureFilter, { channel, outcome, cause }: FailureGroup): FailureFilter {
  return { ...filter, channel, outcome, cause: cause.code };
}

function groupName({ channel, outcome, cause, count: n }: FailureGroup): string {
  return `${channelWord(channel)} · ${outcome} · ${causeWords(cause)} (${count(n)})`;
}

const FILTER_CHANNELS: readonly Channel[] = CHANNELS.filter((channel) => channel !== "null");
const FAILED: readonly Outcome[] = OUTCOMES.filter((outcome) => outcome !== "OK");

/** Channel and outcome at a click, job and address by a form; the cause is picked among the groups. */
function Filters({ filter }: { filter: FailureFilter }) {
  const to = (change: FailureFilter): void => {
    const next = { ...filter, ...change };
    // A cause belongs to its channel and outcome.
    if (("channel" in change || "outcome" in change) && filter.cause) next.cause = undefined;
    go({ page: "failures", ...next }, true);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const start = String(form.get("address") ?? "").trim();
    to({
      job: Number(form.get("job")) || undefined,
      // Numbers are kept without the spaces people write into them.
      address: (start.includes("@") ? start : start.replace(/[\s()/-]/g, "").replace(/^00/, "+")) || undefined,
    });
  };
  return (
    <form class="failure-filters" onSubmit={submit}>
      <label>
        <span>{t("channel")}</span>
        <select
          value={filter.channel ?? ""}
          onChange={({ currentTarget: { value } }) => to({ channel: (value || undefined) as Channel | undefined })}
        >
          <option value="">{t("all")}</option>
          {FILTER_CHANNELS.map((channel) => (
            <option key={channel} value={channel}>
              {channelWord(channel)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t("outcome")}</span>
        <select
          value={filter.outcome ?? ""}
          onChange={({ currentTarget: { value } }) => to({ outcome: (value || undefined) as Outcome | undefined })}
        >
          <option value="">{t("all")}</option>
          {FAILED.map((outcome) => (
            <option key={outcome} value={outcome}>
              {outcome} – {t(`gloss${outcome}`)}
            </option>
          ))}
        </select>
      </label>
      <Field name="job" label={t("failuresFilterJob")} value={filter.job?.toString() ?? ""} digits />
      <Field name="address" label={t("failuresFilterAddress")} value={filter.address ?? ""} />
      <button type="submit">{t("failuresApply")}</button>
      {filter.cause && (
        <p class="filters">
          <a
            href={urlOf({ page: "failures", ...filter, cause: undefined })}
            aria-label={t("failuresWithout", { what: filter.cause })}
          >
            {filter.outcome && <Icon name={OUTCOME_MARKS[filter.outcome].icon} />} {filter.cause} <Icon name="cross" />
          </a>
        </p>
      )}
      {Object.values(filter).some((field) => field !== undefined) && (
        <a class="reset" href={urlOf({ page: "failures" })}>
          {t("failuresShowAll")}
        </a>
      )}
    </form>
  );
}

/** Shows what the URL says, and keeps what is being typed while the screen paints again. */
function Field({ name, label, value, digits }: { name: string; label: string; value: string; digits?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.value = value;
  }, [value]);
  return (
    <label class={`${name}-filter`}>
      <span>{label}</span>
      <input
        ref={input}
        name={name}
        spellcheck={false}
        autocomplete="off"
        inputMode={digits ? "numeric" : undefined}
        pattern={digits ? "[0-9]*" : undefined}
      />
    </label>
  );
}
