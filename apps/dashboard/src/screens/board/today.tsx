// The board's figures: today's recipients by outcome, what waits in each channel, and pages per minute over the last hour.

import type { QueueDepth, StatsMinute, Today } from "@depesche/client";
import { CHANNELS, OUTCOMES } from "@depesche/core";
import { channelWord, count, minuteTime, outcomeGloss } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon, type IconName } from "../../parts/icons.tsx";
import { OUTCOME_MARKS, type Tone } from "../../parts/marks.tsx";
import { lastHour, sparkline } from "./minutes.ts";

export function TodayStrip({ today }: { today: Today }) {
  const open = today.recipients - today.final;
  return (
    <section class="board-card today" aria-label={t("today")}>
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

export function Queue({ queue }: { queue: QueueDepth }) {
  const channels = CHANNELS.filter((channel) => (queue[channel]?.open ?? 0) > 0);
  return (
    <section class="board-card" aria-label={t("boardQueue")}>
      {channels.length === 0 ? (
        <>
          <h2>{t("boardQueue")}</h2>
          <p class="quiet">{t("boardQueueEmpty")}</p>
        </>
      ) : (
        <table class="board-queue">
          <thead>
            <tr>
              <th>{t("boardQueue")}</th>
              <th class="num">{t("boardQueueOpen")}</th>
              <th class="num" title={t("boardQueueOutGloss")}>
                {t("boardQueueOut")}
              </th>
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => (
              <tr key={channel}>
                <th scope="row">{channelWord(channel)}</th>
                <td class="num">{count(queue[channel]?.open ?? 0)}</td>
                <td class="num">{count(queue[channel]?.dispatched ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const WIDTH = 240;
const HEIGHT = 36;

export function PagesPerMinute({ minutes }: { minutes: readonly StatsMinute[] }) {
  const hour = lastHour(minutes, Date.now());
  const pages = hour.map((minute) => minute.pages);
  const line = sparkline(pages, WIDTH, HEIGHT);
  const told = t("boardPagesNow", {
    now: count(pages.at(-1) ?? 0),
    most: count(Math.max(0, ...pages)),
    sum: count(pages.reduce((sum, n) => sum + n, 0)),
  });
  return (
    <section class="board-card" aria-labelledby="pages-per-minute">
      <h2 id="pages-per-minute">{t("boardPages")}</h2>
      <svg class="sparkline" viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
      </svg>
      <p class="quiet">{told}</p>
      <div class="unseen">
        <table>
          <caption>{t("boardPagesTable")}</caption>
          <thead>
            <tr>
              <th>{t("boardMinute")}</th>
              <th>{t("pages")}</th>
            </tr>
          </thead>
          <tbody>
            {hour
              .filter((minute) => minute.pages > 0)
              .map((minute) => (
                <tr key={minute.at}>
                  <td>{minuteTime(minute.at)}</td>
                  <td>{count(minute.pages)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
