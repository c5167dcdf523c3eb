import { expect, test } from "vitest";
import { parseRoute, type Route, urlOf } from "./route.ts";

const read = (url: string) => {
  const { pathname, searchParams } = new URL(url, "http://gateway.example");
  return parseRoute(pathname, searchParams);
};

const STATES: Route[] = [
  { page: "board" },
  { page: "jobs" },
  { page: "jobs", cursor: "a b&c" },
  { page: "job", id: 7 },
  { page: "job", id: 7, outcome: "BUSY" },
  { page: "job", id: 7, n: 0 },
  { page: "job", id: 7, n: 99_999, outcome: "SENDFAIL" },
  { page: "call", key: "7.0.1" },
  { page: "call", key: "7.0.1", row: 12 },
  { page: "inbound" },
  { page: "inbound", id: 3 },
  { page: "inbound", id: 3, sheet: 2 },
  { page: "inbound", id: 3, view: "ladder" },
  { page: "inbound", deleted: true },
  { page: "inbound", missed: 4 },
  { page: "inbound", id: 3, zoom: 200, deleted: true },
  { page: "dial" },
  { page: "job", id: 7, view: "progress" },
  { page: "job", id: 7, n: 2, q: "49 30/7 & Söhne" },
  { page: "call", key: "7.0.1", view: "pages", sheet: 2 },
  { page: "call", key: "7.0.1", view: "pages", show: "difference", zoom: 200 },
  { page: "call", key: "7.0.1", scale: true },
  { page: "dispatch" },
  { page: "failures" },
  { page: "failures", channel: "fax", outcome: "NORING", cause: "sip-404", job: 7 },
  { page: "failures", address: "@ok.example" },
  { page: "phone" },
  { page: "phone", number: "+491713920001" },
  { page: "mailbox", id: "a/b c", view: "raw" },
  { page: "letters", id: "7-0" },
  { page: "scenario" },
  { page: "chaos" },
  { page: "send", channel: "letter" },
];

test.each(STATES.map((state) => [urlOf(state), state] as const))("%s is a state and back", (url, state) => {
  expect(read(url)).toEqual(state);
});

test.each([
  "/jobs/0",
  "/jobs/abc",
  "/jobs/7/pages",
  "/jobs/7/recipients",
  "/calls/7",
  "/inbound/x",
  "/send/telex",
  "/x",
  "/constructor",
  "/phone/1/2",
  "/chaos/x",
  "/jobs/%",
  "/jobs/7/recipients/1/x",
])("%s is nothing", (url) => {
  expect(read(url)).toEqual({ page: "lost" });
});

test("an outcome that is none is left out", () => {
  expect(read("/jobs/7?outcome=PERHAPS")).toEqual({ page: "job", id: 7 });
});
