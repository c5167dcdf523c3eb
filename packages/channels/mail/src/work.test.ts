import type { AttemptOrder, BlobStore, Mail, MailReport } from "@depesche/ports";
import { describe, expect, it } from "vitest";
import { mailWork } from "./work.ts";

const PDF = new TextEncoder().encode("%PDF-1.4");
const blobs = { get: async (hash: string) => (hash === "aa" ? PDF : undefined) } as BlobStore;
const OK: MailReport = { outcome: "OK", cause: { code: "smtp-250", text: "Taken." }, carrierId: "250 ok" };

function order(more: Partial<AttemptOrder> = {}): AttemptOrder {
  return {
    key: "12.3.2",
    accountId: 1,
    sender: { name: "Muster GmbH" },
    address: "kunde@ok.example",
    reference: "",
    content: {
      text: "Guten Tag",
      documents: [{ hash: "aa", name: "brief.pdf", bytes: 8, mediaType: "application/pdf" }],
    },
    options: {},
    pageCount: 1,
    repeat: false,
    ...more,
  };
}

async function attempt(
  given: AttemptOrder,
  report: MailReport = OK,
  signal = new AbortController().signal,
  store = blobs,
) {
  const sent: Mail[] = [];
  const route = {
    send: async (mail: Mail) => {
      sent.push(mail);
      return report;
    },
    close: async () => {},
  };
  const work = mailWork({ route, blobs: store, from: "post@depesche.example" });
  return { sent, report: await work.send(given, { line: 0, signal, progress: () => {} }) };
}

describe("an attempt of the mail channel", () => {
  it("is one mail with text and attachments, under an id all attempts share", async () => {
    const { sent, report } = await attempt(order());
    expect(sent).toEqual([
      {
        id: "12-3",
        from: "post@depesche.example",
        to: "kunde@ok.example",
        subject: "brief.pdf",
        text: "Guten Tag",
        attachments: [{ name: "brief.pdf", mediaType: "application/pdf", content: PDF }],
      },
    ]);
    expect(report).toEqual({ ...OK, pages: 1 });
    expect((await attempt(order({ key: "12.3.3" }))).sent[0]?.id).toBe("12-3");
  });

  it("takes sender and subject from the job", async () => {
    const options = { mailFrom: "chef@ok.example", subject: "Angebot" };
    expect((await attempt(order({ options }))).sent[0]).toMatchObject({ from: "chef@ok.example", subject: "Angebot" });
    const textOnly = order({ content: { text: "x", documents: [] } });
    expect((await attempt(textOnly)).sent[0]?.subject).toBe("Nachricht von Muster GmbH");
  });

  it("with a document that is gone fails for good, with a store that is down for now; nothing is sent", async () => {
    const gone = order({
      content: { documents: [{ hash: "bb", name: "weg.pdf", bytes: 1, mediaType: "application/pdf" }] },
    });
    expect(await attempt(gone)).toEqual({
      sent: [],
      report: {
        outcome: "SENDFAIL",
        cause: { code: "document-missing", text: 'The document "weg.pdf" is no longer stored.' },
      },
    });
    const down = { get: () => Promise.reject(new Error("EIO")) } as unknown as BlobStore;
    const { report, sent } = await attempt(order(), OK, new AbortController().signal, down);
    expect(report).toMatchObject({ outcome: "SENDFAIL", temporary: true });
    expect(sent).toEqual([]);
  });

  it("cut by our own stop is interrupted, but one that got through all the same is OK", async () => {
    const cut: MailReport = { outcome: "SENDFAIL", cause: { code: "interrupted", text: "Stopped." }, temporary: true };
    expect((await attempt(order(), cut, AbortSignal.abort())).report.interrupted).toBe(true);
    const later: MailReport = { outcome: "SENDFAIL", cause: { code: "smtp-451", text: "Later." }, temporary: true };
    expect((await attempt(order(), later, AbortSignal.abort())).report.interrupted).toBeUndefined();
    expect((await attempt(order(), OK, AbortSignal.abort())).report).toMatchObject({ outcome: "OK" });
  });
});
