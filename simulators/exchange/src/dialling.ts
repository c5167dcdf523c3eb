/** A simulated machine dials: to a registered subscriber directly, to a machine of the exchange through its own front door. */

import { hashOf, type SendingMachine, sumOfHashes } from "@depesche/fax-machine";
import { type CallEnd, connectMedia } from "@depesche/wire-t38";
import { type CallDesk, part, resultOfEnd } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import { type Line, ownLine, pacedLine } from "./lines.ts";
import { place } from "./placing.ts";
import type { Contact } from "./registrar.ts";
import type { CallRecord } from "./wire-log.ts";

export interface Dialling {
  record: CallRecord;
  /** Told how the call ended. */
  conclude(result: string, cause: string): void;
}

/** Fills the record; `conclude` is told how the call ended. */
export async function dial(
  desk: CallDesk,
  machine: SendingMachine,
  { contact, tape, ...dialling }: Dialling & { contact: Contact; tape: CallTape },
): Promise<void> {
  const { record, conclude } = dialling;
  const { from, attempt } = record;
  const placed = await place(desk, {
    contact,
    from,
    attempt,
    offers: ["own", "udptl", "audio"],
    gone: desk.closing,
    tape,
  });
  record.ringUs = placed.ringUs ?? 0;
  if (placed.kind === "none") {
    conclude(placed.result, placed.cause);
    return;
  }
  const { call } = placed;
  const end = await sendFax(lineOf(desk, placed, tape), machine, dialling);
  await part(call, end);
}

function lineOf(
  desk: CallDesk,
  placed: Exclude<Awaited<ReturnType<typeof place>>, { kind: "none" }>,
  tape: CallTape,
): Line {
  if (placed.kind === "foreign") return pacedLine(desk, placed.leg, tape);
  const media = connectMedia(placed.media, desk.connections);
  void placed.call.over.then(() => media.expire());
  return ownLine(desk, media, tape);
}

/** A machine sends its document on a line, whatever line it is. */
export async function sendFax(line: Line, machine: SendingMachine, { record, conclude }: Dialling): Promise<CallEnd> {
  const hashes: string[] = [];
  const end = await line("caller", {
    party: machine,
    needPage: async (index, format) => {
      const octets = machine.page(index, format);
      if (octets) hashes[index] = hashOf(octets);
      return octets;
    },
  });
  record.lineUs = end.lineUs;
  record.pages = end.pages;
  record.sha256 = sumOfHashes(hashes.slice(0, end.pages));
  conclude(resultOfEnd(end), end.cause);
  return end;
}
