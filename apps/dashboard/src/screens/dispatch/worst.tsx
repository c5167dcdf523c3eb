// Where a job fails: the prefixes with the most failures, and the causes. Each leads to those it counts.

import type { JobReport } from "@depesche/client";
import { count, percent } from "../../format.ts";
import { t } from "../../language.ts";
import { OutcomeCounts, OutcomeMark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { causeWords } from "../call/causes.ts";

export function Prefixes({ job, report: { prefixes } }: { job: number; report: JobReport }) {
  if (prefixes.length === 0) return null;
  return (
    <section class="dispatch-chart">
      <h2>{t("dispatchPrefixes")}</h2>
      <table class="bars">
        <thead>
          <tr>
            <th>{t("dispatchPrefix")}</th>
            <th class="num">{t("dispatchFailed")}</th>
            <th class="grow">
              <span class="unseen">{t("dispatchShare")}</span>
            </th>
            <th class="wide">{t("outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {prefixes.map(({ prefix, final, failed, outcomes }) => (
            <tr key={prefix}>
              <td>
                <a href={urlOf({ page: "job", id: job, q: prefix })}>{prefix}</a>
              </td>
              <td class="num">{t("dispatchFailedOf", { n: count(failed), all: count(final) })}</td>
              <td class="grow">
                <progress
                  class="bad"
                  value={failed}
                  max={Math.max(1, final)}
                  aria-label={percent(failed / Math.max(1, final))}
                />
              </td>
              <td class="wide">
                <OutcomeCounts outcomes={{ ...outcomes, OK: 0 }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Causes({ job, report: { causes } }: { job: number; report: JobReport }) {
  if (causes.length === 0) {
    return (
      <section class="dispatch-chart tall-chart">
        <h2>{t("dispatchCauses")}</h2>
        <p class="quiet">{t("dispatchNoFailures")}</p>
      </section>
    );
  }
  const most = Math.max(...causes.map((cause) => cause.count));
  return (
    <section class="dispatch-chart tall-chart">
      <div class="section-head">
        <h2>{t("dispatchCauses")}</h2>
        <p>
          <a href={urlOf({ page: "failures", job })}>{t("dispatchAllFailures")}</a>
        </p>
      </div>
      <table class="bars">
        <thead>
          <tr>
            <th>{t("outcome")}</th>
            <th class="grow">{t("cause")}</th>
            <th class="num">{t("recipients")}</th>
          </tr>
        </thead>
        <tbody>
          {causes.map(({ outcome, cause, count: n }) => (
            <tr key={`${outcome}${cause.code}`}>
              <td>
                <OutcomeMark outcome={outcome} />
              </td>
              <td class="grow">
                <a href={urlOf({ page: "failures", job, outcome, cause: cause.code })}>{causeWords(cause)}</a>{" "}
                <code>{cause.code}</code>
                <progress class="bad" value={n} max={most} aria-hidden="true" />
              </td>
              <td class="num">{count(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
