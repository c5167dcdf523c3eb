// Numbers of the simulation that behave as they are told, one click away from the form.

import type { DeliveryState, Outcome } from "@depesche/core";
import { deliveryWord } from "../format.ts";
import { t, type Word } from "../language.ts";
import { OutcomeMark } from "../parts/marks.tsx";
import type { SendChannel } from "../route.ts";

type Addressed = Exclude<SendChannel, "letter">;

export const EXAMPLES: Record<Addressed, string> = {
  fax: "+49 30 23125 042",
  sms: "+49 171 39200 01",
  mail: "anna@ok.example",
};

interface DemoNumber {
  number: string;
  outcome: Outcome;
  /** What is told afterwards. */
  delivery?: DeliveryState;
  /** What happens on the way. */
  note?: Word;
}

// What decides is the first digit of the extension (fax), the first of the last two (SMS), the name (mail).
const NUMBERS: Record<Addressed, DemoNumber[]> = {
  fax: [
    { number: "+49 30 23125 042", outcome: "OK" },
    { number: "+49 30 23125 100", outcome: "BUSY" },
    { number: "+49 30 23125 200", outcome: "NOANSWER" },
    { number: "+49 30 23125 300", outcome: "VOICE" },
    { number: "+49 30 23125 400", outcome: "NORING" },
    { number: "+49 30 23125 500", outcome: "ISDNERR" },
    { number: "+49 30 23125 600", outcome: "NOSERVICE" },
    { number: "+49 30 23125 700", outcome: "SENDFAIL" },
  ],
  sms: [
    { number: "+49 171 39200 01", outcome: "OK", delivery: "delivered" },
    { number: "+49 171 39200 53", outcome: "OK", delivery: "undelivered" },
    { number: "+49 171 39200 80", outcome: "OK", delivery: "delivered", note: "demoLate" },
    { number: "+49 171 39200 70", outcome: "OK", delivery: "delivered", note: "demoThrottled" },
    { number: "+49 171 39200 60", outcome: "SENDFAIL" },
    { number: "+49 171 39200 61", outcome: "BLACKLIST" },
    { number: "+49 171 39200 90", outcome: "NORING" },
  ],
  mail: [
    { number: "anna@ok.example", outcome: "OK" },
    { number: "later@ok.example", outcome: "OK", note: "demoGreylisted" },
    { number: "slow@ok.example", outcome: "OK", note: "demoSlow" },
    { number: "bounce@ok.example", outcome: "NORING" },
    { number: "full@ok.example", outcome: "SENDFAIL" },
  ],
};

export function DemoNumbers({ channel, onPick }: { channel: Addressed; onPick(number: string): void }) {
  return (
    <details class="demo-numbers">
      <summary>{t("demoNumbers")}</summary>
      <ul>
        {NUMBERS[channel].map(({ number, outcome, delivery, note }) => (
          <li key={number}>
            <button type="button" class="plain" onClick={() => onPick(number)}>
              {number}
            </button>
            <OutcomeMark outcome={outcome} gloss={delivery === undefined} />
            {delivery && <span class="gloss">{deliveryWord(delivery)}</span>}
            {note && <span class="gloss">{t(note)}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
