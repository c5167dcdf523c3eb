/**
 * Messages between our own two ends, beside the IFPs on the same TPKT stream (agreed by `a=x-depesche-line-time:1`, so no
 * foreign end ever sees one). Their first octet is an extended indicator, which version 0 of T.38 does not have.
 *
 *   3E 01 token              hello: which call this connection belongs to
 *   3E 02 time               the IFP that follows is on the line at this time
 *   3E 03 sent received due  idle: IFPs sent and received so far, earliest deadline (all ones: none)
 *   3E 04 time               hang-up
 *
 * Times are microseconds since connect in 6 octets, counts have 4; most significant octet first.
 */

export type OwnMessage =
  | { kind: "hello"; token: string }
  | { kind: "at"; us: number }
  | { kind: "idle"; sent: number; received: number; deadlineUs: number | undefined }
  | { kind: "hang-up"; us: number };

const MARK = 0x3e;
const NONE = 0xffff_ffff_ffff;
const LONGEST_TOKEN = 64;

export function isOwnMessage(bytes: Uint8Array): boolean {
  return bytes[0] === MARK;
}

export function encodeOwn(message: OwnMessage): Uint8Array {
  switch (message.kind) {
    case "hello": {
      const bytes = new Uint8Array(2 + message.token.length);
      bytes[0] = MARK;
      bytes[1] = 1;
      for (let i = 0; i < message.token.length; i++) bytes[2 + i] = message.token.charCodeAt(i);
      return bytes;
    }
    case "at":
      return timed(2, message.us);
    case "hang-up":
      return timed(4, message.us);
    case "idle": {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      bytes[0] = MARK;
      bytes[1] = 3;
      view.setUint32(2, message.sent);
      view.setUint32(6, message.received);
      writeTime(view, 10, message.deadlineUs ?? NONE);
      return bytes;
    }
    default:
      return message satisfies never;
  }
}

/** The message, or undefined when it is malformed: the peer's fault. */
export function decodeOwn(bytes: Uint8Array): OwnMessage | undefined {
  if (bytes[0] !== MARK) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (bytes[1]) {
    case 1: {
      const token = String.fromCharCode(...bytes.subarray(2, 2 + LONGEST_TOKEN + 1));
      return /^[A-Za-z0-9]{1,64}$/.test(token) ? { kind: "hello", token } : undefined;
    }
    case 2:
      return bytes.length === 8 ? { kind: "at", us: readTime(view, 2) } : undefined;
    case 3: {
      if (bytes.length !== 16) return undefined;
      const due = readTime(view, 10);
      return {
        kind: "idle",
        sent: view.getUint32(2),
        received: view.getUint32(6),
        deadlineUs: due === NONE ? undefined : due,
      };
    }
    case 4:
      return bytes.length === 8 ? { kind: "hang-up", us: readTime(view, 2) } : undefined;
    default:
      return undefined;
  }
}

function timed(kind: number, us: number): Uint8Array {
  const bytes = new Uint8Array(8);
  bytes[0] = MARK;
  bytes[1] = kind;
  writeTime(new DataView(bytes.buffer), 2, us);
  return bytes;
}

function writeTime(view: DataView, at: number, us: number): void {
  view.setUint16(at, Math.floor(us / 0x1_0000_0000));
  view.setUint32(at + 2, us % 0x1_0000_0000);
}

function readTime(view: DataView, at: number): number {
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);
}
