// The print shop's tray in the simulated world: letters that were taken, printed and handed over.

import type { Client, SimLetter } from "@depesche/client";
import { count, dateTime } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { useFollow } from "../../parts/follow.ts";
import type { IconName } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark, type Tone } from "../../parts/marks.tsx";
import { throughLinks } from "../../parts/pick.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { LetterDetail } from "./letter-view.tsx";

/** The shop keeps as many. */
const MOST = 200;

const STATES: Record<string, { icon: IconName; tone: Tone; word: Word }> = {
  acknowledged: { icon: "tray", tone: "live", word: "lettersAcknowledged" },
  printed: { icon: "letter", tone: "live", word: "lettersPrinted" },
  "handed-over": { icon: "check", tone: "good", word: "lettersHandedOver" },
  returned: { icon: "cross", tone: "bad", word: "deliveryReturned" },
};

function LetterState({ state }: { state: string }) {
  const known = STATES[state];
  return known ? (
    <Mark icon={known.icon} tone={known.tone} word={t(known.word)} />
  ) : (
    <Mark icon="dot" tone="calm" word={state} />
  );
}

export function Letters({ client, here: { id } }: { client: Client; here: RouteOf<"letters"> }) {
  const { value, error, reload } = useLoad("letters", () => client.simulation.letters({ limit: MOST }));
  useFollow("letter", reload);
  const letters = [...(value?.letters ?? [])].sort((a, b) => b.simAt - a.simAt);
  const picked = letters.find((letter) => letter.id === id);
  return (
    <>
      <div class="section-head">
        <h1>{t("letters")}</h1>
        {value && <p>{t("lettersCount", { n: count(letters.length) })}</p>}
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && letters.length === 0 && (
        <p class="empty">
          {t("lettersEmpty")} <a href={urlOf({ page: "send", channel: "letter" })}>{t("lettersSend")}</a>
        </p>
      )}
      {letters.length > 0 && (
        <div class={`letters${picked ? " picked" : ""}`}>
          <nav class="letter-list" aria-label={t("letters")} onKeyDown={throughLinks}>
            <LetterTable letters={letters} picked={id} />
          </nav>
          {picked ? (
            <LetterDetail key={picked.id} client={client} letter={picked} onChange={reload} />
          ) : (
            <p class="empty">{t(id === undefined ? "lettersPick" : "lettersGone")}</p>
          )}
        </div>
      )}
    </>
  );
}

function LetterTable({ letters, picked }: { letters: SimLetter[]; picked: string | undefined }) {
  return (
    <table>
      <thead>
        <tr>
          <th>{t("address")}</th>
          <th>{t("state")}</th>
        </tr>
      </thead>
      <tbody>
        {letters.map((letter) => (
          <tr key={letter.id} class={letter.id === picked ? "picked" : undefined}>
            <td class="mail-cell">
              <a
                class="row-link"
                href={urlOf({ page: "letters", id: letter.id })}
                aria-current={letter.id === picked ? "true" : undefined}
              >
                {letter.address[0] ?? letter.id}
              </a>
              <span class="mail-who">{letter.address.slice(1).join(", ")}</span>
            </td>
            <td>
              <LetterState state={letter.state} />
              <span class="mail-who">
                {dateTime(letter.simAt)} ·{" "}
                {t(letter.sheets === 1 ? "lettersSheet" : "lettersSheets", { n: letter.sheets })}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
