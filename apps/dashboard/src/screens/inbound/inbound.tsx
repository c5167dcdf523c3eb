// The inbound tray: faxes that came in, each page as a picture, the whole as TIFF or PDF.

import type { Client, InboundView } from "@depesche/client";
import { useEffect, useState } from "preact/hooks";
import { address, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { download, errorText, Failure, useBlobUrl, useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { go, type RouteOf, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";

const PAGE = 100;

export function Inbound({ client, here: { id, sheet = 1 } }: { client: Client; here: RouteOf<"inbound"> }) {
  const { value, error, reload } = useLoad("inbound", () => client.inbounds({ limit: PAGE }));
  useEffect(
    () =>
      onEvents((events) => {
        if (events === "everything" || events.some((event) => event.type.startsWith("inbound."))) reload();
      }),
    [reload],
  );
  const faxes = value?.items ?? [];
  const picked = faxes.find((fax) => fax.id === id);
  return (
    <>
      <div class="section-head">
        <h1>{t("inbound")}</h1>
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && faxes.length === 0 && <p class="empty">{t("noInbound")}</p>}
      {faxes.length > 0 && (
        <div class="inbound">
          <FaxTable faxes={faxes} picked={id} />
          {picked ? (
            <FaxView key={picked.id} client={client} fax={picked} sheet={sheet} />
          ) : (
            <p class="empty">{t("pickFax")}</p>
          )}
        </div>
      )}
    </>
  );
}

function FaxTable({ faxes, picked }: { faxes: InboundView[]; picked: number | undefined }) {
  return (
    <table>
      <thead>
        <tr>
          <th class="num">{t("number")}</th>
          <th>{t("from")}</th>
          <th class="wide">{t("to")}</th>
          <th class="num wide">{t("pages")}</th>
          <th>{t("state")}</th>
          <th class="num">{t("received")}</th>
        </tr>
      </thead>
      <tbody>
        {faxes.map((fax) => (
          <tr key={fax.id} class={fax.id === picked ? "picked" : undefined}>
            <td class="num">
              <a
                class="row-link"
                href={urlOf({ page: "inbound", id: fax.id })}
                aria-current={fax.id === picked ? "true" : undefined}
              >
                {fax.id}
              </a>
            </td>
            <td>{address(fax.originator) || fax.remoteId || "–"}</td>
            <td class="wide">{address(fax.called)}</td>
            <td class="num wide">{count(fax.pages)}</td>
            <td>
              {fax.state === "new" ? (
                <Mark icon="tray" tone="live" word={t("stateNew")} />
              ) : (
                <Mark icon="check" tone="calm" word={t("stateFetched")} />
              )}
              {!fax.complete && <Broken />}
            </td>
            <td class="num">{dateTime(fax.receivedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Broken() {
  return <Mark icon="bolt" tone="warn" word={t("brokenOff")} gloss={t("brokenOffGloss")} />;
}

function FaxView({ client, fax, sheet }: { client: Client; fax: InboundView; sheet: number }) {
  const page = Math.min(sheet, Math.max(1, fax.pages));
  const { url, error } = useBlobUrl(`inbound:${fax.id}:${page}`, () => client.inboundPage(fax.id, page));
  const [problem, setProblem] = useState<unknown>();
  const keep = (format: "tif" | "pdf") => () =>
    download(`fax-${fax.id}.${format}`, () => client.inboundFile(fax.id, format)).catch(setProblem);
  const remove = () => {
    if (!confirm(t("removeAsk"))) return;
    client.deleteInbound(fax.id).then(() => go({ page: "inbound" }), setProblem);
  };
  const label = t("pageOf", { k: page, n: fax.pages });
  return (
    <section class="fax-view" aria-label={`${t("fax")} ${fax.id}`}>
      <div class="section-head">
        <h2>
          {t("fax")} {fax.id} <small>{fax.remoteId}</small> {!fax.complete && <Broken />}
        </h2>
        <div class="commands">
          <button type="button" onClick={keep("tif")}>
            <Icon name="down" /> {t("downloadTiff")}
          </button>
          <button type="button" onClick={keep("pdf")}>
            <Icon name="down" /> {t("downloadPdf")}
          </button>
          <button type="button" class="danger" onClick={remove}>
            {t("remove")}
          </button>
        </div>
      </div>
      {problem !== undefined && <Failure error={problem} />}
      <nav class="pages" aria-label={t("pages")}>
        {page > 1 && (
          <a
            class="button"
            href={urlOf({ page: "inbound", id: fax.id, sheet: page - 1 })}
            aria-label={t("previousPage")}
          >
            <Icon name="back" />
          </a>
        )}
        <span>{label}</span>
        {page < fax.pages && (
          <a class="button" href={urlOf({ page: "inbound", id: fax.id, sheet: page + 1 })} aria-label={t("nextPage")}>
            <Icon name="arrow" />
          </a>
        )}
      </nav>
      {error !== undefined && <p class="empty">{errorText(error)}</p>}
      {url ? <img class="paper" src={url} alt={label} /> : <div class="paper blank" />}
    </section>
  );
}
