// The board: what the lines do, what became of today's recipients, what waits, what has just ended. Everything on it is live.

import type { Client } from "@depesche/client";
import { t } from "../../language.ts";
import { JobTable } from "../../parts/job-table.tsx";
import { urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { world } from "../../world.ts";
import { LatestOutcomes } from "./latest.tsx";
import { Lines } from "./lines.tsx";
import { PagesPerMinute, Queue, TodayStrip } from "./today.tsx";

export function Board({ client }: { client: Client }) {
  const { today, jobs, lines, stats, account } = useSignal(world);
  return (
    <>
      <h1 class="unseen">{t("board")}</h1>
      {account && jobs.length === 0 && (
        <p class="empty">
          {t("boardAllQuiet")} <a href={urlOf({ page: "send", channel: "fax" })}>{t("boardTryIt")}</a>
        </p>
      )}
      <div class="board-figures">
        {today && <TodayStrip today={today} />}
        <Queue queue={stats.queue} />
        <PagesPerMinute minutes={stats.minutes} />
      </div>
      <Lines tiles={lines} />
      <div class="board-news">
        <section aria-labelledby="recent">
          <div class="section-head">
            <h2 id="recent">{t("recentJobs")}</h2>
            <p>
              <a href="/jobs">{t("allJobs")}</a>
            </p>
          </div>
          {jobs.length === 0 ? (
            <p class="empty">{t("noJobs")}</p>
          ) : (
            <JobTable jobs={jobs.slice(0, 12)} withDay={false} />
          )}
        </section>
        <LatestOutcomes client={client} />
      </div>
    </>
  );
}
