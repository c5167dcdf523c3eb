// A job: what it is, how far it is, its recipients, and what may be told to it.

import type { Client, JobDetail } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";
import { useState } from "preact/hooks";
import { channelWord, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useBlobUrl, useLoad } from "../../parts/load.tsx";
import { JobMark, OutcomeBar, OutcomeMark } from "../../parts/marks.tsx";
import { go, type RouteOf, urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { summaryOf, world } from "../../world.ts";
import { Attempts } from "./attempts.tsx";
import { Recipients } from "./recipients.tsx";

interface Props {
  client: Client;
  here: RouteOf<"job">;
}

export function JobScreen({ client, here: { id, outcome, n: chosen } }: Props) {
  useSignal(world); // paints again when the feed tells of the job
  const { value, error, reload } = useLoad(`job:${id}`, () => client.job(id));
  if (error !== undefined && !value) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  const job: JobDetail = { ...value, ...summaryOf(id) };
  // With a single recipient there is nothing to choose.
  const n = job.total === 1 ? 0 : chosen;
  return (
    <div class={n === undefined ? "job" : "job with-attempts"}>
      <JobHead client={client} job={job} reload={reload} />
      <nav class="filters" aria-label={t("filter")}>
        <a href={urlOf({ page: "job", id })} aria-current={outcome === undefined ? "true" : undefined}>
          {t("all")} <b>{count(job.total)}</b>
        </a>
        {OUTCOMES.filter((o) => (job.outcomes[o] ?? 0) > 0).map((o) => (
          <a key={o} href={urlOf({ page: "job", id, outcome: o })} aria-current={o === outcome ? "true" : undefined}>
            <OutcomeMark outcome={o} /> <b>{count(job.outcomes[o] ?? 0)}</b>
          </a>
        ))}
      </nav>
      <div class="job-body">
        <Recipients key={outcome ?? "all"} client={client} job={job} outcome={outcome} picked={n} />
        {n !== undefined && <Attempts key={n} client={client} job={job} n={n} outcome={outcome} />}
      </div>
      <JobContent client={client} job={job} />
    </div>
  );
}

function JobHead({ client, job, reload }: { client: Client; job: JobDetail; reload(): void }) {
  return (
    <header class="job-head">
      <div class="section-head">
        <h1>
          {t("job")} {job.id} <small>{channelWord(job.channel)}</small>
        </h1>
        <JobMark job={job} />
        <Commands client={client} job={job} reload={reload} />
      </div>
      <OutcomeBar job={job} />
      <dl class="facts">
        <Fact word={t("recipients")} value={`${count(job.final)} / ${count(job.total)}`} />
        <Fact word={job.channel === "sms" ? t("parts") : t("pages")} value={count(job.pageCount)} />
        <Fact word={t("accepted")} value={dateTime(job.simAcceptedAt)} />
        <Fact word={t("due")} value={dateTime(job.dueAt)} />
        {job.doneAt && <Fact word={t("doneAt")} value={dateTime(job.doneAt)} />}
        <Fact word={t("priority")} value={String(job.priority)} />
        <Fact word={t("face")} value={job.face} />
      </dl>
    </header>
  );
}

function Fact({ word, value }: { word: string; value: string }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Outcomes another try may change; the gateway decides, this only says whether to offer it. */
const FINE: readonly Outcome[] = ["OK", "BLACKLIST", "CANCELLED"];

function Commands({ client, job, reload }: { client: Client; job: JobDetail; reload(): void }) {
  const [said, setSaid] = useState<string>();
  const [error, setError] = useState<unknown>();
  const failed = OUTCOMES.filter((o) => !FINE.includes(o)).reduce((sum, o) => sum + (job.outcomes[o] ?? 0), 0);
  const open = job.state === "open" && !job.cancelled;
  const run = (command: () => Promise<string | undefined>) => async () => {
    setError(undefined);
    try {
      setSaid(await command());
      reload();
    } catch (problem) {
      setError(problem);
    }
  };
  const cancel = run(async () => {
    if (!confirm(t("cancelAsk"))) return undefined;
    const { cancelled, inFlight } = await client.cancelJob(job.id);
    return t("cancelled", { n: count(cancelled), m: count(inFlight) });
  });
  const pause = run(async () => {
    await (job.paused ? client.resumeJob(job.id) : client.pauseJob(job.id));
    return undefined;
  });
  const resend = run(async () => {
    const { recipients } = await client.resendJob(job.id, { dryRun: true });
    if (!confirm(t("resendAsk", { n: count(recipients) }))) return undefined;
    const { id } = await client.resendJob(job.id);
    if (id !== undefined) go({ page: "job", id });
    return undefined;
  });
  return (
    <div class="commands">
      {open && (
        <button type="button" onClick={pause}>
          {job.paused ? t("resume") : t("pause")}
        </button>
      )}
      {open && (
        <button type="button" class="danger" onClick={cancel}>
          {t("cancel")}
        </button>
      )}
      {failed > 0 && (
        <button type="button" onClick={resend}>
          {t("resend")} ({count(failed)})
        </button>
      )}
      {said && <span role="status">{said}</span>}
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

const MOST_PREVIEWS = 12;

function JobContent({ client, job }: { client: Client; job: JobDetail }) {
  const options = Object.entries(job.options);
  const pages = Math.min(job.pages?.count ?? 0, MOST_PREVIEWS);
  return (
    <section class="job-content" aria-label={t("content")}>
      {job.letter && (
        <div>
          <h2>{t("address")}</h2>
          <address>{job.letter.address.join("\n")}</address>
          <p>
            {count(job.letter.sheets)} {t("sheets")}
          </p>
        </div>
      )}
      {job.text && (
        <div>
          <h2>{t("text")}</h2>
          <pre>{job.text}</pre>
        </div>
      )}
      {job.documents.length > 0 && (
        <div>
          <h2>{t("documents")}</h2>
          <ul>
            {job.documents.map(({ hash, name, bytes }) => (
              <li key={hash}>
                {name} <small>{count(Math.ceil(bytes / 1024))} KiB</small>
              </li>
            ))}
          </ul>
        </div>
      )}
      {options.length > 0 && (
        <div>
          <h2>{t("options")}</h2>
          <dl class="facts">
            {options.map(([name, value]) => (
              <Fact key={name} word={name} value={String(value)} />
            ))}
          </dl>
        </div>
      )}
      {pages > 0 && (
        <div>
          <h2>{t("preview")}</h2>
          <ol class="sheets">
            {Array.from({ length: pages }, (_, i) => (
              <Sheet key={`${job.id}:${i + 1}`} client={client} job={job} page={i + 1} />
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function Sheet({ client, job, page }: { client: Client; job: JobDetail; page: number }) {
  const { url } = useBlobUrl(`job-page:${job.id}:${page}`, () => client.jobPage(job.id, page));
  const label = t("pageOf", { k: page, n: job.pages?.count ?? page });
  return (
    <li>
      {url ? (
        <a href={url} target="_blank" rel="noreferrer">
          <img src={url} alt={label} />
        </a>
      ) : (
        <span class="sheet-empty" />
      )}
      <span>{page}</span>
    </li>
  );
}
