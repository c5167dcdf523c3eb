// What the orders of a load run carry: a line of text, pages of text, a document of the caller's, a letter.

import type { LoadChannel } from "./orders.ts";

export interface LoadFile {
  name: string;
  bytes: Uint8Array;
}

export interface Content {
  text?: string;
  file?: LoadFile;
}

const TEXT = "Load test of Depesche";

/** `pages` and `file` are for faxes; a file that is a PDF goes into letters, too. */
export function contentOf(channel: LoadChannel, given: { pages: number; file?: LoadFile }): Content {
  switch (channel) {
    case "fax":
      if (given.file) return { file: given.file };
      return given.pages === 1 ? { text: TEXT } : { file: textPages(given.pages) };
    case "letter":
      return { file: given.file?.name.toLowerCase().endsWith(".pdf") ? given.file : LETTER };
    case "sms":
    case "mail":
      return { text: TEXT };
    case "null":
      return {};
  }
}

/** Pages parted by form feeds, which XML cannot carry: hence a file. */
function textPages(pages: number): LoadFile {
  const text = Array.from({ length: pages }, (_, i) => `${TEXT}, ${i + 1}/${pages}\r\n`).join("\f");
  return { name: "load.txt", bytes: new TextEncoder().encode(text) };
}

/** A sheet of A4 with an address where a window envelope shows it (DIN 5008, form B); the addressee is nobody. */
const LETTER: LoadFile = {
  name: "load.pdf",
  bytes: new TextEncoder().encode(
    pdf(
      "BT /F1 10 Tf 14 TL 65 680 Td (Beispiel KG) Tj T* (Lange Strasse 12) Tj T* (12345 Musterhausen) Tj ET " +
        `BT /F1 10 Tf 65 500 Td (${TEXT}) Tj ET`,
    ),
  ),
};

/** One page that shows a content stream (ISO 32000-1, 7.5). ASCII only: offsets are counted in characters. */
function pdf(stream: string): string {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  const table = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
}
