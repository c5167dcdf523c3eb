export { faxInbox, type InboundDeps } from "./inbound.ts";
export { createPageStore, type PageStore } from "./pages.ts";
export { type FaxWorkConfig, openFaxWork } from "./work.ts";
