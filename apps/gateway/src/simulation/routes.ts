// What of the simulators' control API the gateway passes on: a closed list. The clock is not on it: the gateway's own is.

import { z } from "@hono/zod-openapi";

export interface SimulationRoute {
  method: "get" | "put" | "post";
  /** Below /v1/simulation and, the same, in the control API. */
  path: string;
  summary: string;
  query?: Readonly<Record<string, string>>;
  /** Largest body taken, octets; only where there is one. */
  bodyBytes?: number;
  /** What the body holds, for the documentation: the simulators check it themselves. */
  request?: z.ZodType;
  /** Media type of a good answer that is not JSON. */
  mediaType?: string;
}

/** A document of many pages, as base64 in JSON. */
const DOCUMENT_BYTES = 96 * 1024 * 1024;
/** Ten thousand numbers. */
const SCENARIO_BYTES = 4 * 1024 * 1024;
const SMALL_BYTES = 64 * 1024;
const CALL = z
  .object({
    from: z.string(),
    to: z.string(),
    mood: z.string().optional().openapi({ description: "A kind of machine that dials, from /exchange/machines" }),
    stationId: z.string().optional(),
    text: z.string().optional(),
    document: z.base64().optional(),
    name: z.string().optional().openapi({ description: "File name of the document; tells its type" }),
    tiff: z.base64().optional().openapi({ description: "A bilevel TIFF, sent as it is" }),
    wait: z.boolean().optional().openapi({ description: "false: answered at once; look the call up by its id" }),
  })
  .openapi("SimCallOrder");
const MESSAGE = z
  .object({
    from: z.string(),
    to: z.string(),
    text: z.string(),
    url: z.url().optional().openapi({ description: "Where it is posted, signed, as Twilio would" }),
  })
  .openapi("SimMessageOrder");
const SCENARIO_NUMBER = z.object({
  call: z
    .object({
      kind: z.string(),
      mood: z.string().optional(),
      busyCalls: z.int().optional(),
      script: z.record(z.string(), z.unknown()).optional().openapi({
        description: "What a machine can do and does over its mood; its schema is in the simulators' /openapi.json",
      }),
    })
    .optional()
    .openapi({ example: { kind: "machine", mood: "mh-4800" } }),
  sms: z.string().optional().openapi({ example: "undelivered" }),
});
const SCENARIO = z.object({ numbers: z.record(z.string(), SCENARIO_NUMBER) }).openapi("SimScenario");
const CHANGES = z
  .object({ numbers: z.record(z.string(), SCENARIO_NUMBER.nullable()) })
  .openapi("SimScenarioChange", { description: "null takes a number out" });
const RULE = z.object({ probability: z.number().min(0).max(1), fault: z.string() }).optional();
const CHAOS = z.object({ fax: RULE, sms: RULE, mail: RULE, letter: RULE }).openapi("ChaosRules");
const LIMIT = "How many at most; 1000 unless told";
const NUMBER = "Only those to or from this number";

export const SIMULATION_ROUTES: readonly SimulationRoute[] = [
  { method: "get", path: "/exchange/machines", summary: "Kinds of fax machines" },
  {
    method: "get",
    path: "/exchange/calls",
    summary: "Calls that are over, newest first, and those on the line now",
    query: { number: NUMBER, limit: LIMIT },
  },
  {
    method: "post",
    path: "/exchange/calls",
    summary: "A simulated machine dials in and sends a fax; answered when the call is over",
    bodyBytes: DOCUMENT_BYTES,
    request: CALL,
  },
  { method: "get", path: "/exchange/calls/{id}", summary: "A call by its id; its result is empty until it is over" },
  {
    method: "get",
    path: "/exchange/calls/{id}/ladder",
    summary: "What both ends of one of the latest hundred calls have said so far, decoded",
  },
  {
    method: "get",
    path: "/exchange/calls/{id}/ladder.pcap",
    summary: "The same as a capture file for Wireshark",
    mediaType: "application/vnd.tcpdump.pcap",
  },
  { method: "get", path: "/exchange/machines/{number}/faxes", summary: "Faxes a simulated machine holds" },
  {
    method: "get",
    path: "/exchange/machines/{number}/faxes/{n}.tif",
    summary: "A fax a simulated machine holds",
    mediaType: "image/tiff",
  },
  {
    method: "get",
    path: "/sms/messages",
    summary: "Messages of the simulated carrier, newest first",
    query: { number: NUMBER, to: "Only those to this number", limit: LIMIT },
  },
  {
    method: "post",
    path: "/sms/messages",
    summary: "A simulated telephone sends a message",
    bodyBytes: SMALL_BYTES,
    request: MESSAGE,
  },
  {
    method: "get",
    path: "/mail/messages",
    summary: "Mails that arrived, newest first",
    query: { to: "Only those to this address", limit: LIMIT },
  },
  {
    method: "get",
    path: "/mail/messages/{id}",
    summary: "A mail opened: header fields as they read, text, HTML, and the files in it",
  },
  {
    method: "get",
    path: "/mail/messages/{id}/attachments/{n}",
    summary: "A file in a mail, by its place from 0",
    mediaType: "application/octet-stream",
  },
  {
    method: "get",
    path: "/mail/messages/{id}/raw",
    summary: "A mail as it came, octet for octet",
    mediaType: "message/rfc822",
  },
  {
    method: "get",
    path: "/print-shop/letters",
    summary: "Letters the print shop has taken, newest first",
    query: { limit: LIMIT },
  },
  {
    method: "get",
    path: "/print-shop/letters/{id}.pdf",
    summary: "A letter as the print shop got it",
    mediaType: "application/pdf",
  },
  {
    method: "get",
    path: "/print-shop/letters/{id}/pages/{n}.png",
    summary: "A page of a letter with its zones drawn in",
    mediaType: "image/png",
  },
  {
    method: "post",
    path: "/print-shop/letters/{id}/returned",
    summary: "A letter comes back as undeliverable",
    bodyBytes: SMALL_BYTES,
  },
  { method: "get", path: "/scenario", summary: "What numbers do that the scenario names" },
  {
    method: "put",
    path: "/scenario",
    summary: "Puts a new scenario in the place of the old one",
    bodyBytes: SCENARIO_BYTES,
    request: SCENARIO,
  },
  {
    method: "post",
    path: "/scenario/numbers",
    summary: "Adds numbers to the scenario, or changes or removes them",
    bodyBytes: SCENARIO_BYTES,
    request: CHANGES,
  },
  { method: "get", path: "/chaos", summary: "What is disturbed, channel by channel" },
  {
    method: "put",
    path: "/chaos",
    summary: "Disturbs channels, or leaves them alone",
    bodyBytes: SMALL_BYTES,
    request: CHAOS,
  },
  {
    method: "get",
    path: "/wire-log",
    summary: "What really went over the wires, a JSON line each",
    query: { channel: "Only fax, sms, mail or letter" },
    mediaType: "application/x-ndjson",
  },
];
