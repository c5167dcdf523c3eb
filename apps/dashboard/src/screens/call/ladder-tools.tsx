// What one can do with a ladder: play it, step through it, draw it to scale, keep it.

import type { Ladder } from "@depesche/client";
import { useState } from "preact/hooks";
import { address, count, lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { download, Failure } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { meaningOf } from "./causes.ts";
import { type Play, TEMPOS } from "./ladder-play.ts";

interface Props {
  ladder: Ladder;
  name: string;
  play: Play;
  scale: boolean | undefined;
  onScale(scale: boolean | undefined): void;
  pcap: (() => Promise<Blob>) | undefined;
}

export function LadderTools({ ladder, name, play, scale, onScale, pcap }: Props) {
  const [error, setError] = useState<unknown>();
  const keep = (ending: string, ask: () => Promise<Blob>) => () =>
    download(`call-${name}.${ending}`, ask).then(() => setError(undefined), setError);
  const all = ladder.lines.length;
  return (
    <div class="ladder-tools">
      <button type="button" onClick={play.toggle} aria-keyshortcuts="Space">
        <Icon name={play.isPlaying ? "pause" : "play"} /> {t(play.isPlaying ? "callPause" : "callPlay")}
      </button>
      <button type="button" onClick={play.step}>
        <Icon name="step" /> {t("callStep")}
      </button>
      <label>
        <span class="unseen">{t("callTempo")}</span>
        <select value={play.tempo} onChange={(event) => play.setTempo(Number(event.currentTarget.value))}>
          {TEMPOS.map((tempo) => (
            <option key={tempo} value={tempo}>
              {tempo}x
            </option>
          ))}
        </select>
      </label>
      {play.shown < all && (
        <button type="button" onClick={play.showAll}>
          {t("callAll")}
        </button>
      )}
      <label title={t("callScaleGloss")}>
        <input
          type="checkbox"
          checked={scale ?? false}
          onChange={(event) => onScale(event.currentTarget.checked || undefined)}
        />{" "}
        {t("callScale")}
      </label>
      <span class="quiet">
        {ladder.live && <Mark icon="arrow" tone="live" word={t("callOnLine")} gloss={t("callOnLineGloss")} />}{" "}
        {play.shown < all ? t("callPlayed", { n: play.shown, all }) : sumOf(ladder)}
      </span>
      <span class="commands">
        {pcap && (
          <button type="button" onClick={keep("pcap", pcap)} title={t("downloadPcap")}>
            <Icon name="down" /> pcap
          </button>
        )}
        <button type="button" onClick={keep("json", async () => new Blob([JSON.stringify(ladder, null, 1)]))}>
          <Icon name="down" /> JSON
        </button>
        <button type="button" onClick={keep("txt", async () => new Blob([textOf(ladder, name)]))}>
          <Icon name="down" /> {t("callText")}
        </button>
      </span>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

/** The ladder as plain text: a line a row, its fields below it. */
function textOf({ lines }: Ladder, name: string): string {
  const rows = lines.flatMap((line) => {
    const arrow = line.from === "caller" ? "-->" : "<--";
    const marks = [line.damaged && `[${t("damaged")}]`, line.repeated && `[${t("repeated")}]`].filter(Boolean);
    const head = `${lineTime(line.lineUs).padStart(9)}  ${arrow}  ${line.name.padEnd(16)}  ${meaningOf(line)}`;
    const fields = line.fields.map((field) => `${" ".repeat(34)}${field.name}: ${field.value}`);
    return [[head, ...marks].join(" "), ...fields];
  });
  return `${t("callTitle", { key: address(name) })}\n\n${rows.join("\n")}\n`;
}

/** What a ladder comes to, in a sentence. */
function sumOf({ lines }: Ladder): string {
  const last = lines.at(-1)?.lineUs ?? 0;
  const damaged = lines.filter((line) => line.damaged).length;
  const repeated = lines.filter((line) => line.repeated).length;
  const all = t("callLines", { n: count(lines.length), time: `${lineTime(Math.max(0, last))} s` });
  return damaged + repeated === 0 ? all : `${all} · ${t("callMarked", { damaged, repeated })}`;
}
