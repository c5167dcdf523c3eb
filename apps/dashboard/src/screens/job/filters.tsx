// Which recipients of a job are shown: by outcome, by state, by what is searched for. All of it in the URL.

import type { JobSummary } from "@depesche/client";
import { OUTCOMES } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { OutcomeMark, RecipientMark } from "../../parts/marks.tsx";
import { go, type RouteOf, urlOf } from "../../route.ts";

/** A pause in typing: then it is searched. */
const TYPED_MS = 250;
const STATES = ["queued", "sending", "retry"] as const;

export function Filters({ job, here: { id, outcome, state, q } }: { job: JobSummary; here: RouteOf<"job"> }) {
  const [typed, setTyped] = useState(q ?? "");
  // What was searched for comes back in the URL; whoever has typed on by then keeps what he typed.
  const searched = useRef(q ?? "");
  useEffect(() => {
    if (searched.current === (q ?? "")) return;
    searched.current = q ?? "";
    setTyped(q ?? "");
  }, [q]);
  useEffect(() => {
    if (typed.trim() === (q ?? "")) return;
    const timer = setTimeout(() => {
      const search = typed.trim();
      searched.current = search;
      go({ page: "job", id, ...(outcome && { outcome }), ...(state && { state }), ...(search && { q: search }) }, true);
    }, TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed, q, id, outcome, state]);
  const kept = q === undefined ? {} : { q };
  const all = outcome === undefined && state === undefined;
  return (
    <nav class="filters" aria-label={t("filter")}>
      <input
        type="search"
        value={typed}
        placeholder={t("jobSearch")}
        aria-label={t("jobSearch")}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <a href={urlOf({ page: "job", id, ...kept })} aria-current={all ? "true" : undefined}>
        {t("all")} <b>{count(job.total)}</b>
      </a>
      {OUTCOMES.filter((one) => one === outcome || (job.outcomes[one] ?? 0) > 0).map((one) => (
        <a
          key={one}
          href={urlOf({ page: "job", id, outcome: one, ...kept })}
          aria-current={one === outcome ? "true" : undefined}
        >
          <OutcomeMark outcome={one} /> <b>{count(job.outcomes[one] ?? 0)}</b>
        </a>
      ))}
      {STATES.filter((one) => one === state || job.state === "open").map((one) => (
        <a
          key={one}
          href={urlOf({ page: "job", id, state: one, ...kept })}
          aria-current={one === state ? "true" : undefined}
        >
          <RecipientMark row={{ state: one }} />
        </a>
      ))}
    </nav>
  );
}
