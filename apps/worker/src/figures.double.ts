// Figures nobody reads.

import type { WorkerFigures } from "./figures.ts";

const nothing = () => undefined;

export const noFigures: WorkerFigures = {
  claimed: nothing,
  written: nothing,
  attempted: nothing,
  watchLines: nothing,
  ranChunk: nothing,
  dispatched: nothing,
  repaired: nothing,
  failed: nothing,
  reconciled: nothing,
};
