// Playing a call: its rows appear as they came on the line, faster if one likes.

import type { LadderLine } from "@depesche/client";
import { useEffect, useState } from "preact/hooks";

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

export function usePlay(lines: readonly LadderLine[]): Play {
  /** Rows shown; undefined: all there are, also those yet to come. */
  const [upTo, setUpTo] = useState<number>();
  const [isPlaying, setPlaying] = useState(false);
  const [tempo, setTempo] = useState<number>(1);
  const shown = Math.min(upTo ?? lines.length, lines.length);

  const toggle = () => {
    if (!isPlaying && shown === lines.length) setUpTo(1);
    setPlaying(!isPlaying);
  };
  const step = () => {
    setPlaying(false);
    setUpTo(shown === lines.length ? 1 : shown + 1);
  };
  const showAll = () => {
    setPlaying(false);
    setUpTo(undefined);
  };

  const isOver = shown >= lines.length;
  const aheadUs = Math.max(0, (lines[shown]?.lineUs ?? 0) - (lines[shown - 1]?.lineUs ?? 0));
  // Painting anew for another reason must not begin the wait again.
  useEffect(() => {
    if (!isPlaying) return;
    if (isOver) {
      setPlaying(false);
      setUpTo(undefined);
      return;
    }
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setTimeout(() => setUpTo(shown + 1), calm ? STEP_MS : aheadUs / 1000 / tempo);
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
  });

  return { shown, isPlaying, tempo, setTempo, toggle, step, showAll };
}
