// Plain text as it arrives: guess of binary or text, decoding, line breaks, tabs.

const SNIFF_BYTES = 65_536;
const BYTES_OF_UTF16 = 2;

/** Whether bytes read as text: a byte order mark, or no NUL and hardly any control character in the first 64 KiB. */
export function looksLikeText(bytes: Uint8Array): boolean {
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
