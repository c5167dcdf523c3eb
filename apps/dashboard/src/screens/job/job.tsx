// A job: its head, and behind tabs its recipients, how it is going, what it sends, and the request it came with.

import type { Client, JobDetail } from "@depesche/client";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { JOB_VIEWS, type RouteOf, urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { summaryOf, world } from "../../world.ts";
import { JobProgress } from "../dispatch/progress.tsx";
import { useReport } from "../dispatch/report.ts";
import { Attempts } from "./attempts.tsx";
import { JobContent } from "./content.tsx";
import { Filters } from "./filters.tsx";
import { JobHead } from "./head.tsx";
import { JobRaw } from "./raw.tsx";
import { Recipients } from "./recipients.tsx";

const TABS = {
  recipients: "recipients",
  progress: "progress",
  content: "content",
  raw: "jobTabRaw",
} as const;

interface Props {
  client: Client;
  here: RouteOf<"job">;
}

export function JobScreen({ client, here }: Props) {
  const { id, view = "recipients" } = here;
  useSignal(world); // paints again when the feed tells of the job
  const { value, error, reload } = useLoad(`job:${id}`, () => client.job(id));
  const job: JobDetail | undefined = value && { ...value, ...summaryOf(id) };
  const report = useReport(client, id, job?.state === "open" && view === "progress", job?.state);
  if (error !== undefined && !job) return <Failure error={error} again={reload} />;
  if (!job) return <p class="empty">{t("loading")}</p>;
  return (
    <div class="job">
      <JobHead client={client} job={job} report={report.value} reload={reload} />
      <nav class="tabs" aria-label={t("jobTabs")}>
        {JOB_VIEWS.map((tab) => (
          <a
            key={tab}
            href={urlOf({ page: "job", id, ...(tab === "recipients" ? {} : { view: tab }) })}
            aria-current={tab === view ? "page" : undefined}
          >
            {t(TABS[tab])}
          </a>
        ))}
      </nav>
      {view === "recipients" && <RecipientsTab client={client} job={job} here={here} />}
      {view === "progress" && <JobProgress job={job} report={report} />}
      {view === "content" && <JobContent client={client} job={job} />}
      {view === "raw" && <JobRaw client={client} id={id} />}
    </div>
  );
}

function RecipientsTab({ client, job, here }: Props & { job: JobDetail }) {
  // With a single recipient there is nothing to choose.
  if (job.total === 1) return <Attempts client={client} job={job} n={0} />;
  const { outcome, state, q, n } = here;
  return (
    <>
      <Filters job={job} here={here} />
      <div class={n === undefined ? "job-body" : "job-body with-attempts"}>
        <Recipients key={`${outcome} ${state} ${q}`} client={client} job={job} here={here} />
        {n !== undefined && (
          <Attempts key={n} client={client} job={job} n={n} onClose={urlOf({ ...here, n: undefined } as typeof here)} />
        )}
      </div>
    </>
  );
}
