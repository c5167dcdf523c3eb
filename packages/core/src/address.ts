// Which mail addresses and SMS senders are taken, the same for all faces and channels.

/** No blank, control character or special of RFC 5322 §3.2.3; U+FFFD stands for something that was lost on the way. */
const ATOM = String.raw`[^\s\p{Cc}\u{fffd}<>()[\]\\,;:"@.]`;
const MAIL = new RegExp(
  String.raw`^(?=[^@]{1,64}@)${ATOM}+(?:\.${ATOM}+)*@(?=.{1,255}$)${ATOM}{1,63}(?:\.${ATOM}{1,63})+$`,
  "u",
);

/** Whether the text is one addr-spec with a dot-atom as its local part and a domain of at least two labels; other letters than ASCII may stand in both. */
export function isMailAddress(text: string): boolean {
  return MAIL.test(text);
}

/** Whether an SMS may come from this: up to 16 digits, or up to 11 letters, digits and blanks with a letter among them. */
export function isSmsSender(text: string): boolean {
  return /^\+?\d{1,16}$/.test(text) || /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(text);
}
