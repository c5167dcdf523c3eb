import { describe, expect, it } from "vitest";
import { readable, readMailSource, readParameters, textOf } from "./mail-source.ts";

const read = (lines: string[]) => readMailSource(new TextEncoder().encode(lines.join("\r\n")));

describe("a mail's source", () => {
  it("has its fields unfolded and its encoded words read", () => {
    const { fields } = read([
      "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?= =?utf-8?B?IGF1cyBCZXJsaW4=?=",
      "Received: from a.example",
      "\tby b.example",
      "",
      "Hallo",
    ]);
    expect(fields).toEqual([
      { name: "Subject", value: "Grüße aus Berlin" },
      { name: "Received", value: "from a.example\tby b.example" },
    ]);
  });

  it("gives every leaf of nested parts, each with its octets", () => {
    const { parts } = read([
      "Content-Type: multipart/mixed; boundary=out",
      "",
      "for old readers",
      "--out",
      'Content-Type: multipart/alternative; boundary="in;side"',
      "",
      "--in;side",
      "Content-Type: text/plain; charset=iso-8859-1",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Gr=FC=DFe =",
      "Welt",
      "--in;side",
      "Content-Type: text/html; charset=utf-8",
      "",
      "<p>Grüße</p>",
      "--in;side--",
      "--out",
      "Content-Type: application/pdf",
      "Content-Disposition: attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf",
      "Content-Transfer-Encoding: base64",
      "",
      "JVBERi0=",
      "--out--",
    ]);
    expect(parts.map(({ mediaType, isAttachment, name }) => ({ mediaType, isAttachment, name }))).toEqual([
      { mediaType: "text/plain", isAttachment: false, name: "" },
      { mediaType: "text/html", isAttachment: false, name: "" },
      { mediaType: "application/pdf", isAttachment: true, name: "Grüße.pdf" },
    ]);
    expect(parts.map(textOf)).toEqual(["Grüße Welt", "<p>Grüße</p>", "%PDF-"]);
  });

  it("that was cut in the midst of a part still shows what came", () => {
    const { parts } = read(["Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "tw"]);
    expect(parts.map(textOf)).toEqual(["one", "tw"]);
  });

  it("of nothing but nested boundaries ends", () => {
    const head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    expect(readMailSource(new TextEncoder().encode(head.repeat(5_000))).parts.length).toBeLessThanOrEqual(400);
  });

  it("without a head, empty, or with an unknown charset is no fault", () => {
    expect(read([""]).parts).toHaveLength(1);
    expect(readMailSource(new Uint8Array(0)).fields).toEqual([]);
    expect(textOf({ content: new TextEncoder().encode("Grüße"), charset: "klingon-7" })).toBe("Grüße");
    expect(readable("=?klingon?B?!!!?= =?utf-8?Q?=ZZ?=")).toContain("=ZZ");
  });

  it("joins a parameter that came in pieces", () => {
    expect(readParameters('x/y; filename*0*=utf-8\'\'Gr%C3%BC; filename*1="n.pdf"; a="1;2"').parameters).toEqual({
      filename: "Grün.pdf",
      a: "1;2",
    });
  });
});
