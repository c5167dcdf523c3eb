// A received fax as PDF: every page one MMR image behind /CCITTFaxDecode (ISO 32000-1 section 7.4.6), nothing is rendered.
import { encode, readTiff, type TiffPage } from "@depesche/t4";
import { X_DPI } from "./pages/fax-sheet.ts";
import { DocumentError } from "./problem.ts";

/** What a page without a resolution is taken to have. */
const Y_DPI = 196;

/**
 * PDF of a TIFF-F, one page for each of its pages, at their true size and with exactly their pixels.
 *
 * @throws DocumentError `broken` when the TIFF or one of its pages cannot be read as a bilevel image
 */
export function tiffToPdf(tiff: Uint8Array): Uint8Array {
  const read = readTiff(tiff);
  if (!read.ok) throw new DocumentError("broken", `The TIFF cannot be read (${read.problem}).`);
  const pageObjects = read.pages.flatMap((page, index) => pageToObjects(page, index));
  const kids = read.pages.map((_, index) => `${firstObject(index)} 0 R`).join(" ");
  return assemble([
    [ascii("<< /Type /Catalog /Pages 2 0 R >>")],
    [ascii(`<< /Type /Pages /Kids [${kids}] /Count ${read.pages.length} >>`)],
    ...pageObjects,
  ]);
}

/** Catalog and page tree are objects 1 and 2; every page takes three. */
function firstObject(pageIndex: number): number {
  return 3 + pageIndex * 3;
}

type PdfObject = Uint8Array[];

/** Page, its content, its image. */
function pageToObjects(page: TiffPage, index: number): PdfObject[] {
  const { bitmap, xDpi = X_DPI, yDpi = Y_DPI } = page;
  if (bitmap === undefined) throw new DocumentError("broken", `Page ${index + 1} of the TIFF is not a fax page.`);
  const width = points(bitmap.width, xDpi);
  const height = points(bitmap.height, yDpi);
  const content = ascii(`q ${width} 0 0 ${height} 0 0 cm /Fax Do Q`);
  const image = encode(bitmap, { coding: "MMR" });
  const number = firstObject(index);
  return [
    [
      ascii(
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] ` +
          `/Resources << /XObject << /Fax ${number + 2} 0 R >> >> /Contents ${number + 1} 0 R >>`,
      ),
    ],
    stream("", content),
    stream(
      `/Type /XObject /Subtype /Image /Width ${bitmap.width} /Height ${bitmap.height} ` +
        "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode " +
        `/DecodeParms << /K -1 /Columns ${bitmap.width} /Rows ${bitmap.height} >> `,
      image,
    ),
  ];
}

function points(pels: number, dpi: number): string {
  return ((pels * 72) / dpi).toFixed(2);
}

function stream(entries: string, data: Uint8Array): PdfObject {
  return [ascii(`<< ${entries}/Length ${data.length} >>\nstream\n`), data, ascii("\nendstream")];
}

/** Objects 1, 2, ... with header, cross-reference table and trailer. */
function assemble(objects: readonly PdfObject[]): Uint8Array {
  // The second line says that binary follows (ISO 32000-1 section 7.5.2).
  const chunks: Uint8Array[] = [ascii("%PDF-1.4\n"), Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a)];
  let at = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const put = (chunk: Uint8Array) => {
    chunks.push(chunk);
    at += chunk.length;
  };
  const offsets = objects.map((object, index) => {
    const offset = at;
    put(ascii(`${index + 1} 0 obj\n`));
    for (const chunk of object) put(chunk);
    put(ascii("\nendobj\n"));
    return offset;
  });
  const table = at;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  put(ascii(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`));
  put(ascii(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`));
  const file = new Uint8Array(at);
  let written = 0;
  for (const chunk of chunks) {
    file.set(chunk, written);
    written += chunk.length;
  }
  return file;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
