import { describe, expect, it } from "vitest";
import { detect } from "./detect.ts";
import { fixture, latin1 } from "./fixtures/files.ts";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0);
const OLE = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);

const ASCII_PDF = "%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";

describe("the type of a document", () => {
  it.each([
    ["letter.pdf", fixture("letter.pdf"), "pdf"],
    ["FAX.TIF", fixture("mmr-fine.tif"), "tiff"],
    ["scan.tiff", fixture("mmr-fine.tif"), "tiff"],
    ["a.png", PNG, "png"],
    ["photo.JPeG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), "jpg"],
    ["a.gif", latin1("GIF89a..."), "gif"],
    ["note.txt", latin1("Gr\xfc\xdfe\r\n"), "txt"],
    ["page.txt", latin1("<html><body>the source is what is sent</body></html>"), "txt"],
    ["late.pdf", latin1(`${" ".repeat(500)}%PDF-1.4`), "pdf"],
    ["talk.txt", latin1("A PDF begins with %PDF-1.7 and ends with %%EOF, startxref 99 before it.\r\n"), "txt"],
    ["no-extension-talk", latin1("Files that begin with %PDF- are PDFs."), "txt"],
    ["junk-before.pdf", latin1(`X-Mailer: Beispiel\r\n\r\n${ASCII_PDF}`), "pdf"],
    ["junk-before-binary.pdf", latin1(`Received: x\r\n\r\n%PDF-1.4\n%\0\x01\x02`), "pdf"],
    ["C:\\Temp\\brief.v2.pdf", fixture("letter.pdf"), "pdf"],
    ["no-extension", fixture("letter.pdf"), "pdf"],
  ])("%s is read here", (name, bytes, type) => {
    expect(detect(bytes, name)).toEqual({ ok: true, type });
  });

  it.each([
    ["a.docx", latin1("PK\x03\x04...word/document.xml"), "libreoffice-writer-nogui"],
    ["a.xlsx", latin1("PK\x03\x04...xl/workbook.xml"), "libreoffice-calc-nogui"],
    ["a.doc", OLE, "libreoffice-writer-nogui"],
    ["rtf-as-word-writes-it.doc", latin1("{\\rtf1\\ansi hello}"), "libreoffice-writer-nogui"],
    ["a.html", latin1("<!-- x --> <!DOCTYPE html><p>x"), "chromium"],
    ["a.ps", latin1("%!PS-Adobe-3.0\n"), "ghostscript"],
    ["no-extension", latin1("%!PS-Adobe-3.0\n"), "ghostscript"],
  ])("%s needs another program, which is named", (name, bytes, debianPackage) => {
    expect(detect(bytes, name)).toMatchObject({ ok: false, problem: "format-not-supported", debianPackage });
  });

  it.each([
    ["a.pdf", PNG, "not-what-its-name-says"],
    ["a.tif", latin1("a text file"), "not-what-its-name-says"],
    ["a.docx", latin1("%PDF-1.4"), "not-what-its-name-says"],
    ["a.txt", PNG, "not-what-its-name-says"],
    ["a.bmp", latin1("BM is how this text begins"), "not-what-its-name-says"],
    ["a.pdf", Uint8Array.of(1, 0, 2, 0, 3), "broken"],
    ["a.exe", latin1("MZ"), "unknown-type"],
    ["a.foo", fixture("letter.pdf"), "unknown-type"],
    ["no-extension", Uint8Array.of(1, 0, 2, 0, 3), "unknown-type"],
    ["a.pdf", new Uint8Array(), "empty-file"],
  ])("%s with other content is refused", (name, bytes, problem) => {
    expect(detect(bytes, name)).toMatchObject({ ok: false, problem });
  });

  it("is told at once, however many comments a text begins with", () => {
    // A pattern that can divide the comments in many ways needs longer than the universe has had for these.
    expect(detect(latin1(`${"<!---->".repeat(140)}x`), "a.txt")).toEqual({ ok: true, type: "txt" });
    expect(detect(latin1(`${"<!-- a -->\n".repeat(40)}<html>`), "a.html")).toMatchObject({ debianPackage: "chromium" });
    expect(detect(latin1("<!-- no end <html>"), "a")).toEqual({ ok: true, type: "txt" });
  });
});
