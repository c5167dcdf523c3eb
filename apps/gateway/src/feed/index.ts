export { type AccountStats, createAccountStats } from "./account-stats.ts";
export { type AttachedFeed, attachFeed } from "./attach.ts";
export { createFeed, FEED_LIMITS, type FeedDeps, type FeedHub, type FeedLimits } from "./hub.ts";
export { listenForFeeds, type UpgradeDeps } from "./upgrade.ts";
