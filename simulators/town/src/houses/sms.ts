// The Twilio-compatible carrier in the town.

import * as path from "node:path";
import { openTwilioSimulator } from "@depesche/twilio-simulator";
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
        query: { to: "Only messages to this number.", limit: "How many at most; 1000 unless told." },
        response: { type: "object", properties: { messages: { type: "array", items: SMS } } },
        answer({ query }) {
          const to = query.get("to");
          const limit = countFrom(query, "limit", 1000);
          return { json: { messages: carrier.messages({ to: to === null ? undefined : e164(to), limit }) } };
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
          return { status: 201, json: carrier.receive({ from: e164(from), to: e164(to), text, url }) };
        },
      },
    ],
  };
}

const SMS = {
  type: "object",
  properties: {
    sid: { type: "string" },
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
