// A report's two charts, small and without a library: outcomes stacked by time, and how long attempts took.

import type { JobReport } from "@depesche/client";
import { OUTCOMES } from "@depesche/core";
import { clockTime, count, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { OUTCOME_MARKS, OutcomeMark } from "../../parts/marks.tsx";
import { barsOf } from "./figures.ts";

export function Outcomes({ report }: { report: JobReport }) {
  const bars = barsOf(report);
  const seen = OUTCOMES.filter((outcome) => report.timeline.some((bucket) => bucket.outcomes[outcome]));
  const last = report.timeline.at(-1);
  const most = Math.max(0, ...bars.map((bar) => bar.total));
  return (
    <section class="dispatch-chart wide-chart">
      <div class="section-head">
        <h2>{t("dispatchByTime")}</h2>
        <p>{t("dispatchBucket", { span: duration(report.bucketMs), n: count(most) })}</p>
      </div>
      <svg class="stack" viewBox={`0 0 ${bars.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map((bar, i) =>
          bar.parts.map(({ outcome, from, height }) => (
            <rect
              key={`${bar.at}${outcome}`}
              class={`of-${outcome} ${OUTCOME_MARKS[outcome].tone}`}
              x={i + 0.08}
              width={0.84}
              y={100 - from - height}
              height={height}
            />
          )),
        )}
      </svg>
      {bars[0] && last && (
        <p class="chart-ends" aria-hidden="true">
          <span>{clockTime(bars[0].at)}</span>
          <span>{clockTime(bars.at(-1)?.at ?? last.at)}</span>
        </p>
      )}
      <ul class="legend" aria-label={t("outcome")}>
        {seen.map((outcome) => (
          <li key={outcome}>
            <i class={`swatch of-${outcome} ${OUTCOME_MARKS[outcome].tone}`} aria-hidden="true" />
            <OutcomeMark outcome={outcome} gloss />
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("dispatchTable")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
        <div class="chart-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th>{t("dispatchWallTime")}</th>
                {seen.map((outcome) => (
                  <th key={outcome} class="num">
                    {outcome}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {report.timeline.map((bucket) => (
                <tr key={bucket.at}>
                  <td>{clockTime(bucket.at)}</td>
                  {seen.map((outcome) => (
                    <td key={outcome} class="num">
                      {count(bucket.outcomes[outcome] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}

export function Durations({ report }: { report: JobReport }) {
  const most = Math.max(1, ...report.durations.map((bucket) => bucket.count));
  if (report.durations.length === 0) return null;
  return (
    <section class="dispatch-chart">
      <div class="section-head">
        <h2>{t("dispatchDurations")}</h2>
        <p>{t("dispatchDurationsGloss")}</p>
      </div>
      <table class="bars">
        <thead>
          <tr>
            <th>{t("duration")}</th>
            <th class="grow">
              <span class="unseen">{t("dispatchShare")}</span>
            </th>
            <th class="num">{t("attempts")}</th>
          </tr>
        </thead>
        <tbody>
          {report.durations.map(({ fromMs, toMs, count: n }) => (
            <tr key={fromMs}>
              <td>{t("dispatchFromTo", { from: duration(fromMs), to: duration(toMs) })}</td>
              <td class="grow">
                <progress value={n} max={most} aria-hidden="true" />
              </td>
              <td class="num">{count(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
