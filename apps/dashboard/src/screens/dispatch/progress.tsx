// How a job is going: progress, rate, when it will be done, outcomes by time, durations, what fails and why.

import type { JobReport, JobSummary } from "@depesche/client";
import { count, percent, span } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, type Loaded } from "../../parts/load.tsx";
import { Durations, Outcomes } from "./charts.tsx";
import { spanOf } from "./figures.ts";
import { Causes, Prefixes } from "./worst.tsx";

export function JobProgress({ job, report: { value, error, reload } }: { job: JobSummary; report: Loaded<JobReport> }) {
  return (
    <section class="dispatch-job" aria-label={t("progress")}>
      <Standing job={job} report={value} />
      {error !== undefined && !value && <Failure error={error} again={reload} />}
      {value && job.final === 0 && <p class="empty">{t("dispatchNothingYet")}</p>}
      {value && job.final > 0 && (
        <div class="dispatch-charts">
          <Outcomes report={value} />
          <Durations report={value} />
          <Causes job={job.id} report={value} />
          <Prefixes job={job.id} report={value} />
        </div>
      )}
    </section>
  );
}

/** The bar, and in one line: how far, how fast, how long still. */
export function Standing({ job, report }: { job: JobSummary; report: JobReport | undefined }) {
  return (
    <div class="standing">
      <progress value={job.final} max={Math.max(1, job.total)} aria-label={t("progress")} />
      <p>
        <b>{percent(job.total === 0 ? 0 : job.final / job.total)}</b>
        <span>{t("dispatchOf", { done: count(job.final), all: count(job.total) })}</span>
        {report && job.state === "open" && (
          <>
            <span>{t("dispatchRate", { n: count(Math.round(report.perSecond * 10) / 10) })}</span>
            {report.sending > 0 && <span>{t("dispatchSending", { n: count(report.sending) })}</span>}
            {report.waiting > 0 && <span>{t("dispatchWaiting", { n: count(report.waiting) })}</span>}
          </>
        )}
        {report && <span>{t("dispatchAttempts", { n: count(report.attempts) })}</span>}
      </p>
      <p class="eta">{etaText(job, report)}</p>
    </div>
  );
}

/** When it will be done, with how sure that is, in words. */
function etaText(job: JobSummary, report: JobReport | undefined): string {
  if (job.cancelled) return t("stateCancelled");
  if (job.state === "done") return t("dispatchDone");
  if (job.paused) return t("dispatchPaused");
  if (!report?.eta) return report ? t("dispatchStill") : "\u00a0";
  const now = Date.parse(report.at);
  const [earliest, likely, latest] = [report.eta.earliest, report.eta.likely, report.eta.latest].map((at) => {
    const { unit, n } = spanOf(Date.parse(at) - now);
    return span(unit, n);
  });
  const said = t("dispatchEta", { likely: likely ?? "" });
  return earliest === latest
    ? said
    : `${said} ${t("dispatchRange", { earliest: earliest ?? "", latest: latest ?? "" })}`;
}
