// A text as a short message: alphabet, parts, what they cost, and what made it so. While typing, and for one that was sent.

import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Mark } from "../../parts/marks.tsx";
import { charName, type SmsText } from "./sms-text.ts";

/** More of them are not needed to see what it is. */
const MOST_NAMED = 6;

function named(characters: readonly string[]): string {
  const rest = characters.length - MOST_NAMED;
  const names = characters.slice(0, MOST_NAMED).map(charName).join(", ");
  return rest > 0 ? `${names} +${count(rest)}` : names;
}

export function alphabetWord({ encoding }: SmsText): string {
  return encoding === "gsm" ? "GSM-7" : "UCS-2";
}

/** `2 parts · 153 + 20 septets` of 153 each. */
export function costText(sms: SmsText): string {
  const unit = t(sms.encoding === "gsm" ? "phoneSeptets" : "phoneUnits");
  if (sms.parts.length === 1) return t("phoneOnePart", { n: count(sms.units), room: count(sms.room), unit });
  const shown = sms.parts.slice(0, 5).map((part) => count(part.units));
  const sum = sms.parts.length > shown.length ? `${shown.join(" + ")} + …` : shown.join(" + ");
  return t("phoneParts", { parts: count(sms.parts.length), sum, unit, room: count(sms.room) });
}

/** Why it costs what it costs, where there is something to say. */
export function SmsWhy({ sms }: { sms: SmsText }) {
  const dearer = sms.partsAsGsm !== undefined && sms.partsAsGsm < sms.parts.length;
  return (
    <>
      {sms.forcing.length > 0 && (
        <span class="sms-why">
          <Mark icon="alert" tone="warn" word={t("phoneForced")} /> <b>{named(sms.forcing)}</b>
          {dearer && ` · ${t("phoneAsGsm", { n: count(sms.partsAsGsm ?? 0) })}`}
        </span>
      )}
      {sms.doubled.length > 0 && <span class="sms-why">{t("phoneDoubled", { chars: sms.doubled.join(" ") })}</span>}
      {sms.tooLong && <Mark icon="cross" tone="bad" word={t("phoneTooLong")} />}
    </>
  );
}

/** The live counter of the composer. */
export function SmsCounter({ sms }: { sms: SmsText }) {
  return (
    <small class="sms-counter">
      <span>
        <b>{alphabetWord(sms)}</b> · {costText(sms)} · {t("phoneLeft", { n: count(sms.left) })}
      </span>
      <SmsWhy sms={sms} />
    </small>
  );
}
