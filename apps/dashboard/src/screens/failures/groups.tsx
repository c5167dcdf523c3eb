// Dead letters by channel, outcome and cause: how many, of how many jobs, since when, and what helps.

import type { FailureGroup } from "@depesche/client";
import { channelWord, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { OUTCOME_MARKS, OutcomeMark } from "../../parts/marks.tsx";
import { type FailureFilter, urlOf } from "../../route.ts";
import { causeWords } from "../call/causes.ts";
import { whereOf } from "./failures.tsx";

interface Props {
  groups: FailureGroup[];
  filter: FailureFilter;
  /** Of all groups. */
  total: number;
  onAgain(group: FailureGroup): void;
}

export function Groups({ groups, filter, total, onAgain }: Props) {
  return (
    <section aria-label={t("failuresGroups")}>
      <table class="failure-groups">
        <thead>
          <tr>
            <th>{t("outcome")}</th>
            <th class="grow">{t("failuresHelp")}</th>
            <th class="num">{t("recipients")}</th>
            <th class="num wide">{t("failuresJobs")}</th>
            <th class="wide">{t("failuresWhen")}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const { channel, outcome, cause } = group;
            const picked = filter.cause === cause.code;
            return (
              <tr key={`${channel} ${outcome} ${cause.code}`} class={picked ? "picked" : undefined}>
                <td>
                  <OutcomeMark outcome={outcome} />
                  <span class="group-channel">{channelWord(channel)}</span>
                </td>
                <td class="grow">
                  <a
                    class="row-link"
                    href={urlOf({ page: "failures", ...whereOf(filter, group) })}
                    aria-current={picked ? "true" : undefined}
                  >
                    {causeWords(cause)}
                  </a>{" "}
                  <code>{cause.code}</code>
                  <p class="advice">{t(`failuresAdvice${outcome}`)}</p>
                </td>
                <td class="num group-count">
                  <b>{count(group.count)}</b>
                  <span class="bar" aria-hidden="true">
                    <i class={OUTCOME_MARKS[outcome].tone} style={{ flexGrow: group.count / Math.max(1, total) }} />
                  </span>
                </td>
                <td class="num wide">{count(group.jobs)}</td>
                <td class="wide group-when">
                  <time dateTime={group.oldestAt}>{dateTime(group.oldestAt)}</time>
                  <time dateTime={group.latestAt}>{dateTime(group.latestAt)}</time>
                </td>
                <td class="num">
                  <button
                    type="button"
                    aria-label={t("failuresAgainGroup", { what: `${channelWord(channel)} ${outcome} ${cause.code}` })}
                    onClick={() => onAgain(group)}
                  >
                    <Icon name="loop" /> <span class="wide-word">{t("failuresAgain")}</span>
                  </button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
