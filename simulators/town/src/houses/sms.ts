// The Twilio-compatible carrier in the town.

import * as path from "node:path";
import { parseAttemptKey } from "@depesche/core";
import { openTwilioSimulator, type SimulatedSms } from "@depesche/twilio-simulator";
import { BadRequest, countFrom, e164, type House, type Surroundings, textFields } from "../house.ts";

export async function openSmsHouse(port: number, around: Surroundings): Promise<House> {
  const file = path.join(around.folder, "wire-sms.ndjson");
  const { clock, wall, scenario, chaos } = around;
  const carrier = await openTwilioSimulator({
    port,
    clock,
    wall: wall.now,
    wireLog: file,
    moodOf: (to) => chaos.meets("sms", to) ?? scenario.sms(to),
  });
  return {
    port: carrier.port,
    wireLog: { channel: "sms", file },
    close: () => carrier.close(),
    routes: [
      {
        method: "get",
        path: "/sms/messages",
        summary: "Messages the carrier has taken, newest first, with their text.",
        query: {
          number: "Only messages to or from this number.",
          to: "Only messages to this number.",
          limit: "How many at most; 1000 unless told.",
        },
        response: { type: "object", properties: { messages: { type: "array", items: SMS } } },
        answer({ query }) {
          const limit = countFrom(query, "limit", 1000);
          const one = (name: string) => (query.has(name) ? e164(query.get(name) ?? "") : undefined);
          const messages = carrier.messages({ to: one("to"), number: one("number"), limit });
          return { json: { messages: messages.map(messageView) } };
        },
      },
      {
        method: "post",
        path: "/sms/messages",
        summary: "A telephone sends a message to a number of the account.",
        request: {
          type: "object",
          required: ["from", "to", "text"],
          properties: {
            from: { type: "string" },
            to: { type: "string" },
            text: { type: "string" },
            url: { type: "string", description: "Where it is posted, signed, as Twilio would." },
          },
        },
        response: SMS,
        answer({ body }) {
          const { from, to, text } = textFields(body, ["from", "to", "text"]);
          const { url } = body as { url?: unknown };
          if (url !== undefined && (typeof url !== "string" || !URL.canParse(url)))
            throw new BadRequest('"url" is not a URL.');
          return { status: 201, json: messageView(carrier.receive({ from: e164(from), to: e164(to), text, url })) };
        },
      },
    ],
  };
}

/** With the names that all lists of the town have in common, and the place of the recipient it was sent to. */
function messageView({ attempt, ...message }: SimulatedSms) {
  const place = attempt === undefined ? undefined : parseAttemptKey(attempt);
  return {
    ...message,
    id: message.sid,
    segments: message.parts,
    inbound: message.direction === "inbound",
    ...(place && { attempt, job: place.job, n: place.n }),
  };
}

const SMS = {
  type: "object",
  properties: {
    sid: { type: "string" },
    id: { type: "string", description: "The same." },
    segments: { type: "integer", description: "Parts." },
    inbound: { type: "boolean", description: "Sent by the telephone." },
    attempt: { type: "string", description: "job.recipient.attempt, when it was sent for one." },
    job: { type: "integer" },
    n: { type: "integer" },
    direction: { enum: ["outbound-api", "inbound"] },
    to: { type: "string" },
    from: { type: "string" },
    text: { type: "string" },
    encoding: { enum: ["gsm", "ucs2"] },
    parts: { type: "integer" },
    status: { type: "string" },
    errorCode: { type: "integer" },
    at: { type: "number", description: "Wall time, ms since 1970." },
    simAt: { type: "number", description: "Simulated time, ms since 1970." },
  },
};
