// Where rows stand on the line's own time, and how high they are drawn to scale.

import type { LadderLine } from "@depesche/client";

/** A row in time: what was silent before it, and its heights when drawn to scale. */
export interface Beat {
  gapUs: number;
  gapPx: number;
  airPx: number;
  /** It would be higher than there is room for. */
  isCompressed: boolean;
}

const PX_PER_SECOND = 24;
const MOST_GAP_PX = 72;
const MOST_AIR_PX = 120;

/** Begin and end on the line. Frames and page data stand at their end, all else at its begin. */
export function spanOf({ lineUs, airUs = 0, kind }: LadderLine): { fromUs: number; toUs: number } {
  const standsAtEnd = kind === "frame" || kind === "page";
  return standsAtEnd ? { fromUs: lineUs - airUs, toUs: lineUs } : { fromUs: lineUs, toUs: lineUs + airUs };
}

/** The rows of a ladder in time. What overlaps (CNG and CED) has no gap between. */
export function beatsOf(lines: readonly LadderLine[]): Beat[] {
  let endUs = lines[0] ? spanOf(lines[0]).fromUs : 0;
  return lines.map((line) => {
    const { fromUs, toUs } = spanOf(line);
    const gapUs = Math.max(0, fromUs - endUs);
    endUs = Math.max(endUs, toUs);
    const gap = (gapUs / 1e6) * PX_PER_SECOND;
    const air = ((toUs - fromUs) / 1e6) * PX_PER_SECOND;
    return {
      gapUs,
      gapPx: Math.min(gap, MOST_GAP_PX),
      airPx: Math.min(air, MOST_AIR_PX),
      isCompressed: gap > MOST_GAP_PX || air > MOST_AIR_PX,
    };
  });
}
