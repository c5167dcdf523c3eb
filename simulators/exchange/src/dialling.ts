/** A simulated machine dials: to a registered subscriber directly, to a machine of the exchange through its own front door. */

import { hashOf, type SendingMachine, sumOfHashes } from "@depesche/fax-machine";
import { numberHeader, offerFax, readFax } from "@depesche/wire-sip";
import { connectMedia, runCall } from "@depesche/wire-t38";
import { REFUSALS } from "./answers.ts";
import { BYE_MS, type CallDesk, part, resultOfEnd } from "./call-desk.ts";
import type { Contact } from "./registrar.ts";
import type { CallRecord } from "./wire-log.ts";

/** Fills the record; `conclude` is told how the call ended. */
export async function dial(
  desk: CallDesk,
  machine: SendingMachine,
  context: { record: CallRecord; contact: Contact; conclude(result: string, cause: string): void },
): Promise<void> {
  const { record, contact, conclude } = context;
  const { endpoint, closing } = desk;
  const call = endpoint.invite({
    target: contact.target,
    uri: contact.uri,
    from: `<sip:${record.from}@${endpoint.host}>`,
    user: record.from,
    headers: record.attempt === "" ? [] : [["X-Depesche-Call", record.attempt]],
    sdp: offerFax(endpoint.host),
  });
  const cancel = () => call.cancel();
  closing.addEventListener("abort", cancel);
  const { response } = await call.answered;
  closing.removeEventListener("abort", cancel);
  record.ringUs = (numberHeader(response, "X-Depesche-Ring") ?? 0) * 1_000_000;
  const fax = response.status < 300 ? readFax(response.body) : undefined;
  if (fax?.kind !== "own") {
    const refused = Object.values(REFUSALS).find(({ status }) => status === response.status);
    conclude(fax ? "NOSERVICE" : (refused?.result ?? "ISDNERR"), `sip-${response.status}`);
    await call.hangUp(BYE_MS);
    return;
  }
  const media = connectMedia(fax, desk.connections);
  void call.over.then(() => media.expire());
  const hashes: string[] = [];
  const end = await runCall({
    side: "caller",
    party: machine,
    media,
    needPage: async (index, format) => {
      const octets = machine.page(index, format);
      if (octets) hashes[index] = hashOf(octets);
      return octets;
    },
    signal: closing,
    stallMs: desk.stallMs,
  });
  record.lineUs = end.lineUs;
  record.pages = end.pages;
  record.sha256 = sumOfHashes(hashes.slice(0, end.pages));
  conclude(resultOfEnd(end), end.cause);
  await part(call, end);
}
