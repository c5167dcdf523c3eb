// The lines as tiles: what each is doing now, or what became of its last call. A tile leads to its call.

import type { LineView } from "@depesche/client";
import { address, count, outcomeGloss } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon, type IconName } from "../../parts/icons.tsx";
import { OUTCOME_MARKS, type Tone } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import type { LineTile } from "../../world.ts";

/** More lines than these have smaller tiles. */
const ROOMY = 48;

export function Lines({ tiles: known }: { tiles: ReadonlyMap<string, LineTile> }) {
  const tiles = [...known.values()].sort(
    (a, b) => (a.view.worker ?? 0) - (b.view.worker ?? 0) || a.view.line - b.view.line,
  );
  const busy = tiles.filter((tile) => tile.view.state !== "idle").length;
  return (
    <section aria-labelledby="lines">
      <div class="section-head">
        <h2 id="lines">{t("lines")}</h2>
        {tiles.length > 0 && <p>{t("linesBusy", { busy, all: tiles.length })}</p>}
      </div>
      {tiles.length === 0 ? (
        <p class="empty">{t("noLines")}</p>
      ) : (
        <ul class={tiles.length > ROOMY ? "tiles small-tiles" : "tiles"}>
          {tiles.map((tile, i) => (
            <Tile key={`${tile.view.worker ?? ""}:${tile.view.line}`} tile={tile} number={i + 1} />
          ))}
        </ul>
      )}
    </section>
  );
}

const LINE_SIGNS: Record<LineView["state"], { icon: IconName; tone: Tone }> = {
  idle: { icon: "dot", tone: "calm" },
  dialling: { icon: "loop", tone: "live" },
  training: { icon: "bolt", tone: "live" },
  sending: { icon: "arrow", tone: "live" },
  receiving: { icon: "back", tone: "live" },
  ending: { icon: "minus", tone: "live" },
};

/** The outcome of its last call stays on an idle line until the next one begins. */
function signOf({ view, last }: LineTile) {
  if (view.state === "idle" && last) return { ...OUTCOME_MARKS[last], word: last, gloss: outcomeGloss(last) };
  return { ...LINE_SIGNS[view.state], word: t(view.state), gloss: undefined };
}

function Tile({ tile, number }: { tile: LineTile; number: number }) {
  const { view, attempt } = tile;
  const { icon, tone, word, gloss } = signOf(tile);
  const state = view.state === "idle" ? "idle" : "busy";
  const title = t("boardWhy", { line: number, state: gloss ? `${word} (${gloss})` : word });
  const inside = (
    <>
      <span class="tile-head">
        <span class="line-number">{String(number).padStart(2, "0")}</span>
        <span class={`mark ${tone}`}>
          <Icon name={icon} />
          <span>{word}</span>
        </span>
      </span>
      <span class="tile-address">{tile.address ? address(tile.address) : (attempt ?? "\u00a0")}</span>
      <TilePage view={view} />
    </>
  );
  return (
    <li>
      {attempt ? (
        <a class={`tile ${state} ${tone}`} href={urlOf({ page: "call", key: attempt })} title={title}>
          {inside}
        </a>
      ) : (
        <span class={`tile ${state}`}>{inside}</span>
      )}
    </li>
  );
}

function TilePage({ view }: { view: LineView }) {
  if (view.state === "idle" || view.page === undefined) {
    return (
      <span class="tile-page">{view.state !== "idle" && view.rateBps ? `${count(view.rateBps)} bit/s` : "\u00a0"}</span>
    );
  }
  return (
    <span class="tile-page">
      <progress value={view.page} max={view.pages ?? view.page} aria-label={t("page")} />
      <span>
        {view.page}
        {view.pages !== undefined && `/${view.pages}`}
      </span>
    </span>
  );
}
