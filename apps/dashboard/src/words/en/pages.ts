// Words of the pages room in English, under the keys of the German ones.

import type { de } from "../de/pages.ts";

export const en = {
  pagesSent: "sent",
  pagesReceived: "received",
  pagesDifference: "difference",
  pagesBeside: "side by side",
  pagesShow: "What is shown",
  pagesZoom: "Zoom",
  pagesFit: "fit",
  pagesTurn: "Turn pages",
  pagesBlink: "Blink",
  pagesBlinkHint: "Sent and received in turn; with reduced motion the key changes sides by hand.",
  pagesKeys: "Page Up/Down turns pages, + and − zoom, 0 fits, arrow keys and dragging move both sides together.",
  pagesPelsUnit: "pels",
  pagesStretched: "true aspect",
  pagesDiffer: "{n} of {all} pels differ",
  pagesSame: "What arrived is, pel by pel, what was sent.",
  pagesOther: "What arrived is not what was sent.",
  pagesIdentical: "identical",
  pagesPels: "{n} pels",
  pagesOnlySent: "only sent",
  pagesOnlyReceived: "only received",
  pagesPartial: "only {n} of {all} lines arrived",
  pagesLost: "{n} {n|page|pages} did not arrive",
  pagesLostOne: "1 page did not arrive",
  pagesLetGo:
    "The simulated machine does not hold this fax (any more): it keeps its latest 50, until the simulators start anew.",
  pagesReal: "The receiver is a real machine: what it got it keeps to itself.",
  pagesNone: "No page went over the line in this call.",
  pagesGone: "The pages of this call are not there (any more).",
  pagesLegendSame: "black in both",
  pagesLegendSent: "only sent",
  pagesLegendReceived: "only received",
} satisfies Record<keyof typeof de, string>;
