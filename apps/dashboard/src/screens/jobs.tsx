// All jobs, page by page, newest first. The first page follows the feed.

import type { Client } from "@depesche/client";
import { t } from "../language.ts";
import { JobTable } from "../parts/job-table.tsx";
import { Failure, useLoad } from "../parts/load.tsx";
import { urlOf } from "../route.ts";
import { useSignal } from "../signal.ts";
import { summaryOf, world } from "../world.ts";

const PAGE = 50;

export function Jobs({ client, cursor }: { client: Client; cursor: string | undefined }) {
  const { jobs: newest } = useSignal(world);
  const { value, error, reload } = useLoad(`jobs:${cursor ?? ""}`, () => client.jobs({ limit: PAGE, cursor }));
  const loaded = value?.items ?? [];
  const latest = loaded[0]?.id ?? 0;
  const jobs =
    cursor === undefined
      ? [...newest.filter((job) => job.id > latest), ...loaded.map((job) => summaryOf(job.id) ?? job)]
      : loaded.map((job) => summaryOf(job.id) ?? job);
  return (
    <>
      <div class="section-head">
        <h1>{t("jobs")}</h1>
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && jobs.length === 0 && (
        <p class="empty">
          {t("noJobs")} <a href={urlOf({ page: "send", channel: "fax" })}>{t("noJobsHint")}</a>
        </p>
      )}
      {jobs.length > 0 && <JobTable jobs={jobs} withDay />}
      {value?.next !== undefined && (
        <p class="pager">
          <a class="button" href={urlOf({ page: "jobs", cursor: value.next })}>
            {t("more")}
          </a>
        </p>
      )}
    </>
  );
}
