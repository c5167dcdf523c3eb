// A job's head: what it is, how far it is, what it costs, and what may be told to it.

import type { Client, JobDetail, JobReport } from "@depesche/client";
import { channelWord, count, dateTime, euros } from "../../format.ts";
import { t } from "../../language.ts";
import { Fact } from "../../parts/fact.tsx";
import { JobMark, OutcomeBar, OutcomeCounts } from "../../parts/marks.tsx";
import { world } from "../../world.ts";
import { Commands } from "./commands.tsx";

interface Props {
  client: Client;
  job: JobDetail;
  report: JobReport | undefined;
  reload(): void;
}

export function JobHead({ client, job, report, reload }: Props) {
  const account = world.get().account?.name;
  return (
    <header class="job-head">
      <div class="section-head">
        <h1>
          {t("job")} {job.id} <small>{channelWord(job.channel)}</small>
        </h1>
        <JobMark job={job} />
        <Commands client={client} job={job} onDone={reload} />
      </div>
      {job.title && <p class="job-title">{job.title}</p>}
      <OutcomeBar job={job} />
      <p class="job-counts">
        <OutcomeCounts outcomes={job.outcomes} />
      </p>
      <dl class="facts">
        <Fact word={t("recipients")} value={`${count(job.final)} / ${count(job.total)}`} />
        <Fact word={job.channel === "sms" ? t("parts") : t("pages")} value={count(job.pageCount)} />
        {report && <Fact word={`${t("jobPrice")} (${report.price.tariff})`} value={euros(report.price.millicents)} />}
        {account && <Fact word={t("jobAccount")} value={account} />}
        <Fact word={t("face")} value={job.face} />
        <Fact word={t("accepted")} value={dateTime(job.simAcceptedAt)} />
        <Fact word={t("due")} value={dateTime(job.dueAt)} />
        {job.doneAt && <Fact word={t("doneAt")} value={dateTime(job.doneAt)} />}
        <Fact word={t("priority")} value={String(job.priority)} />
      </dl>
    </header>
  );
}
