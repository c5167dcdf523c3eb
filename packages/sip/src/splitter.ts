/** SIP over a byte stream (RFC 3261 §18.3): messages are cut by Content-Length; blank lines between them are keep-alives. */

import { contentLength, endOfHeaders, MAX_MESSAGE_OCTETS, type SipProblem } from "./message.ts";
import { canonicalName } from "./names.ts";

const latin1 = new TextDecoder("latin1");
const EMPTY = new Uint8Array(0);

/** Keeps at most one unfinished message; after a problem it stays in that problem: the connection must be closed. */
export class SipSplitter {
  #pending: Uint8Array = EMPTY;
  /** Octets of the unfinished message in which the end of its headers is not. */
  #searched = 0;
  #problem: SipProblem | undefined;

  /** A message has begun and its end has not come. */
  get unfinished(): boolean {
    return this.#pending.length > 0;
  }

  /** The next piece of the stream, of any size. Gives the whole messages completed by it, in order, as views. */
  push(piece: Uint8Array): { messages: Uint8Array[]; problem?: SipProblem } {
    const messages: Uint8Array[] = [];
    if (this.#problem) return { messages, problem: this.#problem };
    let bytes = piece;
    if (this.#pending.length > 0) {
      bytes = new Uint8Array(this.#pending.length + piece.length);
      bytes.set(this.#pending);
      bytes.set(piece, this.#pending.length);
    }
    let at = 0;
    while (at < bytes.length) {
      if (bytes[at] === 0x0d || bytes[at] === 0x0a) {
        at++;
        continue;
      }
      const end = endOfHeaders(bytes, at + Math.max(0, this.#searched - 3));
      this.#searched = 0;
      if (!end) {
        this.#searched = bytes.length - at;
        break;
      }
      const length = announcedLength(latin1.decode(bytes.subarray(at, end.at)));
      if (length === undefined) return this.#fail(messages, "sip-content-length");
      if (end.bodyAt - at + length > MAX_MESSAGE_OCTETS) return this.#fail(messages, "sip-too-large");
      if (bytes.length < end.bodyAt + length) break;
      messages.push(bytes.subarray(at, end.bodyAt + length));
      at = end.bodyAt + length;
    }
    this.#pending = at === bytes.length ? EMPTY : bytes.slice(at);
    if (this.#pending.length > MAX_MESSAGE_OCTETS) return this.#fail(messages, "sip-too-large");
    return { messages };
  }

  #fail(messages: Uint8Array[], problem: SipProblem): { messages: Uint8Array[]; problem: SipProblem } {
    this.#problem = problem;
    this.#pending = EMPTY;
    return { messages, problem };
  }
}

/** Over a stream a missing Content-Length means no body: nothing else could end the message. */
function announcedLength(head: string): number | undefined {
  for (const line of head.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 1 || colon > 20) continue;
    if (canonicalName(line.slice(0, colon).trim()) === "Content-Length")
      return contentLength(line.slice(colon + 1).trim());
  }
  return 0;
}
