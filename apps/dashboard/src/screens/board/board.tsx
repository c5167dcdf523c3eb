// The board: what the lines do, what became of today's recipients, the newest jobs. Everything on it is live.

import type { LineView, Today } from "@depesche/client";
import { OUTCOMES } from "@depesche/core";
import { address, count, outcomeGloss } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon, type IconName } from "../../parts/icons.tsx";
import { JobTable } from "../../parts/job-table.tsx";
import { OUTCOME_MARKS, OutcomeMark, type Tone } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { type LineTile, world } from "../../world.ts";

export function Board() {
  const { today, jobs, lines } = useSignal(world);
  const tiles = [...lines.values()].sort(
    (a, b) => (a.view.worker ?? 0) - (b.view.worker ?? 0) || a.view.line - b.view.line,
  );
  const busy = tiles.filter((tile) => tile.view.state !== "idle").length;
  return (
    <>
      <h1 class="unseen">{t("board")}</h1>
      {today && <TodayStrip today={today} />}
      <section aria-labelledby="lines">
        <div class="section-head">
          <h2 id="lines">{t("lines")}</h2>
          {tiles.length > 0 && <p>{t("linesBusy", { busy, all: tiles.length })}</p>}
        </div>
        {tiles.length === 0 ? (
          <p class="empty">{t("noLines")}</p>
        ) : (
          <ul class="tiles">
            {tiles.map((tile) => (
              <Tile key={`${tile.view.worker ?? ""}:${tile.view.line}`} tile={tile} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="recent">
        <div class="section-head">
          <h2 id="recent">{t("recentJobs")}</h2>
          <p>
            <a href="/jobs">{t("allJobs")}</a>
          </p>
        </div>
        {jobs.length === 0 ? (
          <p class="empty">
            {t("noJobs")} <a href={urlOf({ page: "send", channel: "fax" })}>{t("noJobsHint")}</a>
          </p>
        ) : (
          <JobTable jobs={jobs.slice(0, 20)} withDay={false} />
        )}
      </section>
    </>
  );
}

function TodayStrip({ today }: { today: Today }) {
  const open = today.recipients - today.final;
  return (
    <section class="today" aria-label={t("today")}>
      <dl>
        <Figure word={t("todayJobs")} n={today.jobs} more={today.partial} />
        <Figure word={t("todayRecipients")} n={today.recipients} more={today.partial} />
        <Figure word={t("todayOpen")} n={open} tone={open > 0 ? "live" : "calm"} />
        {OUTCOMES.filter((outcome) => outcome === "OK" || (today.outcomes[outcome] ?? 0) > 0).map((outcome) => (
          <Figure
            key={outcome}
            word={outcome}
            gloss={outcomeGloss(outcome)}
            n={today.outcomes[outcome] ?? 0}
            tone={OUTCOME_MARKS[outcome].tone}
            icon={OUTCOME_MARKS[outcome].icon}
          />
        ))}
      </dl>
      <progress value={today.final} max={Math.max(1, today.recipients)} aria-label={t("progress")} />
    </section>
  );
}

interface FigureProps {
  word: string;
  n: number;
  tone?: Tone;
  icon?: IconName;
  gloss?: string;
  more?: boolean;
}

function Figure({ word, n, tone = "calm", icon, gloss, more }: FigureProps) {
  return (
    <div title={more ? t("todayPartial") : gloss}>
      <dt class={`mark ${tone}`}>
        {icon && <Icon name={icon} />}
        <span>{word}</span>
      </dt>
      <dd>
        {count(n)}
        {more && "+"}
      </dd>
    </div>
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

function Tile({ tile: { view, attempt, address: called, last } }: { tile: LineTile }) {
  const sign = LINE_SIGNS[view.state];
  const idle = view.state === "idle";
  return (
    <li class={idle ? "tile idle" : "tile"}>
      <div class="tile-head">
        <span class="line-number" title={`${t("line")} ${view.line + 1}`}>
          {String(view.line + 1).padStart(2, "0")}
        </span>
        {idle && last ? (
          <OutcomeMark outcome={last} />
        ) : (
          <span class={`mark ${sign.tone}`}>
            <Icon name={sign.icon} />
            <span>{t(view.state)}</span>
          </span>
        )}
      </div>
      <p class="tile-address">
        {attempt ? <a href={urlOf({ page: "call", key: attempt })}>{called ? address(called) : attempt}</a> : "\u00a0"}
      </p>
      {!idle && view.page !== undefined ? (
        <p class="tile-page">
          <progress value={view.page} max={view.pages ?? view.page} aria-label={t("page")} />
          <span>
            {view.page}
            {view.pages !== undefined && `/${view.pages}`}
          </span>
        </p>
      ) : (
        <p class="tile-page">{!idle && view.rateBps ? `${count(view.rateBps)} bit/s` : "\u00a0"}</p>
      )}
    </li>
  );
}
