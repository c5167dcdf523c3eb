// The mail server in the town.

import * as path from "node:path";
import { openMailbox } from "@depesche/mailbox";
import { countFrom, type House, type Surroundings } from "../house.ts";

export async function openMailHouse(port: number, around: Surroundings): Promise<House> {
  const file = path.join(around.folder, "wire-mail.ndjson");
  const mailbox = await openMailbox({
    port,
    wireLog: file,
    now: around.wall.now,
    simNow: () => around.clock.now(),
    fault: (to) => around.chaos.meets("mail", to),
  });
  return {
    port: mailbox.port,
    wireLog: { channel: "mail", file },
    close: () => mailbox.close(),
    routes: [
      {
        method: "get",
        path: "/mail/messages",
        summary: "Mails that arrived, newest first, with their text.",
        query: { to: "Only mails to this address.", limit: "How many at most; 1000 unless told." },
        response: { type: "object", properties: { messages: { type: "array", items: MAIL } } },
        answer({ query }) {
          const to = query.get("to");
          const mails = mailbox.messages().filter((mail) => to === null || mail.to.includes(to));
          return { json: { messages: mails.reverse().slice(0, countFrom(query, "limit", 1000)) } };
        },
      },
      {
        method: "get",
        path: "/mail/messages/{id}/raw",
        summary: "A mail as it came over the wire.",
        mediaType: "message/rfc822",
        answer({ path: { id = "" } }) {
          const body = mailbox.raw(id);
          return body === undefined
            ? { status: 404, json: { error: `There is no mail ${id} any more.` } }
            : { mediaType: "message/rfc822", body };
        },
      },
    ],
  };
}

const MAIL = {
  type: "object",
  properties: {
    id: { type: "string" },
    at: { type: "number", description: "Wall time, ms since 1970." },
    from: { type: "string" },
    to: { type: "array", items: { type: "string" } },
    messageId: { type: "string" },
    subject: { type: "string" },
    text: { type: "string" },
    html: { type: "string", description: "As it came; not cleaned." },
    simAt: { type: "number", description: "Simulated time, ms since 1970." },
    attachments: { type: "array", items: { type: "object" } },
    bytes: { type: "integer" },
  },
};
