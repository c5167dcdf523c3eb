// The SMTP route against the mailbox simulator, over a real socket.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSmtp } from "@depesche/mail-routes-smtp";
import { openMailbox } from "@depesche/mailbox";
import { type MailRouteRig, mailRouteContract } from "@depesche/ports/contract/mail-route";
import { simpleParser } from "mailparser";
import { expect, it } from "vitest";

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function rig(): Promise<MailRouteRig & { wireLog: string }> {
  const folder = await mkdtemp(join(tmpdir(), "depesche-mail-"));
  const wireLog = join(folder, "log", "mail.jsonl");
  const asked = gate();
  const silence = gate();
  const pause = () => {
    asked.open();
    return silence.opened;
  };
  const mailbox = await openMailbox({ port: 0, wireLog, pause });
  let here = true;
  const leave = async () => {
    if (!here) return;
    here = false;
    await mailbox.close();
  };
  return {
    route: openSmtp({ host: "127.0.0.1", port: mailbox.port, stopGraceMs: 20 }),
    addresses: {
      good: "kunde@ok.example",
      unknown: "bounce@ok.example",
      full: "full@ok.example",
      deferredFirst: "later@ok.example",
      silent: "slow@ok.example",
    },
    async taken() {
      return Promise.all(
        mailbox.messages().map(async (m) => {
          const parsed = await simpleParser(Buffer.from(mailbox.raw(m.id) ?? []));
          const attachments = parsed.attachments.map((a) => ({
            name: a.filename ?? "",
            mediaType: a.contentType,
            content: a.content,
          }));
          return { ...m, attachments };
        }),
      );
    },
    silentAsked: () => asked.opened,
    leave,
    async dispose() {
      await leave();
      await rm(folder, { recursive: true });
    },
    wireLog,
  };
}

mailRouteContract("the SMTP route to the mailbox simulator", rig);

it("the mailbox's wire log has one line for each mail it confirmed, with its Message-ID", async () => {
  const { route, wireLog, taken, dispose } = await rig();
  const never = new AbortController().signal;
  const mail = { id: "7-0", from: "a@ok.example", subject: "S", text: "T", attachments: [] };
  for (const to of ["x@ok.example", "bounce@ok.example", "later@ok.example", "later@ok.example"]) {
    await route.send({ ...mail, to, id: `7-${to.length}` }, never);
  }
  const lines = (await readFile(wireLog, "utf8"))
    .trimEnd()
    .split("\n")
    .map((l) => JSON.parse(l));
  expect(lines.map((l) => [l.to, l.messageId])).toEqual((await taken()).map((m) => [m.to, m.messageId]));
  expect(lines).toHaveLength(2);
  await route.close();
  await dispose();
});
