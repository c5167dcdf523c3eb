import { describe, expect, it } from "vitest";
import { openAttachment, openMail } from "./opened.ts";

const mail = (...lines: string[]) => Buffer.from(lines.join("\r\n"), "latin1");
const open = (...lines: string[]) => openMail(mail(...lines));

const NESTED = [
  "Content-Type: multipart/mixed; boundary=out",
  "",
  "--out",
  "Content-Type: multipart/related; boundary=in",
  "",
  "--in",
  "Content-Type: text/html; charset=iso-8859-1",
  "",
  '<p>Gr\xfc\xdfe</p><img src="cid:logo"><img src="cid:nobody">',
  "--in",
  "Content-Type: image/png",
  "Content-ID: <logo>",
  "Content-Transfer-Encoding: base64",
  "",
  "iVBORw0=",
  "--in--",
  "--out",
  "Content-Type: application/pdf",
  "Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%BC%C3%9Fe; filename*1=.pdf",
  "Content-Transfer-Encoding: base64",
  "",
  "JVBERi0=",
  "--out--",
];

describe("a mail opened", () => {
  it("has its fields in order, unfolded, encoded words and bare UTF-8 read, structured ones too", async () => {
    const { fields } = await open(
      "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?B?IGF1cyBCZXJsaW4=?=",
      "Received: from a.example",
      "\tby b.example",
      "Received: from c.example",
      "From: =?utf-8?Q?B=C3=BCro?= <a@b.example>",
      "X-Bare: \xc3\xbc",
      "Date: not a date",
      "",
      "Hallo",
    );
    expect(fields.map(({ name, value }) => [name, value.replace(/\s+/g, " ")])).toEqual([
      ["Subject", "Grüße aus Berlin"],
      ["Received", "from a.example by b.example"],
      ["Received", "from c.example"],
      ["From", "Büro <a@b.example>"],
      ["X-Bare", "ü"],
      ["Date", "not a date"],
    ]);
  });

  it("has its own pictures in its HTML, and its files by their place", async () => {
    const { html, attachments, fault } = await open(...NESTED);
    expect(fault).toBeUndefined();
    expect(html).toContain("<p>Grüße</p>");
    expect(html).toContain('<img src="data:image/png;base64,iVBORw0="><img src="cid:nobody">');
    expect(attachments).toEqual([
      { index: 0, name: "", mediaType: "image/png", bytes: 5, contentId: "logo" },
      { index: 1, name: "Grüße.pdf", mediaType: "application/pdf", bytes: 5 },
    ]);
    expect(Buffer.from((await openAttachment(mail(...NESTED), 1)) ?? []).toString()).toBe("%PDF-");
    expect(await openAttachment(mail(...NESTED), 2)).toBeUndefined();
  });

  it("that was cut in the midst of a part still shows what came", async () => {
    const { text } = await open("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "tw");
    expect(text).toBe("one\ntw");
  });

  it("of nothing but nested boundaries tells why it was given up", async () => {
    const raw = Buffer.from("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(5_000));
    expect(await openMail(raw)).toMatchObject({ fields: [], attachments: [], fault: expect.stringContaining("Max") });
    expect(await openAttachment(raw, 0)).toBeUndefined();
  });

  it("tells when it is longer than what is told, and puts no picture into what was cut", async () => {
    const [head, rest] = [NESTED.slice(0, 8), NESTED.slice(9)];
    const { html, isCut } = await open(...head, `<p>${'<img src="cid:logo">'.repeat(60_000)}`, ...rest);
    expect([html?.length, isCut, html?.includes("data:")]).toEqual([1_000_000, true, false]);
    const many = await open(...Array.from({ length: 600 }, (_, n) => `X: ${n}`), "", "x");
    expect([many.fields.length, many.isCut]).toEqual([500, true]);
  });

  it("without a head, empty, or with a charset nobody knows is no fault", async () => {
    expect(await open("", "no head")).toMatchObject({ fields: [], text: "no head" });
    expect((await openMail(Buffer.alloc(0))).fault).toBeUndefined();
    const odd = await openMail(Buffer.from("Content-Type: text/plain; charset=klingon-7\r\n\r\nGrüße"));
    expect(odd.text).toBe("Grüße");
  });
});
