/** SUB, SEP, PWD and SID (T.30 §5.3.6.1.2, .3): what goes before DCS and DTC, and whether what came before them will do. */

import { report } from "./actions.ts";
import type { Dcs } from "./capabilities.ts";
import { FCF, type Frame, frame } from "./frame.ts";
import { decodeId, encodeId } from "./identity.ts";
import type { Cause } from "./outcome.ts";
import type { Action, AddressField, CallerOptions, Poll } from "./protocol.ts";
import { type AnswererSession, type Session, xOf } from "./state.ts";

const FIELDS: ReadonlyMap<number, AddressField> = new Map([
  [FCF.SUB, "SUB"],
  [FCF.SEP, "SEP"],
  [FCF.PWD, "PWD"],
  [FCF.SID, "SID"],
]);

/** Keeps what SUB, SEP, PWD or SID says; false for other frames. */
export function hearAddress(s: Session, fcf: number, received: Frame, out: Action[]): boolean {
  const field = FIELDS.get(fcf);
  if (field === undefined) return false;
  const value = decodeId(received.fif);
  if (typeof value === "string" && s.heard[field] !== value) {
    s.heard[field] = value;
    report(out, { kind: "address", field, value });
  }
  return true;
}

/** What of SUB, PWD and SID goes before DCS: what the caller is set to and DIS offers. */
function offered(s: Session): Pick<CallerOptions, "sub" | "pwd" | "sid"> {
  if (s.side !== "caller" || s.dis === null) return {};
  const { sub, pwd, sid } = s.options;
  return {
    ...(sub !== undefined && s.dis.sub && { sub }),
    ...(pwd !== undefined && s.dis.pwd && { pwd }),
    ...(sid !== undefined && s.dis.pwd && { sid }),
  };
}

/** Frames before TSI and DCS. */
export function addressFrames(s: Session): Frame[] {
  const { sub, pwd, sid } = offered(s);
  const frames: Frame[] = [];
  if (pwd !== undefined) frames.push(frame(FCF.PWD, false, encodeId(pwd)));
  if (sub !== undefined) frames.push(frame(FCF.SUB | xOf(s), false, encodeId(sub)));
  if (sid !== undefined) frames.push(frame(FCF.SID | xOf(s), false, encodeId(sid)));
  return frames;
}

/** Bits 49 and 50 of the DCS that these frames go before. */
export function addressBits(s: Session): Pick<Dcs, "sub" | "sid"> {
  const { sub, sid } = offered(s);
  return { ...(sub !== undefined && { sub: true as const }), ...(sid !== undefined && { sid: true as const }) };
}

/** Frames before CIG and DTC. */
export function pollFrames(poll: Poll, dis: { sep: boolean; pwd: boolean }): Frame[] {
  const frames: Frame[] = [];
  if (poll.pwd !== undefined && dis.pwd) frames.push(frame(FCF.PWD, false, encodeId(poll.pwd)));
  if (poll.sep !== undefined && dis.sep) frames.push(frame(FCF.SEP, false, encodeId(poll.sep)));
  return frames;
}

/**
 * Names of what a caller is set to say and the DIS does not offer; each is reported as ignored. A caller that insists ends
 * the call instead.
 */
export function notOffered(options: CallerOptions, dis: { sub: boolean; sep: boolean; pwd: boolean }): AddressField[] {
  const { sub, pwd, sid, poll } = options;
  const missing: AddressField[] = [];
  if (sub !== undefined && !dis.sub) missing.push("SUB");
  if (poll?.sep !== undefined && !dis.sep) missing.push("SEP");
  if ((pwd !== undefined || poll?.pwd !== undefined) && !dis.pwd) missing.push("PWD");
  if (sid !== undefined && !dis.pwd) missing.push("SID");
  return missing;
}

/** Why pages are not taken from this caller; undefined when they are. Who has been let in stays in. */
export function refusalOfPages(s: Session): Cause | undefined {
  if (s.side !== "answerer" || s.rx.pages > 0) return undefined;
  const { password, subAddresses } = s.options;
  const { SUB, PWD, SID } = s.heard;
  if (password !== undefined && PWD !== password && SID !== password) return "wrong-password";
  if (SUB !== undefined && subAddresses !== undefined && !subAddresses.includes(SUB)) return "unknown-sub-address";
  return undefined;
}

/** The document a DTC asks for with the SEP and PWD before it, by its place; or why it is not given out. */
export function polledDocument(s: AnswererSession): number | Cause {
  const documents = s.options.documents ?? [];
  if (documents.length === 0) return "polling-not-offered";
  const place = documents.findIndex(({ sep }) => sep === s.heard.SEP);
  const found = documents[place];
  if (found === undefined) return "unknown-document";
  return found.pwd === undefined || found.pwd === s.heard.PWD ? place : "wrong-password";
}
