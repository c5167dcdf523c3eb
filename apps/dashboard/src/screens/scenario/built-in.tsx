// The numbers that behave as they are told without any scenario.

import type { Outcome } from "@depesche/core";
import { channelWord } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { OutcomeMark } from "../../parts/marks.tsx";
import { CALL_KINDS, MACHINES, SMS_MOODS } from "./words-of.ts";

interface Row {
  /** The digits after those of the caption; x, y, z: any. */
  number: string;
  words: string;
  outcome?: Outcome;
}

const FAX = "+49 30 23125";
const SMS = "+49 171 39200";
/** By their last digit. */
const OLD = [
  "no-ecm-mr",
  "mh-9600",
  "mh-4800",
  "ecm-64",
  "standard-only",
  "refuses-once",
  "damages-frames",
  "ceiling-4800",
  "out-of-paper",
  "hangs-up",
] as const;
/** By the last digit but one. */
const SMS_ROWS: [string, string][] = [
  ["0y", "delivered"],
  ["5y", "undelivered"],
  ["6y", "rejected"],
  ["7y", "throttled-first"],
  ["8y", "delivered-late"],
  ["9y", "unknown-subscriber"],
];

function machine(number: string, mood: string): Row {
  const known = MACHINES[mood];
  return { number, words: known ? t(known.word) : mood, outcome: known?.outcome };
}

function faxRows(): Row[] {
  const kinds = ["busy", "no-answer", "voice", "unassigned", "network-fault", "no-service"] as const;
  return [
    machine("0yz", "modern"),
    ...kinds.map((kind, i) => {
      const { word, outcome } = CALL_KINDS[kind];
      return { number: `${i + 1}yz`, words: t(word), outcome };
    }),
    machine("7yz", "cuts-page-1"),
    { number: "8yz", words: t("scenarioRow8") },
    { number: "900", words: t("scenarioRowOurs") },
    ...OLD.map((mood, z) => machine(`91${z}`, mood)),
  ];
}

export function BuiltIn() {
  const sms = SMS_ROWS.map(([digits, mood]) => ({ number: digits, words: t(SMS_MOODS[mood] as Word) }));
  const mail = [{ number: "*@ok.example", words: t("scenarioRowMail", { names: "bounce@, full@, later@, slow@" }) }];
  return (
    <section>
      <div class="section-head">
        <h2>{t("scenarioBuiltIn")}</h2>
        <p>{t("scenarioBuiltInLead")}</p>
      </div>
      <div class="built-in">
        <Rows caption={`${channelWord("fax")} ${FAX} …`} rows={faxRows().slice(0, 10)} />
        <Rows caption={`${channelWord("fax")} ${FAX} …: ${t("scenarioRowOld")}`} rows={faxRows().slice(10)} />
        <div>
          <Rows caption={`${channelWord("sms")} ${SMS} …`} rows={sms} />
          <Rows caption={channelWord("mail")} rows={mail} />
        </div>
      </div>
    </section>
  );
}

function Rows({ caption, rows }: { caption: string; rows: Row[] }) {
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ number, words, outcome }) => (
          <tr key={number}>
            <th scope="row">{number}</th>
            <td class="grow">{words}</td>
            <td>{outcome && <OutcomeMark outcome={outcome} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
