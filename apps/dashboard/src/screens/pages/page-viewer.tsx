// One page, large: both sides beside each other and moved together, one of them alone, what differs, or both in turn.

import type { CallPage, CallPageFacts, Client } from "@depesche/client";
import type { AttemptKey } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { errorText, useBlobUrl } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { go, PAGE_SHOWS, PAGE_ZOOMS, type PageShow, type PageZoom, type RouteOf, route, urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { usePageKeys } from "./page-keys.ts";
import { shapeOf } from "./page-shape.ts";
import { useTogether } from "./together.ts";

interface Props {
  client: Client;
  attempt: AttemptKey;
  page: CallPage;
  /** Pages of the call. */
  of: number;
}

const SHOW_WORDS: Record<PageShow, Word> = {
  sent: "pagesSent",
  received: "pagesReceived",
  difference: "pagesDifference",
};
/** A side for so long before the other one: slower than anything that flickers. */
const BLINK_MS = 600;

export function PageViewer({ client, attempt, page, of }: Props) {
  const here = useSignal(route) as RouteOf<"call">;
  const { zoom } = here;
  const both = page.sent !== undefined && page.received !== undefined;
  const only: PageShow = page.sent ? "sent" : "received";
  const show = both ? here.show : only;
  const [blinking, setBlinking] = useState(false);
  const side = useBlink(blinking, () => setBlinking(false), here);
  const together = useTogether(`${page.n}:${zoom}:${show}`);
  usePageKeys({
    of,
    toggleBlink: () =>
      both && (matchMedia("(prefers-reduced-motion: reduce)").matches ? swap() : setBlinking((on) => !on)),
  });
  // Who asks for less motion turns the page by hand.
  const swap = () => go({ ...here, show: show === "sent" ? "received" : "sent" }, true);
  const shown: PageShow[] = blinking ? [side] : show ? [show] : ["sent", "received"];
  return (
    <div class="page-viewer">
      <div class="page-tools">
        {both && (
          <nav class="switch" aria-label={t("pagesShow")}>
            <a href={urlOf({ ...here, show: undefined })} aria-current={show === undefined ? "true" : undefined}>
              {t("pagesBeside")}
            </a>
            {PAGE_SHOWS.map((one) => (
              <a key={one} href={urlOf({ ...here, show: one })} aria-current={show === one ? "true" : undefined}>
                {t(SHOW_WORDS[one])}
              </a>
            ))}
          </nav>
        )}
        {both && (
          <button
            type="button"
            aria-pressed={blinking}
            title={t("pagesBlinkHint")}
            onClick={() => setBlinking((on) => !on)}
          >
            {t("pagesBlink")} <kbd>w</kbd>
          </button>
        )}
        <nav class="switch" aria-label={t("pagesZoom")}>
          {[undefined, ...PAGE_ZOOMS].map((one) => (
            <a key={one} href={urlOf({ ...here, zoom: one })} aria-current={zoom === one ? "true" : undefined}>
              {one === undefined ? t("pagesFit") : `${one} %`}
            </a>
          ))}
        </nav>
        <Turn here={here} page={page.n} of={of} />
      </div>
      <div class={`page-panes${shown.length > 1 ? " two" : ""}`}>
        {shown.map((which, place) => (
          <Pane
            key={blinking ? "blink" : which}
            client={client}
            attempt={attempt}
            page={page}
            which={which}
            zoom={zoom}
            pane={together(place)}
          />
        ))}
      </div>
      {show === "difference" && !blinking && <Legend />}
      <p class="page-hint">{t("pagesKeys")}</p>
    </div>
  );
}

function useBlink(on: boolean, stop: () => void, here: RouteOf<"call">): "sent" | "received" {
  const [side, setSide] = useState<"sent" | "received">("sent");
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setSide((now) => (now === "sent" ? "received" : "sent")), BLINK_MS);
    return () => clearInterval(timer);
  }, [on]);
  const stopping = useRef(stop);
  stopping.current = stop;
  useEffect(() => () => stopping.current(), [here.show]);
  return side;
}

function Turn({ here, page, of }: { here: RouteOf<"call">; page: number; of: number }) {
  const link = (to: number, word: Word, icon: "back" | "arrow") =>
    to >= 1 &&
    to <= of && (
      <a class="button" href={urlOf({ ...here, sheet: to })} aria-label={t(word)}>
        <Icon name={icon} />
      </a>
    );
  return (
    <nav class="page-turn" aria-label={t("pagesTurn")}>
      {link(page - 1, "previousPage", "back")}
      <span>{t("pageOf", { k: page, n: of })}</span>
      {link(page + 1, "nextPage", "arrow")}
    </nav>
  );
}

/** Page data beside its picture, so that nobody must trust a scaled image. */
function factsText(facts: CallPageFacts): string {
  const { widthMm, heightMm } = shapeOf(facts);
  const size = widthMm > 0 && heightMm > 0 ? ` · ${widthMm} × ${heightMm} mm` : "";
  return `${count(facts.width)} × ${count(facts.height)} ${t("pagesPelsUnit")} · ${facts.xDpi} × ${facts.yDpi} dpi${size}`;
}

interface PaneProps {
  client: Client;
  attempt: AttemptKey;
  page: CallPage;
  which: PageShow;
  zoom: PageZoom | undefined;
  pane: ReturnType<ReturnType<typeof useTogether>>;
}

function Pane({ client, attempt, page, which, zoom, pane }: PaneProps) {
  const facts = page[which === "difference" ? "sent" : which];
  const { url, error } = useBlobUrl(`page:${attempt}:${page.n}:${which}`, () =>
    client.callPage(attempt, page.n, which),
  );
  if (!facts) return null;
  const { aspect, width, height } = shapeOf(facts);
  const size = zoom
    ? { width: `${(width * zoom) / 100}px`, height: `${(height * zoom) / 100}px` }
    : { width: `min(100%, calc((100vh - 270px) * ${aspect.toFixed(4)}))`, aspectRatio: String(aspect) };
  const label = `${t(SHOW_WORDS[which])}, ${t("page")} ${page.n}`;
  return (
    <figure>
      <figcaption>
        <b>{t(SHOW_WORDS[which])}</b> <span class="quiet">{factsText(facts)}</span>
        {which === "received" && page.sent && facts.height < page.sent.height && (
          <Mark
            icon="bolt"
            tone="warn"
            word={t("pagesPartial", { n: count(facts.height), all: count(page.sent.height) })}
          />
        )}
        {facts.yDpi > 0 && facts.xDpi / facts.yDpi > 1.5 && <span class="quiet"> · {t("pagesStretched")}</span>}
      </figcaption>
      <section class={`page-pane${zoom ? " zoomed" : ""}`} aria-label={label} tabIndex={zoom ? 0 : undefined} {...pane}>
        {error !== undefined ? (
          <p class="empty">{errorText(error)}</p>
        ) : (
          <div class="page-paper" style={size}>
            {url && <img src={url} alt={label} draggable={false} class={zoom ? "pels" : undefined} />}
          </div>
        )}
      </section>
    </figure>
  );
}

function Legend() {
  return (
    <ul class="page-legend">
      <li>
        <i class="same" /> {t("pagesLegendSame")}
      </li>
      <li>
        <i class="sent" /> {t("pagesLegendSent")}
      </li>
      <li>
        <i class="received" /> {t("pagesLegendReceived")}
      </li>
    </ul>
  );
}
