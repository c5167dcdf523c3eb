// What a job sends: text, documents, options, and its pages as they will look.

import type { Client, JobDetail } from "@depesche/client";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Fact } from "../../parts/fact.tsx";
import { useBlobUrl } from "../../parts/load.tsx";

const MOST_PREVIEWS = 24;

export function JobContent({ client, job }: { client: Client; job: JobDetail }) {
  const options = Object.entries(job.options);
  const pages = Math.min(job.pages?.count ?? 0, MOST_PREVIEWS);
  const nothing = !job.text && !job.letter && job.documents.length === 0 && options.length === 0 && pages === 0;
  return (
    <section class="job-content" aria-label={t("content")}>
      {nothing && <p class="empty">{t("jobNoContent")}</p>}
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
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
          <pre tabIndex={0}>{job.text}</pre>
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
