// What a file is, by its first bytes and by its name together: FAX.de lets the extension name the type, so both must agree.
import { looksLikeText } from "./pages/plain-text.ts";
import { DocumentError, type Problem } from "./problem.ts";

/** Types read in-process. */
export type DocumentType = "pdf" | "tiff" | "png" | "jpg" | "gif" | "bmp" | "txt";

/** Types that are recognised, but need a program that is not part of this package. */
export type ForeignType = "doc" | "xls" | "docx" | "xlsx" | "odt" | "ods" | "rtf" | "html" | "ps";

export type Detection = { ok: true; type: DocumentType } | Problem;

const EXTENSIONS: Record<string, DocumentType | ForeignType> = {
  pdf: "pdf",
  tif: "tiff",
  tiff: "tiff",
  png: "png",
  jpg: "jpg",
  jpeg: "jpg",
  gif: "gif",
  bmp: "bmp",
  dib: "bmp",
  txt: "txt",
  text: "txt",
  doc: "doc",
  dot: "doc",
  xls: "xls",
  docx: "docx",
  xlsx: "xlsx",
  odt: "odt",
  ods: "ods",
  rtf: "rtf",
  htm: "html",
  html: "html",
  ps: "ps",
  eps: "ps",
};

const DEBIAN_PACKAGE: Record<ForeignType, string> = {
  doc: "libreoffice-writer-nogui",
  docx: "libreoffice-writer-nogui",
  odt: "libreoffice-writer-nogui",
  rtf: "libreoffice-writer-nogui",
  xls: "libreoffice-calc-nogui",
  xlsx: "libreoffice-calc-nogui",
  ods: "libreoffice-calc-nogui",
  html: "chromium",
  ps: "ghostscript",
};

/** What the content itself shows. Containers hold several types; text may be anything that is written as text. */
type Content = DocumentType | "ps" | "rtf" | "html" | "zip" | "ole" | "unknown";

/** Types that a container or a text may turn out to be. */
const ZIP_TYPES: readonly string[] = ["docx", "xlsx", "odt", "ods"];
const OLE_TYPES: readonly string[] = ["doc", "xls"];
/** Word and Excel open RTF and HTML under their own extensions, and programs write them so. */
const OFFICE_TEXT: readonly string[] = ["rtf", "html"];

/** A PDF reader looks for the header in the first 1,024 bytes (ISO 32000-1 annex H.3.4.1). */
const PDF_HEADER_WINDOW = 1024;
/** The first object of a PDF that is all text follows its header soon. */
const PDF_BODY_WINDOW = 8192;

/**
 * The type of a document, or why it cannot be used.
 *
 * @param bytes the whole file
 * @param fileName the name it came by; without an extension the content alone decides
 */
export function detect(bytes: Uint8Array, fileName: string): Detection {
  if (bytes.length === 0) return { ok: false, problem: "empty-file", detail: "The file has no bytes." };
  const extension = extensionOf(fileName);
  const content = sniff(bytes);
  if (extension === "") return byContent(bytes, content);
  const named = EXTENSIONS[extension];
  if (named === undefined) {
    return {
      ok: false,
      problem: "unknown-type",
      detail: `The extension .${extension} is not that of a known document type.`,
    };
  }
  if (agrees(named, content)) {
    // The content decides between foreign types, since it is what a converter would meet.
    return isForeign(named)
      ? notSupported(content === "rtf" || content === "html" ? content : named)
      : { ok: true, type: named };
  }
  if (content === "unknown") {
    return { ok: false, problem: "broken", detail: `The file is named .${extension}, but does not begin like one.` };
  }
  return {
    ok: false,
    problem: "not-what-its-name-says",
    detail: `The file is named .${extension}, but its content is ${describe(content)}.`,
  };
}

/** {@link detect} for use inside this package: the type, or a DocumentError. */
export function detectOrThrow(bytes: Uint8Array, fileName: string): DocumentType {
  const detected = detect(bytes, fileName);
  if (detected.ok) return detected.type;
  throw new DocumentError(detected.problem, detected.detail, detected.debianPackage);
}

function extensionOf(fileName: string): string {
  const base = fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
  const dot = base.lastIndexOf(".");
  return dot < 0
    ? ""
    : base
        .slice(dot + 1)
        .trim()
        .toLowerCase();
}

function agrees(named: DocumentType | ForeignType, content: Content): boolean {
  if (named === content) return true;
  // Whatever reads as text may be sent as text, HTML source and PostScript source too.
  if (named === "txt") return content === "html" || content === "rtf" || content === "ps";
  if (named === "html") return content === "txt";
  if (OLE_TYPES.includes(named)) return content === "ole" || OFFICE_TEXT.includes(content);
  return ZIP_TYPES.includes(named) && content === "zip";
}

function byContent(bytes: Uint8Array, content: Content): Detection {
  switch (content) {
    case "ps":
    case "rtf":
    case "html":
      return notSupported(content);
    case "ole":
      return notSupported("doc");
    case "zip": {
      const type = zipType(bytes);
      if (type !== undefined) return notSupported(type);
      return { ok: false, problem: "unknown-type", detail: "The file is a ZIP archive, not a document." };
    }
    case "unknown":
      return { ok: false, problem: "unknown-type", detail: "The content is not that of a known document type." };
    default:
      return { ok: true, type: content };
  }
}

function isForeign(type: DocumentType | ForeignType): type is ForeignType {
  return type in DEBIAN_PACKAGE;
}

function notSupported(type: ForeignType): Problem {
  const debianPackage = DEBIAN_PACKAGE[type];
  return {
    ok: false,
    problem: "format-not-supported",
    detail: `${type.toUpperCase()} documents cannot be converted here; the Debian package ${debianPackage} would help.`,
    debianPackage,
  };
}

function describe(content: Content): string {
  if (content === "zip") return "a ZIP container";
  if (content === "ole") return "an old Office file";
  if (content === "txt") return "plain text";
  return content.toUpperCase();
}

function sniff(bytes: Uint8Array): Content {
  if (begins(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  if (begins(bytes, 0xff, 0xd8, 0xff)) return "jpg";
  if (begins(bytes, 0x47, 0x49, 0x46, 0x38)) return "gif";
  // TIFF in both byte orders, and BigTIFF.
  if (begins(bytes, 0x49, 0x49, 0x2a, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2a)) return "tiff";
  if (begins(bytes, 0x49, 0x49, 0x2b, 0) || begins(bytes, 0x4d, 0x4d, 0, 0x2b)) return "tiff";
  if (begins(bytes, 0x50, 0x4b, 3, 4)) return "zip";
  if (begins(bytes, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return "ole";
  if (begins(bytes, 0x42, 0x4d) && isBmpHeader(bytes)) return "bmp";
  const head = latin1(bytes, PDF_HEADER_WINDOW);
  if (head.includes("%PDF-") && isPdf(bytes, head)) return "pdf";
  if (head.startsWith("%!PS") || head.startsWith("\x04%!PS")) return "ps";
  if (head.startsWith("{\\rtf")) return "rtf";
  if (!looksLikeText(bytes)) return "unknown";
  return beginsLikeHtml(head) ? "html" : "txt";
}

/**
 * A header at the beginning is a PDF's. With something else before it, it may be one that a text speaks of: a PDF has a
 * version behind it, and then is no text or has objects and an end.
 */
function isPdf(bytes: Uint8Array, head: string): boolean {
  if (/^[\s\0\ufeff\xef\xbb\xbf]*%PDF-/.test(head)) return true;
  if (!/%PDF-\d\.\d/.test(head)) return false;
  if (!looksLikeText(bytes)) return true;
  const end = latin1(bytes.subarray(-PDF_HEADER_WINDOW), PDF_HEADER_WINDOW);
  return (
    /startxref\s{1,4}\d|%%EOF/.test(end) && /\d{1,10}\s{1,4}\d{1,5}\s{1,4}obj\b/.test(latin1(bytes, PDF_BODY_WINDOW))
  );
}

/** Comments may stand before the first tag. They are skipped one by one: a pattern over all of them could be made to try every way to divide them. */
function beginsLikeHtml(head: string): boolean {
  let rest = head.replace(/^[\s\ufeff\xef\xbb\xbf]+/, "");
  while (rest.startsWith("<!--")) {
    const end = rest.indexOf("-->", 4);
    if (end < 0) return false;
    rest = rest.slice(end + 3).trimStart();
  }
  return /^<(?:!doctype\s+html|html|head|body)\b/i.test(rest);
}

/** "BM" alone begins many a text; a bitmap has a DIB header of a known size behind it. */
function isBmpHeader(bytes: Uint8Array): boolean {
  return (
    [12, 40, 52, 56, 64, 108, 124].includes(bytes[14] ?? 0) && bytes[15] === 0 && bytes[16] === 0 && bytes[17] === 0
  );
}

/** Office types write their nature into the first entries of the archive. */
function zipType(bytes: Uint8Array): ForeignType | undefined {
  const head = latin1(bytes, 8192);
  if (head.includes("opendocument.text")) return "odt";
  if (head.includes("opendocument.spreadsheet")) return "ods";
  if (head.includes("word/")) return "docx";
  return head.includes("xl/") ? "xlsx" : undefined;
}

function begins(bytes: Uint8Array, ...magic: number[]): boolean {
  return magic.every((value, at) => bytes[at] === value);
}

function latin1(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}
