// What a load run hands in: fictional recipients of one channel after the other, in jobs.

import type { JobInput } from "@depesche/client";

/** The channels whose simulators need nothing but an address. */
export const LOAD_CHANNELS = ["fax", "sms", "mail", "null"] as const;
export type LoadChannel = (typeof LOAD_CHANNELS)[number];

/** Address number i: machines that take faxes, handsets that take messages (DESIGN section 8), mailboxes of ok.example. */
function address(channel: LoadChannel, i: number): string {
  const two = (n: number) => String(n % 100).padStart(2, "0");
  switch (channel) {
    case "fax":
      return `+4930231250${two(i)}`;
    case "sms":
      return `+49171392000${i % 10}`;
    case "mail":
      return `load-${i}@ok.example`;
    case "null":
      return `nobody-${i}`;
  }
}

/** A job with recipients `from` to `from + count`; a reference each, since numbers repeat. */
export function order(channel: LoadChannel, from: number, count: number): JobInput {
  const recipients = Array.from({ length: count }, (_, i) => ({
    address: address(channel, from + i),
    reference: `load ${from + i}`,
  }));
  const subject = channel === "mail" ? { options: { subject: "Load" } } : {};
  return { channel, recipients, text: "Load test of Depesche", ...subject };
}
