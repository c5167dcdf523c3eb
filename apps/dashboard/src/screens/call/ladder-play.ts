// Playing a call: its rows appear as they came on the line, faster if one likes.

import type { LadderLine } from "@depesche/client";
import { useCallback, useEffect, useState } from "preact/hooks";

export const TEMPOS = [1, 2, 5, 10, 20] as const;

/** Who wants no motion gets one row after the other, evenly. */
const STEP_MS = 1000;

export interface Play {
  /** Rows that are shown. */
  shown: number;
  isPlaying: boolean;
  tempo: number;
  setTempo(tempo: number): void;
  toggle(): void;
  step(): void;
  showAll(): void;
}

/** Controls that take the space bar for themselves. */
function isControl(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest("input, select, textarea, summary, dialog, button:not(.line-name), a") !== null;
}

interface Playing {
  /** Rows shown; undefined: all there are, also those yet to come. */
  upTo?: number;
  isPlaying: boolean;
}

/** How many of the rows are shown. */
const shownOf = ({ upTo }: Playing, rows: number) => Math.min(upTo ?? rows, rows);
const toggled = (now: Playing, rows: number): Playing => {
  if (now.isPlaying) return { ...now, isPlaying: false };
  return shownOf(now, rows) === rows ? { upTo: 1, isPlaying: true } : { ...now, isPlaying: true };
};
const stepped = (now: Playing, rows: number): Playing => {
  const shown = shownOf(now, rows);
  return { upTo: shown === rows ? 1 : shown + 1, isPlaying: false };
};

export function usePlay(lines: readonly LadderLine[]): Play {
  const [play, setPlay] = useState<Playing>({ isPlaying: false });
  const [tempo, setTempo] = useState<number>(1);
  const { isPlaying } = play;
  const rows = lines.length;
  const shown = shownOf(play, rows);

  // Each from what is so by then, not from what is painted: keys may come quicker than paints.
  const toggle = useCallback(() => setPlay((now) => toggled(now, rows)), [rows]);
  const step = () => setPlay((now) => stepped(now, rows));
  const showAll = () => setPlay({ isPlaying: false });

  const isOver = shown >= rows;
  const aheadUs = Math.max(0, (lines[shown]?.lineUs ?? 0) - (lines[shown - 1]?.lineUs ?? 0));
  // Painting anew for another reason must not begin the wait again.
  useEffect(() => {
    if (!isPlaying) return;
    if (isOver) return setPlay({ isPlaying: false });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = () => setPlay((now) => (now.isPlaying ? { upTo: shown + 1, isPlaying: true } : now));
    const timer = setTimeout(next, calm ? STEP_MS : aheadUs / 1000 / tempo);
    return () => clearTimeout(timer);
  }, [isPlaying, isOver, shown, aheadUs, tempo]);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || isControl(event.target)) return;
      event.preventDefault();
      toggle();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [toggle]);

  return { shown, isPlaying, tempo, setTempo, toggle, step, showAll };
}
