// A received fax as PDF: the MMR strips are wrapped as they are, nothing is rendered again.

/**
 * PDF of a TIFF-F, one page for each, at its true size.
 *
 * @throws DocumentError `broken` when the TIFF cannot be read
 */
export function tiffToPdf(tiff: Uint8Array): Uint8Array {
  throw new Error(`${tiff.length}`);
}
