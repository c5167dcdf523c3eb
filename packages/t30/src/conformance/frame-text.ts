/** Frames written as text: octets in hexadecimal, with wildcards where a frame is expected. */

import type { FrameText } from "./case.ts";

/** Octets of a frame to be sent, and whether its FCS is good. Throws SyntaxError for text that is no frame: our own mistake. */
export function readFrame(text: FrameText): { bytes: Uint8Array; ok: boolean } {
  const ok = !text.startsWith("!");
  const bytes = (ok ? text : text.slice(1))
    .trim()
    .split(/ +/)
    .map((token) => {
      if (!/^[0-9a-f]{2}$/.test(token)) throw new SyntaxError(`"${token}" is no octet of a frame`);
      return Number.parseInt(token, 16);
    });
  return { bytes: Uint8Array.from(bytes), ok };
}

/** Whether a frame is what the pattern says. */
export function matchesFrame(pattern: FrameText, bytes: Uint8Array): boolean {
  const tokens = pattern.trim().split(/ +/);
  const open = tokens.at(-1) === "*";
  if (open) tokens.pop();
  if (open ? bytes.length < tokens.length : bytes.length !== tokens.length) return false;
  return tokens.every((token, at) => matchesOctet(token, bytes[at]!));
}

function matchesOctet(token: string, octet: number): boolean {
  if (token === "..") return true;
  const [value, mask = "ff"] = token.split("&");
  return ((octet ^ Number.parseInt(value!, 16)) & Number.parseInt(mask, 16)) === 0;
}

/** A frame as text. */
export function textOf(bytes: Uint8Array): FrameText {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}
