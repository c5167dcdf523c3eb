// Numbers of the simulation that behave as they are told, one click away from the form.

import type { Outcome } from "@depesche/core";
import { t } from "../language.ts";
import { OutcomeMark } from "../parts/marks.tsx";
import type { SendChannel } from "../route.ts";

type Addressed = Exclude<SendChannel, "letter">;

export const EXAMPLES: Record<Addressed, string> = {
  fax: "+49 30 23125 042",
  sms: "+49 171 39200 01",
  mail: "anna@ok.example",
};

// What decides is the first digit of the extension (fax), the first of the last two (SMS), the name (mail).
const NUMBERS: Record<Addressed, { number: string; outcome: Outcome }[]> = {
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
  sms: [{ number: "+49 171 39200 01", outcome: "OK" }],
  mail: [{ number: "anna@ok.example", outcome: "OK" }],
};

export function DemoNumbers({ channel, onPick }: { channel: Addressed; onPick(number: string): void }) {
  return (
    <details class="demo-numbers">
      <summary>{t("demoNumbers")}</summary>
      <ul>
        {NUMBERS[channel].map(({ number, outcome }) => (
          <li key={number}>
            <button type="button" class="plain" onClick={() => onPick(number)}>
              {number}
            </button>
            <OutcomeMark outcome={outcome} gloss />
          </li>
        ))}
      </ul>
    </details>
  );
}
