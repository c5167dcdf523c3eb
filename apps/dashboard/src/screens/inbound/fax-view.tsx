// One received fax: its pages at any size, its call, the whole as a file.

import { ApiError, type Client, type InboundView } from "@depesche/client";
import { useState } from "preact/hooks";
import { address, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Fact } from "../../parts/fact.tsx";
import { Icon } from "../../parts/icons.tsx";
import { download, errorText, Failure, useBlobUrl } from "../../parts/load.tsx";
import { go, PAGE_ZOOMS, type PageZoom, type RouteOf, urlOf } from "../../route.ts";
import { FaxCall } from "./fax-call.tsx";
import { Broken, FaxState } from "./inbound.tsx";
import { Thumb } from "./thumb.tsx";

interface Props {
  client: Client;
  fax: InboundView;
  here: RouteOf<"inbound">;
}

export function FaxView({ client, fax, here }: Props) {
  const [problem, setProblem] = useState<unknown>();
  const [asking, setAsking] = useState(false);
  const gone = fax.state === "deleted";
  const keep = (format: "tif" | "pdf") => () =>
    download(`fax-${fax.id}.${format}`, () => client.inboundFile(fax.id, format)).catch(setProblem);
  return (
    <section class="fax-view" aria-label={`${t("fax")} ${fax.id}`}>
      <div class="section-head">
        <h2>
          {t("fax")} {fax.id}
        </h2>
        <FaxState fax={fax} />
        {!fax.complete && <Broken />}
        {!gone && (
          <div class="commands">
            <button type="button" onClick={keep("tif")}>
              <Icon name="down" /> {t("downloadTiff")}
            </button>
            <button type="button" onClick={keep("pdf")}>
              <Icon name="down" /> {t("downloadPdf")}
            </button>
            <button type="button" class="danger" onClick={() => setAsking(true)}>
              {t("remove")}
            </button>
          </div>
        )}
      </div>
      <dl class="facts">
        <Fact word={t("from")} value={address(fax.originator) || "–"} />
        <Fact word={t("to")} value={address(fax.called)} />
        <Fact word={t("inboundStation")} value={fax.remoteId || "–"} />
        <Fact word={t("pages")} value={count(fax.pages)} />
        <Fact word={t("received")} value={dateTime(fax.receivedAt)} />
      </dl>
      {!fax.complete && <p class="hint">{t("brokenOffGloss")}</p>}
      {problem !== undefined && <Failure error={problem} />}
      {gone ? (
        <p class="empty">{t("inboundGone")}</p>
      ) : (
        <>
          <nav class="switch fax-views" aria-label={`${t("fax")} ${fax.id}`}>
            <a href={urlOf({ ...here, view: undefined })} aria-current={here.view ? undefined : "true"}>
              {t("inboundViewPages")}
            </a>
            <a href={urlOf({ ...here, view: "ladder" })} aria-current={here.view ? "true" : undefined}>
              {t("inboundViewLadder")}
            </a>
          </nav>
          {here.view === "ladder" ? (
            <FaxCall client={client} id={fax.id} />
          ) : (
            <FaxPages client={client} fax={fax} here={here} />
          )}
        </>
      )}
      {asking && (
        <Remove
          client={client}
          id={fax.id}
          onClose={() => setAsking(false)}
          onDone={() => go({ page: "inbound", deleted: here.deleted })}
        />
      )}
    </section>
  );
}

function Remove(props: { client: Client; id: number; onClose(): void; onDone(): void }) {
  const { client, id, onClose, onDone } = props;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await client.deleteInbound(id);
      onDone();
    } catch (problem) {
      // Another one was quicker: it is gone, as wanted.
      if (problem instanceof ApiError && problem.status === 404) return onDone();
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("inboundDeleteTitle", { n: id })} onClose={onClose}>
      <p>{t("inboundDeleteNote")}</p>
      {error !== undefined && <Failure error={error} />}
      <p class="answers">
        <button type="button" class="danger" disabled={busy} onClick={() => void remove()}>
          {t("remove")}
        </button>
        <button type="button" onClick={onClose}>
          {t("inboundKeep")}
        </button>
      </p>
    </Dialog>
  );
}

function FaxPages({ client, fax, here }: Props) {
  const page = Math.min(here.sheet ?? 1, Math.max(1, fax.pages));
  const label = t("pageOf", { k: page, n: fax.pages });
  const turn = (to: number, name: string, icon: "back" | "arrow") =>
    to >= 1 &&
    to <= fax.pages && (
      <a class="button" href={urlOf({ ...here, sheet: to })} aria-label={name}>
        <Icon name={icon} />
      </a>
    );
  return (
    <>
      {fax.pages > 1 && (
        <ol class="fax-strip">
          {Array.from({ length: fax.pages }, (_, i) => i + 1).map((k) => (
            <li key={k}>
              <a
                href={urlOf({ ...here, sheet: k })}
                aria-label={t("inboundThumb", { k })}
                aria-current={k === page ? "true" : undefined}
              >
                <Thumb client={client} fax={fax.id} page={k} />
                {k}
              </a>
            </li>
          ))}
        </ol>
      )}
      <div class="page-tools">
        <nav class="switch" aria-label={t("pagesZoom")}>
          {[undefined, ...PAGE_ZOOMS].map((zoom) => (
            <a key={zoom} href={urlOf({ ...here, zoom })} aria-current={here.zoom === zoom ? "true" : undefined}>
              {zoom === undefined ? t("pagesFit") : `${zoom} %`}
            </a>
          ))}
        </nav>
        <nav class="page-turn" aria-label={t("pages")}>
          {turn(page - 1, t("previousPage"), "back")}
          <span>{label}</span>
          {turn(page + 1, t("nextPage"), "arrow")}
        </nav>
      </div>
      <Paper key={page} client={client} fax={fax.id} page={page} label={label} zoom={here.zoom} />
    </>
  );
}

interface PaperProps {
  client: Client;
  fax: number;
  page: number;
  label: string;
  zoom: PageZoom | undefined;
}

/** 100 % is one pel of the picture, whose lines the gateway has brought to their true aspect. */
function Paper({ client, fax, page, label, zoom }: PaperProps) {
  const { url, error } = useBlobUrl(`inbound:${fax}:${page}`, () => client.inboundPage(fax, page));
  const [width, setWidth] = useState<number>();
  if (error !== undefined) return <p class="empty">{errorText(error)}</p>;
  if (!url) return <div class="paper blank" />;
  return (
    <section class={`page-pane${zoom ? " zoomed" : ""}`} aria-label={label} tabIndex={zoom ? 0 : undefined}>
      <img
        class={zoom ? "fax-sheet pels" : "fax-sheet"}
        src={url}
        alt={label}
        onLoad={(event) => setWidth(event.currentTarget.naturalWidth)}
        style={zoom && width ? { width: `${(width * zoom) / 100}px`, maxWidth: "none" } : { width: "100%" }}
      />
    </section>
  );
}
