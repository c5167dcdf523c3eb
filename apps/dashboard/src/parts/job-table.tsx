// Jobs as a table: on the board and on the page of all jobs.

import type { JobSummary } from "@depesche/client";
import { channelWord, clockTime, count, dateTime } from "../format.ts";
import { t } from "../language.ts";
import { urlOf } from "../route.ts";
import { JobMark, OutcomeBar, OutcomeCounts } from "./marks.tsx";

export function JobTable({ jobs, withDay }: { jobs: readonly JobSummary[]; withDay: boolean }) {
  return (
    <table class="jobs">
      <thead>
        <tr>
          <th class="num">{t("number")}</th>
          <th class="wide">{t("channel")}</th>
          <th class="wide">{t("content")}</th>
          <th>{t("state")}</th>
          <th class="num">{t("recipients")}</th>
          <th class="grow">{t("outcome")}</th>
          <th class="wide num">{t("accepted")}</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id}>
            <td class="num">
              <a class="row-link" href={urlOf({ page: "job", id: job.id })}>
                {job.id}
              </a>
            </td>
            <td class="wide">{channelWord(job.channel)}</td>
            <td class="wide clip" title={job.title}>
              {job.title}
            </td>
            <td>
              <JobMark job={job} />
            </td>
            <td class="num">
              {job.final === job.total ? count(job.total) : `${count(job.final)} / ${count(job.total)}`}
            </td>
            <td class="grow">
              <OutcomeBar job={job} />
              <OutcomeCounts outcomes={job.outcomes} />
            </td>
            <td class="wide num">{withDay ? dateTime(job.simAcceptedAt) : clockTime(job.simAcceptedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
