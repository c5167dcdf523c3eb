// The mail server in the town.

import * as path from "node:path";
import { openMailbox } from "@depesche/mailbox";
import { type Answer, countFrom, type House, type Surroundings } from "../house.ts";

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
        path: "/mail/messages/{id}",
        summary: "A mail opened: header fields as they read, text, HTML, and the files in it.",
        response: OPENED,
        async answer({ path: { id = "" } }) {
          const json = await mailbox.open(id);
          return json === undefined ? gone(id) : { json };
        },
      },
      {
        method: "get",
        path: "/mail/messages/{id}/attachments/{n}",
        summary: "A file in a mail, by its place from 0.",
        mediaType: "application/octet-stream",
        async answer({ path: { id = "", n = "" } }) {
          // As octets, whatever it calls itself: a page of HTML must not open here as one of ours.
          const body = /^\d{1,6}$/.test(n) ? await mailbox.attachment(id, Number(n)) : undefined;
          if (body) return { mediaType: "application/octet-stream", body };
          return mailbox.raw(id) === undefined
            ? gone(id)
            : { status: 404, json: { error: `Mail ${id} has no file ${n.slice(0, 20)}.` } };
        },
      },
      {
        method: "get",
        path: "/mail/messages/{id}/raw",
        summary: "A mail as it came over the wire.",
        mediaType: "message/rfc822",
        answer({ path: { id = "" } }) {
          const body = mailbox.raw(id);
          return body === undefined ? gone(id) : { mediaType: "message/rfc822", body };
        },
      },
    ],
  };
}

function gone(id: string): Answer {
  return { status: 404, json: { error: `There is no mail ${id.slice(0, 40)} any more.` } };
}

const FILE = {
  type: "object",
  properties: {
    index: { type: "integer", description: "Its place in the mail, from 0." },
    name: { type: "string" },
    mediaType: { type: "string" },
    bytes: { type: "integer" },
    contentId: { type: "string", description: "Pictures in HTML name it as cid:" },
  },
};
const FIELD = { type: "object", properties: { name: { type: "string" }, value: { type: "string" } } };
const OPENED = {
  type: "object",
  properties: {
    fields: { type: "array", items: FIELD },
    text: { type: "string" },
    html: { type: "string", description: "Not cleaned; pictures of the mail's own are in it as data URLs." },
    isCut: { type: "boolean", description: "Something was longer than what is told." },
    attachments: { type: "array", items: FILE },
    fault: { type: "string", description: "Why the mail could not be read." },
  },
};
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
    simAt: { type: "number", description: "Simulated time, ms since 1970." },
    attachments: { type: "array", items: { type: "object" } },
    bytes: { type: "integer" },
  },
};
