// Going through a list beside the thing picked out of it.

import { go, parseRoute } from "../route.ts";

/** Arrow keys go through the links of a list, and open each without a step in the history. */
export function throughLinks(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll("a")];
  const next = by && links[links.indexOf(document.activeElement as HTMLAnchorElement) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  go(parseRoute(next.pathname, new URLSearchParams(next.search)), true);
}
