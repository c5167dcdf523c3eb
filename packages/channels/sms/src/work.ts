// The SMS channel: one attempt is one message with all its parts, handed to the carrier.

import { type AttemptReport, isSmsSender } from "@depesche/core";
import type { AttemptOrder, ChannelWork, SmsCarrier, SmsReport } from "@depesche/ports";
import { type Segments, segment } from "@depesche/sms";

export interface SmsWorkConfig {
  carrier: SmsCarrier;
  /** Messages in flight at once. Default 50. */
  slots?: number;
}

/** A sender is a number of at most 16 digits, or at most 11 letters, digits and spaces with a letter among them. */

/** Opens the channel's worker; closing it closes the carrier. */
export function openSmsWork(config: SmsWorkConfig): ChannelWork {
  return {
    channel: "sms",
    slots: config.slots ?? 50,
    async send(order, context) {
      const text = order.content.text ?? "";
      const cut = segment(text);
      const refused = refusal(order, cut);
      if (refused !== undefined) return refused;
      const parts = cut.parts.length;
      context.progress({ state: "sending", address: order.address, pages: parts });
      const report = await config.carrier.submit(
        {
          id: order.key,
          to: order.address,
          ...(order.options.smsFrom !== undefined && { from: order.options.smsFrom }),
          text,
          flash: order.options.flashSms ?? false,
          parts,
        },
        context.signal,
      );
      return reportOf(report, parts);
    },
    close: () => config.carrier.close(),
  };
}

function refusal(order: AttemptOrder, cut: Segments): AttemptReport | undefined {
  if (cut.units === 0) return final("sms-empty", "The job has no text to send.");
  if (cut.problem !== undefined) return final("sms-too-long", "The text needs more than 255 parts.");
  const from = order.options.smsFrom;
  if (from !== undefined && !isSmsSender(from)) {
    return final("sms-sender", "A sender has at most 16 digits, or at most 11 letters, digits and spaces.");
  }
  return undefined;
}

function final(code: string, text: string): AttemptReport {
  return { outcome: "SENDFAIL", cause: { code, text } };
}

/** What the carrier reported, in the words of an attempt. A carrier says "interrupted" only when our side stopped it. */
function reportOf(report: SmsReport, parts: number): AttemptReport {
  return {
    outcome: report.outcome,
    cause: report.cause,
    ...(report.temporary && { temporary: true }),
    ...(report.cause.code === "interrupted" && { interrupted: true }),
    ...(report.outcome === "OK" && { pages: parts }),
    ...(report.carrierId !== undefined && { carrierId: report.carrierId }),
  };
}
