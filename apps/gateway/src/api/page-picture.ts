// Which room draws a page: PDF pages by the PDF engine, fax pages (TIFF) by the fax decoder.

/** What is used of the documents room. */
export interface PageRooms {
  pdfPagePng(bytes: Uint8Array, index: number, dpi: number): Promise<{ ok: true; png: Uint8Array } | { ok: false }>;
  renderPagePng(tiff: Uint8Array, index: number): Promise<Uint8Array>;
}

const DPI = 110;

/** Draws page `index` (from 0) of a PDF or TIFF, told by its first bytes. */
export async function pagePicture(
  rooms: PageRooms,
  document: Uint8Array,
  index: number,
): Promise<Uint8Array | "none" | "unsupported"> {
  const head = Buffer.from(document.subarray(0, 1024)).toString("latin1");
  if (head.includes("%PDF-")) {
    const result = await rooms.pdfPagePng(document, index, DPI);
    return result.ok ? result.png : "none";
  }
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
    return rooms.renderPagePng(document, index).catch(() => "none" as const);
  }
  return "unsupported";
}
