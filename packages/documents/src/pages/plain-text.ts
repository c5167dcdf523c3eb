// Plain text as it arrives: guess of binary or text, decoding, line breaks, tabs.

const SNIFF_BYTES = 65_536;
const BYTES_OF_UTF16 = 2;
const BYTES_OF_UTF32 = 4;
const CODE_POINTS_AT_ONCE = 4096;

/** Whether bytes read as text: a byte order mark, or no NUL and hardly any control character in the first 64 KiB. */
export function looksLikeText(bytes: Uint8Array): boolean {
  if (utf32Order(bytes) !== undefined) return true;
  if (utf16Label(bytes) !== undefined) return bytes.length % BYTES_OF_UTF16 === 0;
  const head = bytes.subarray(0, SNIFF_BYTES);
  let control = 0;
  for (const byte of head) {
    if (byte === 0) return false;
    // Tab, LF, VT, FF, CR, Ctrl-Z (old DOS end of file) and ESC belong to text files.
    if ((byte < 0x20 && !(byte >= 9 && byte <= 13) && byte !== 0x1a && byte !== 0x1b) || byte === 0x7f) control++;
  }
  return control * 100 <= head.length;
}

/**
 * Bytes of a text file as a string: by byte order mark, else UTF-8 when it is valid, else windows-1252, which is what
 * German Windows programs write.
 */
export function decodeText(bytes: Uint8Array): string {
  const utf32 = utf32Order(bytes);
  if (utf32 !== undefined) return decodeUtf32(bytes, utf32);
  const utf16 = utf16Label(bytes);
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

/**
 * Octets 0x80 to 0x9f of windows-1252; the others are those of ISO-8859-1, and what is undefined stays a control
 * character. Node 20's own decoder takes all of windows-1252 for ISO-8859-1 and loses the euro sign.
 */
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return latin1.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
}

function utf16Label(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return undefined;
}

/** The little-endian mark is that of UTF-16 with a NUL behind it, which no text begins with. */
function utf32Order(bytes: Uint8Array): "little" | "big" | undefined {
  if (bytes.length % BYTES_OF_UTF32 !== 0) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xfe && bytes[2] === 0 && bytes[3] === 0) return "little";
  if (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0xfe && bytes[3] === 0xff) return "big";
  return undefined;
}

/** What is no Unicode scalar value becomes U+FFFD, as the decoders of the other encodings do it. */
function decodeUtf32(bytes: Uint8Array, order: "little" | "big"): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: string[] = [];
  for (let at = BYTES_OF_UTF32; at < bytes.length; ) {
    const codePoints: number[] = [];
    for (; at < bytes.length && codePoints.length < CODE_POINTS_AT_ONCE; at += BYTES_OF_UTF32) {
      const value = view.getUint32(at, order === "little");
      const isScalar = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
      codePoints.push(isScalar ? value : 0xfffd);
    }
    pieces.push(String.fromCodePoint(...codePoints));
  }
  return pieces.join("");
}
