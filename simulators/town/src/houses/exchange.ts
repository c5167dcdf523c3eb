// The telephone exchange in the town, with the fax machines behind its numbers.

import * as path from "node:path";
import { createDocuments, type Documents } from "@depesche/documents";
import { type CallRecord, canDial, machineKinds, openExchange, type PlacedCall } from "@depesche/exchange";
import { BadRequest, countFrom, e164, type House, type Surroundings, textFields } from "../house.ts";

export async function openExchangeHouse(port: number, around: Surroundings): Promise<House> {
  const file = path.join(around.folder, "wire-fax.ndjson");
  const { clock, scenario, chaos } = around;
  const exchange = await openExchange({
    port,
    wireLog: file,
    now: () => clock.now(),
    subscriber: (number) => scenario.call(number),
    disturbed: (number) => chaos.meets("fax", number),
  });
  around.exchange = exchange;
  let documents: Documents | undefined;
  /** Conversion threads are started by the first document that needs them. */
  const rooms = () => {
    documents ??= createDocuments({ threads: 1 });
    return documents;
  };
  return {
    port: exchange.port,
    wireLog: { channel: "fax", file },
    async close() {
      await Promise.all([exchange.close(), documents?.close()]);
    },
    routes: [
      {
        method: "get",
        path: "/exchange/calls",
        summary: "Calls that are over, newest first, and those on the line now.",
        query: { number: "Only calls to or from this number.", limit: "How many at most; 1000 unless told." },
        response: {
          type: "object",
          properties: { calls: { type: "array", items: CALL }, onLine: { type: "array", items: CALL } },
        },
        answer({ query }) {
          const number = query.get("number") === null ? undefined : e164(query.get("number") ?? "");
          const isMeant = (c: CallRecord) => number === undefined || c.to === number || c.from === number;
          const latest = (calls: readonly CallRecord[]) =>
            calls
              .filter(isMeant)
              .reverse()
              .slice(0, countFrom(query, "limit", 1000));
          return { json: { calls: latest(exchange.calls()), onLine: latest(exchange.onLine()) } };
        },
      },
      {
        method: "get",
        path: "/exchange/calls/{id}",
        summary: "One of the latest thousand calls; its result is empty until it is over.",
        response: CALL,
        answer({ path: { id = "" } }) {
          const call = isCallId(id) ? exchange.call(Number(id)) : undefined;
          return call === undefined
            ? { status: 404, json: { error: `There is no call ${id.slice(0, 20)} (any more).` } }
            : { json: call };
        },
      },
      {
        method: "get",
        path: "/exchange/calls/{id}/ladder",
        summary: "What both ends of one of the latest hundred calls have said so far, decoded, in order of line time.",
        response: { type: "object", properties: { lines: { type: "array", items: LADDER_LINE } } },
        answer({ path: { id = "" } }) {
          const lines = isCallId(id) ? exchange.ladder(Number(id)) : undefined;
          return lines === undefined ? noLadder(id) : { json: { lines } };
        },
      },
      {
        method: "get",
        path: "/exchange/calls/{id}/ladder.pcap",
        summary: "The same as a capture file for Wireshark.",
        mediaType: "application/vnd.tcpdump.pcap",
        answer({ path: { id = "" } }) {
          const body = isCallId(id) ? exchange.ladderPcap(Number(id)) : undefined;
          return body === undefined ? noLadder(id) : { mediaType: "application/vnd.tcpdump.pcap", body };
        },
      },
      {
        method: "get",
        path: "/exchange/machines",
        summary:
          "Kinds of machines: what they are, whether they may dial in, whether a number of the scenario may have one.",
        response: { type: "object", properties: { machines: { type: "array", items: MACHINE } } },
        answer: () => ({ json: { machines: machineKinds() } }),
      },
      {
        method: "post",
        path: "/exchange/calls",
        summary:
          "A simulated machine dials and sends a fax; answered when the call is over, or at once without waiting.",
        request: {
          type: "object",
          required: ["from", "to"],
          properties: {
            from: { type: "string" },
            to: { type: "string" },
            tiff: { type: "string", contentEncoding: "base64", description: "The pages as a bilevel TIFF." },
            document: {
              type: "string",
              contentEncoding: "base64",
              description: "Or any document, made into pages first.",
            },
            name: { type: "string", description: "File name of the document; tells its type." },
            text: { type: "string", description: "Or a text, set as a document would be." },
            stationId: { type: "string", maxLength: 20 },
            mood: { type: "string", description: "A kind of machine that dials; default: what lives behind `from`." },
            wait: { type: "boolean", description: "false: answered at once; the call is looked up by its id." },
          },
        },
        response: CALL,
        async answer({ body }) {
          const { from, to } = textFields(body, ["from", "to"]);
          const stationId = optionalText(body, "stationId");
          const mood = diallingMood(optionalText(body, "mood"));
          const { wait = true } = body as { wait?: unknown };
          if (typeof wait !== "boolean") throw new BadRequest('"wait" is neither true nor false.');
          const order = { from: e164(from), to: e164(to), tiff: await pagesOf(body, rooms), stationId, mood };
          const begun = exchange.beginCall(order);
          if (!begun.ok) throw new BadRequest(begun.refused);
          if (!wait) return { status: 202, json: begun.record };
          await begun.over;
          return { status: 201, json: begun.record };
        },
      },
      {
        method: "get",
        path: "/exchange/machines/{number}/faxes",
        summary: "Faxes a simulated machine holds, oldest first.",
        response: { type: "object", properties: { faxes: { type: "array", items: FAX } } },
        answer({ path: { number = "" } }) {
          const to = e164(number);
          const faxes = exchange.faxes(to).map(({ from, remoteId, at, pages }, n) => ({
            n,
            from,
            remoteId,
            simAt: at,
            pages: pages.length,
            badLines: pages.reduce((sum, page) => sum + page.badLines, 0),
            tiff: `/exchange/machines/${encodeURIComponent(to)}/faxes/${n}.tif`,
          }));
          return { json: { faxes } };
        },
      },
      {
        method: "get",
        path: "/exchange/attempts/{key}/fax.tif",
        summary:
          "What the call of an attempt left at a machine; one that was broken off ends with the lines that came.",
        mediaType: "image/tiff",
        answer({ path: { key = "" } }) {
          const body = exchange.attemptTiff(key);
          return body === undefined
            ? { status: 404, json: { error: `No machine holds a fax of attempt ${key.slice(0, 40)} (any more).` } }
            : { mediaType: "image/tiff", body };
        },
      },
      {
        method: "get",
        path: "/exchange/machines/{number}/faxes/{n}.tif",
        summary: "A fax as a multipage TIFF; n counts from 0.",
        mediaType: "image/tiff",
        answer({ path: { number = "", n = "" } }) {
          const body = /^\d{1,6}$/.test(n) ? exchange.faxTiff(e164(number), Number(n)) : undefined;
          return body === undefined
            ? { status: 404, json: { error: `The machine has no fax ${n.slice(0, 20)}.` } }
            : { mediaType: "image/tiff", body };
        },
      },
    ],
  };
}

/** The bilevel TIFF to send, out of `tiff`, `document` or `text`. */
async function pagesOf(body: unknown, rooms: () => Documents): Promise<Uint8Array> {
  const { tiff, document } = body as Record<string, unknown>;
  if (tiff !== undefined) return octets(tiff, "tiff");
  const text = optionalText(body, "text");
  if (document === undefined && text === undefined)
    throw new BadRequest('One of "text", "document" and "tiff" must be there, the latter two as base64.');
  const part =
    document === undefined
      ? { name: "text.txt", bytes: Buffer.from(text ?? "", "utf8") }
      : { name: optionalText(body, "name") ?? "document", bytes: octets(document, "document") };
  const made = await rooms().toFaxPages([part], { resolution: "fine" });
  if (!made.ok) throw new BadRequest(`The document cannot be faxed (${made.problem}): ${made.detail}`);
  return made.pages.tiff;
}

function isCallId(id: string): boolean {
  return /^\d{1,9}$/.test(id);
}

function noLadder(id: string): { status: number; json: unknown } {
  return { status: 404, json: { error: `There is no ladder of a call ${id.slice(0, 20)} (any more).` } };
}

function optionalText(body: unknown, name: string): string | undefined {
  const given = (body as Record<string, unknown>)[name];
  if (given !== undefined && typeof given !== "string") throw new BadRequest(`"${name}" is not a text.`);
  return given;
}

function diallingMood(word: string | undefined): PlacedCall["mood"] {
  if (word === undefined || canDial(word)) return word;
  const dialling = machineKinds().flatMap(({ mood, dials }) => (dials ? [mood] : []));
  throw new BadRequest(`"mood" must be one of ${dialling.join(", ")}.`);
}

function octets(given: unknown, name: string): Uint8Array {
  const plain = typeof given === "string" ? given.replace(/\s/g, "") : "";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) throw new BadRequest(`"${name}" is not base64.`);
  return Uint8Array.from(Buffer.from(plain, "base64"));
}

const MACHINE = {
  type: "object",
  properties: {
    mood: { type: "string" },
    name: { type: "string" },
    dials: { type: "boolean", description: "May dial in." },
    answers: { type: "boolean", description: "May live behind a number of the scenario." },
  },
};

const CALL = {
  type: "object",
  properties: {
    at: { type: "number", description: "Wall time, ms since 1970." },
    simAt: { type: "number", description: "Simulated time, ms since 1970." },
    id: { type: "integer" },
    attempt: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    result: { type: "string" },
    cause: { type: "string" },
    pages: { type: "integer" },
    sha256: { type: "string" },
    lineUs: { type: "number" },
    ringUs: { type: "number" },
  },
};

const LADDER_LINE = {
  type: "object",
  properties: {
    lineUs: { type: "number", description: "Microseconds since connect; negative while it rings." },
    airUs: { type: "number", description: "How long it was on the line." },
    from: { enum: ["caller", "answerer"] },
    kind: { enum: ["sip", "tone", "indicator", "training", "frame", "page", "timer"] },
    name: { type: "string" },
    meaning: { type: "string" },
    clause: { type: "string" },
    fields: { type: "array", items: { type: "object" } },
    damaged: { type: "boolean" },
    repeated: { type: "boolean" },
    octets: { type: "string", description: "Hex." },
    fifAt: { type: "integer", description: "Offset of the information field within the octets." },
    ecm: { type: "object", description: "Frames of a block: which came damaged, which repeat earlier ones." },
  },
};

const FAX = {
  type: "object",
  properties: {
    n: { type: "integer" },
    from: { type: "string" },
    remoteId: { type: "string" },
    simAt: { type: "number", description: "Simulated time, ms since 1970." },
    pages: { type: "integer" },
    badLines: { type: "integer", description: "Lines that came damaged and were concealed." },
    tiff: { type: "string", description: "Where the TIFF is." },
  },
};
