// The pages of a call: what was sent, what the other machine holds, and the proof that they are the same.

import { ApiError, type CallPage, type CallPages, type Client } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useBlobUrl, useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { type RouteOf, route, urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { onEvents, world } from "../../world.ts";
import { shapeOf } from "./page-shape.ts";
import { PageViewer } from "./page-viewer.tsx";

interface Props {
  client: Client;
  attempt: AttemptKey;
  /** From 1. */
  sheet?: number;
}

export function CallPagesView({ client, attempt, sheet = 1 }: Props) {
  const { value, error, reload } = useLoad(`pages:${attempt}`, () => client.callPages(attempt));
  useEffect(
    () =>
      onEvents((events) => {
        if (events === "everything") return reload();
        const isOurs = (e: { job?: number; recipient?: number; attempt?: number }) =>
          `${e.job}.${e.recipient}.${e.attempt}` === attempt;
        if (events.some((event) => event.type === "attempt.ended" && isOurs(event))) reload();
      }),
    [attempt, reload],
  );
  if (error !== undefined) {
    const missing = error instanceof ApiError && error.status === 404;
    return missing ? <p class="empty">{t("pagesGone")}</p> : <Failure error={error} again={reload} />;
  }
  if (!value) return <p class="empty">{t("loading")}</p>;
  const page = value.pages[Math.min(sheet, value.pages.length) - 1];
  if (!page) return <p class="empty">{t("pagesNone")}</p>;
  return (
    <section class="call-pages" aria-label={t("pages")}>
      <Verdict all={value} />
      <div class="call-pages-body">
        <Strip client={client} attempt={attempt} pages={value.pages} picked={page.n} />
        <PageViewer key={page.n} client={client} attempt={attempt} page={page} of={value.pages.length} />
      </div>
    </section>
  );
}

/** The whole call in one sentence. */
function Verdict({ all: { pages, receivedKept } }: { all: CallPages }) {
  const { simulated } = useSignal(world);
  if (!receivedKept) {
    return (
      <p class="pages-verdict">
        <Mark icon="dot" tone="calm" word={t("pagesOnlySent")} />
        <span class="quiet">{t(simulated ? "pagesLetGo" : "pagesReal")}</span>
      </p>
    );
  }
  const compared = pages.filter((page) => page.differing !== undefined);
  const pels = compared.reduce((sum, { sent }) => sum + (sent ? sent.width * sent.height : 0), 0);
  const differing = compared.reduce((sum, page) => sum + (page.differing ?? 0), 0);
  const lost = pages.length - compared.length;
  return (
    <p class="pages-verdict">
      {compared.length > 0 && (
        <strong>
          <Mark
            icon={differing === 0 ? "check" : "alert"}
            tone={differing === 0 ? "good" : "bad"}
            word={t("pagesDiffer", { n: count(differing), all: count(pels) })}
          />
        </strong>
      )}
      {lost > 0 && (
        <Mark icon="cross" tone="bad" word={t(lost === 1 ? "pagesLostOne" : "pagesLost", { n: count(lost) })} />
      )}
      <span class="quiet">
        {compared.length > 0 && t(differing === 0 ? "pagesSame" : "pagesOther", { n: count(compared.length) })}
      </span>
    </p>
  );
}

/** What is to be said about one page, in a word. */
export function PageMark({ page: { sent, received, differing } }: { page: CallPage }) {
  if (!sent) return <Mark icon="alert" tone="warn" word={t("pagesOnlyReceived")} />;
  if (!received) return <Mark icon="dot" tone="calm" word={t("pagesOnlySent")} />;
  if (differing === 0) return <Mark icon="check" tone="good" word={t("pagesIdentical")} />;
  return <Mark icon="alert" tone="bad" word={t("pagesPels", { n: count(differing ?? 0) })} />;
}

function Strip({
  client,
  attempt,
  pages,
  picked,
}: Required<Pick<Props, "client" | "attempt">> & { pages: CallPage[]; picked: number }) {
  const here = useSignal(route) as RouteOf<"call">;
  return (
    <ol class="page-strip" aria-label={t("pages")}>
      {pages.map((page) => (
        <li key={page.n}>
          <a href={urlOf({ ...here, sheet: page.n })} aria-current={page.n === picked ? "page" : undefined}>
            <span class="page-pair">
              <Thumb client={client} attempt={attempt} page={page} which="sent" />
              {page.received && <Thumb client={client} attempt={attempt} page={page} which="received" />}
            </span>
            <span class="page-label">
              <b>
                <span class="unseen">{t("page")} </span>
                {page.n}
              </b>{" "}
              <PageMark page={page} />
            </span>
          </a>
        </li>
      ))}
    </ol>
  );
}

interface ThumbProps {
  client: Client;
  attempt: AttemptKey;
  page: CallPage;
  which: "sent" | "received";
}

/** A small picture, asked for when it comes into view: a call may have hundreds of pages. */
function Thumb(props: ThumbProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || seen) return;
    const observer = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setSeen(true));
    observer.observe(element);
    return () => observer.disconnect();
  }, [seen]);
  const facts = props.page[props.which];
  return (
    <span class="thumb" ref={place} style={facts && { aspectRatio: String(shapeOf(facts).aspect) }}>
      {seen && facts && <ThumbPicture {...props} />}
    </span>
  );
}

function ThumbPicture({ client, attempt, page: { n }, which }: ThumbProps) {
  const { url } = useBlobUrl(`thumb:${attempt}:${n}:${which}`, () => client.callPage(attempt, n, which));
  return url ? <img src={url} alt="" /> : null;
}
