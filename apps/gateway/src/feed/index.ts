export { createFeed, FEED_LIMITS, type FeedDeps, type FeedHub, type FeedLimits } from "./hub.ts";
export { attachFeed, type UpgradeDeps } from "./upgrade.ts";
