export { type Client, type ClientOptions, createClient, type PageQuery, type SimulationClient } from "./client.ts";
export {
  FEED_KEY_PREFIX,
  FEED_PROTOCOL,
  FEED_REFUSED,
  type Feed,
  type FeedOptions,
  type FeedSocket,
  type FeedSocketConstructor,
  type FeedState,
  keyProtocol,
  openFeed,
} from "./feed.ts";
export { causeWords, ENGLISH, type Glossary, meaningWords } from "./glossary.ts";
export { ApiError, Unreachable } from "./problem.ts";
export type * from "./resources.ts";
export * from "./simulation.ts";
