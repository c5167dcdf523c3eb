// A call as two parties see it: a table of what was said, drawn as a ladder, and any row of it taken apart.

import type { Ladder, LadderLine } from "@depesche/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Mark } from "../../parts/marks.tsx";
import { meaningOf } from "./causes.ts";
import { Decoded } from "./ladder-decoded.tsx";
import { usePlay } from "./ladder-play.ts";
import { type Beat, beatsOf } from "./ladder-time.ts";
import { LadderTools } from "./ladder-tools.tsx";

export interface LadderViewProps {
  ladder: Ladder;
  /** Names the files one may keep of it. */
  name?: string;
  /** The row one looks at, where it is part of the URL; otherwise the view remembers it. */
  row?: number | undefined;
  onPick?(row: number): void;
  scale?: boolean | undefined;
  onScale?(scale: boolean | undefined): void;
  /** The capture for Wireshark, where there is one. */
  pcap?(): Promise<Blob>;
}

export function LadderView({ ladder, name = "call", row, onPick, scale, onScale, pcap }: LadderViewProps) {
  const [ownRow, setOwnRow] = useState<number>();
  const [ownScale, setOwnScale] = useState<boolean>();
  const at = onPick ? row : ownRow;
  const toScale = onScale ? scale : ownScale;
  const { lines } = ladder;
  const beats = beatsOf(lines);
  const play = usePlay(lines);
  const table = useRef<HTMLTableElement>(null);
  const picked = at === undefined ? undefined : lines[at];
  const pick = (index: number, focus: boolean) => {
    if (index < 0 || index >= play.shown) return;
    (onPick ?? setOwnRow)(index);
    const button = table.current?.querySelectorAll<HTMLElement>("button.line-name")[index];
    if (focus) button?.focus();
  };
  const move = (event: KeyboardEvent) => {
    // Keys may come faster than the row in the URL follows: what has the focus is where one is.
    const rows = [...(table.current?.querySelectorAll("button.line-name") ?? [])];
    const focused = rows.indexOf(document.activeElement as Element);
    const now = focused >= 0 ? focused : (at ?? -1);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: play.shown - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    pick(to, true);
  };
  const show = (index: number) => table.current?.tBodies[0]?.rows[index]?.scrollIntoView({ block: "nearest" });
  // A link to a row leads to it; what is played stays in view.
  useEffect(() => {
    if (at !== undefined) show(at);
  }, [at]);
  useEffect(() => {
    if (play.isPlaying) show(play.shown - 1);
  }, [play.isPlaying, play.shown]);
  return (
    <div class="ladder">
      <div class="ladder-main">
        <LadderTools
          ladder={ladder}
          name={name}
          play={play}
          scale={toScale}
          onScale={onScale ?? setOwnScale}
          pcap={pcap}
        />
        <table ref={table} onKeyDown={move} class={toScale ? "to-scale" : undefined}>
          <caption class="unseen">{t("callLadder")}</caption>
          <thead>
            <tr>
              <th class="num">{t("time")} (s)</th>
              <th class="num">{t("callGap")}</th>
              <th class="num wide">{t("callAir")}</th>
              <th class="lane">
                <span>{t("caller")}</span>
                <span>{t("answerer")}</span>
              </th>
              <th class="grow">{t("meaning")}</th>
              <th class="wide">{t("clause")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, play.shown).map((line, index) => (
              <LineRow
                key={index}
                line={line}
                beat={beats[index] as Beat}
                scale={toScale ?? false}
                isPicked={index === at}
                isEntry={index === (at ?? 0)}
                onPick={() => pick(index, false)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p class="unseen" aria-live="polite">
        {picked && `${picked.name}: ${meaningOf(picked)}`}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <aside class="decoded" tabIndex={0} aria-label={t("callDecoded")}>
        {picked ? <Decoded key={at} line={picked} /> : <p class="empty">{t("pickRow")}</p>}
      </aside>
    </div>
  );
}

interface RowProps {
  line: LadderLine;
  beat: Beat;
  scale: boolean;
  isPicked: boolean;
  /** The one that the tab key leads to; arrow keys go on from there. */
  isEntry: boolean;
  onPick(): void;
}

function LineRow({ line, beat, scale, isPicked, isEntry, onPick }: RowProps) {
  const { gapUs, gapPx, airPx, isCompressed } = beat;
  const meaning = meaningOf(line);
  const isTimer = line.kind === "timer";
  return (
    <tr class={`${line.kind}${isPicked ? " picked" : ""}`} onClick={onPick}>
      <td class="num">{lineTime(line.lineUs)}</td>
      <td class="num gap">
        {gapUs > 0 && `+${lineTime(gapUs)}`}
        {scale && isCompressed && <Mark icon="minus" tone="calm" word={t("callCompressed")} />}
      </td>
      <td class="num wide gap">{line.airUs ? lineTime(line.airUs) : ""}</td>
      <td
        class={`lane ${line.from}${isTimer ? " still" : ""}`}
        style={scale ? { paddingTop: `${gapPx}px` } : undefined}
      >
        <span class="arrow" style={scale ? { minHeight: `${airPx}px` } : undefined}>
          <i />
          <button
            type="button"
            class="line-name"
            aria-pressed={isPicked}
            tabIndex={isEntry ? 0 : -1}
            onClick={(event) => {
              event.stopPropagation();
              onPick();
            }}
          >
            {line.name}
          </button>
          <i class="head">{!isTimer && <Icon name={line.from === "caller" ? "arrow" : "back"} />}</i>
          <span class="unseen">{t(line.from)}</span>
        </span>
      </td>
      <td class="grow" title={meaning}>
        {line.damaged && <Mark icon="alert" tone="bad" word={t("damaged")} />}
        {line.repeated && <Mark icon="loop" tone="warn" word={t("repeated")} />}
        <span class="wide">{meaning}</span>
      </td>
      <td class="wide clause">{line.clause}</td>
    </tr>
  );
}
