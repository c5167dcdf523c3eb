// Mass dispatch: every job that runs, the largest with all that is known of it, and those that ended within the hour.

import type { Client, JobSummary } from "@depesche/client";
import { useEffect, useState } from "preact/hooks";
import { channelWord, count } from "../../format.ts";
import { t } from "../../language.ts";
import { JobTable } from "../../parts/job-table.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { JobMark, OutcomeCounts } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { onEvents, summaryOf, world } from "../../world.ts";
import { Commands } from "../job/commands.tsx";
import { doneAtWall, runningAndDone } from "./jobs.ts";
import { JobProgress, Standing } from "./progress.tsx";
import { useReport } from "./report.ts";

const HOUR = 3_600_000;
/** More reports at once would be a load of their own; the rest is a table. */
const CARDS = 6;
const MOST = 200;

export function Dispatch({ client }: { client: Client }) {
  const { jobs: newest, clock } = useSignal(world);
  const { value, error, reload } = useLoad("dispatch", async () => {
    const [open, done] = await Promise.all([
      client.jobs({ state: "open", limit: MOST }),
      client.jobs({ state: "done", limit: MOST }),
    ]);
    return { jobs: [...open.items, ...done.items], more: open.next !== undefined };
  });
  // After a break in the feed anything may have ended.
  useEffect(() => onEvents((events) => events === "everything" && reload()), [reload]);
  const { running, done } = runningAndDone(value?.jobs ?? [], newest, summaryOf, (job) => {
    const at = clock && doneAtWall(job, clock);
    return at !== undefined && at > Date.now() - HOUR;
  });
  return (
    <>
      <div class="section-head">
        <h1>{t("dispatch")}</h1>
        {running.length > 0 && (
          <p>{t("dispatchRunning", { n: `${count(running.length)}${value?.more ? "+" : ""}` })}</p>
        )}
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && running.length === 0 && (
        <p class="empty">
          {t("dispatchNone")} <a href={urlOf({ page: "send", channel: "fax" })}>{t("dispatchNoneHint")}</a>
        </p>
      )}
      {running.slice(0, CARDS).map((job, i) => (
        <Card key={job.id} client={client} job={job} startsOpen={i === 0} />
      ))}
      {running.length > CARDS && (
        <section aria-labelledby="more-running">
          <h2 id="more-running">{t("dispatchMore")}</h2>
          <JobTable jobs={running.slice(CARDS)} withDay={false} />
        </section>
      )}
      {done.length > 0 && (
        <section aria-labelledby="done-lately">
          <h2 id="done-lately">{t("dispatchDoneLately")}</h2>
          <JobTable jobs={done} withDay={false} />
        </section>
      )}
    </>
  );
}

function Card({ client, job, startsOpen }: { client: Client; job: JobSummary; startsOpen: boolean }) {
  const [isOpen, setOpen] = useState(startsOpen);
  const report = useReport(client, job.id, true, job.state);
  return (
    <article class="dispatch-card" aria-labelledby={`dispatch-${job.id}`}>
      <div class="section-head">
        <h2 id={`dispatch-${job.id}`}>
          <a href={urlOf({ page: "job", id: job.id, view: "progress" })}>
            {t("job")} {job.id}
          </a>{" "}
          <small>
            {channelWord(job.channel)} · {job.title}
          </small>
        </h2>
        <JobMark job={job} />
        <Commands client={client} job={job} />
      </div>
      <OutcomeCounts outcomes={job.outcomes} />
      {isOpen ? <JobProgress job={job} report={report} /> : <Standing job={job} report={report.value} />}
      <button type="button" class="plain" aria-expanded={isOpen} onClick={() => setOpen((open) => !open)}>
        {isOpen ? t("dispatchLess") : t("dispatchDetails")}
      </button>
    </article>
  );
}
