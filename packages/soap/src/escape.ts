// Text as XML content or attribute value (XML 1.0, sections 2.2 and 2.4).

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** Characters that XML 1.0 cannot carry, not even as references, and halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
export const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;
const ALL_NOT_XML = new RegExp(NOT_XML, "gu");

/** Escaped for element content and double-quoted attributes; what XML cannot carry becomes U+FFFD. */
export function escapeText(text: string): string {
  return text.replace(ALL_NOT_XML, "\ufffd").replace(/[&<>"\r]/g, (character) => ESCAPES[character]!);
}
