// Adding a number to the scenario, or changing what one does.

import { useState } from "preact/hooks";
import { t } from "../../language.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/load.tsx";
import type { ScenarioNumber } from "./scenario-file.ts";
import { CALL_KINDS, MACHINES, machineWord, SMS_MOODS, smsWord } from "./words-of.ts";

interface Props {
  /** The one to change; unset, a new one. */
  number: string | undefined;
  entry: ScenarioNumber;
  onSave(number: string, entry: ScenarioNumber): Promise<void>;
  onClose(): void;
}

const KINDS = Object.keys(CALL_KINDS) as (keyof typeof CALL_KINDS)[];

/** What the form does not ask for, a machine's script, stays as it was. */
function entryOf(form: FormData, script: NonNullable<ScenarioNumber["call"]>["script"]): ScenarioNumber {
  const kind = String(form.get("kind") ?? "");
  const sms = String(form.get("sms") ?? "");
  const busyCalls = Number(form.get("busyCalls") ?? 0);
  const mood = String(form.get("mood") ?? "modern");
  const machine = { kind, mood, ...(busyCalls > 0 && { busyCalls }), ...(script && { script }) };
  return {
    ...(kind !== "" && { call: kind === "machine" ? machine : { kind } }),
    ...(sms !== "" && { sms }),
  };
}

export function NumberDialog({ number, entry, onSave, onClose }: Props) {
  const [kind, setKind] = useState(entry.call?.kind ?? (number ? "" : "machine"));
  const [error, setError] = useState<unknown>();
  const [nothing, setNothing] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const next = entryOf(form, entry.call?.script);
    setError(undefined);
    setNothing(Object.keys(next).length === 0);
    if (Object.keys(next).length === 0) return;
    try {
      await onSave(String(form.get("number") ?? "").trim(), next);
      onClose();
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog title={number ? t("scenarioChangeTitle", { n: number }) : t("scenarioAddTitle")} onClose={onClose}>
      <form class="number-form" onSubmit={submit}>
        <label class="field">
          <span>{t("scenarioNumber")}</span>
          <input name="number" type="tel" required defaultValue={number} placeholder="+49 30 23199 001" />
        </label>
        <label class="field">
          <span>{t("scenarioCall")}</span>
          <select name="kind" value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">{t("scenarioAsBuiltIn")}</option>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(CALL_KINDS[one].word)}
              </option>
            ))}
          </select>
        </label>
        {kind === "machine" && (
          <div class="fields">
            <label class="field">
              <span>{t("scenarioMachine")}</span>
              <select name="mood" defaultValue={entry.call?.mood ?? "modern"}>
                {Object.keys(MACHINES).map((mood) => (
                  <option key={mood} value={mood} selected={mood === (entry.call?.mood ?? "modern")}>
                    {machineWord(mood)}
                  </option>
                ))}
              </select>
            </label>
            <label class="field">
              <span>{t("scenarioBusyCalls")}</span>
              <input
                name="busyCalls"
                type="number"
                min={0}
                max={1000}
                defaultValue={String(entry.call?.busyCalls ?? 0)}
              />
            </label>
          </div>
        )}
        <label class="field">
          <span>{t("scenarioSms")}</span>
          <select name="sms">
            <option value="">{t("scenarioAsBuiltIn")}</option>
            {Object.keys(SMS_MOODS).map((mood) => (
              <option key={mood} value={mood} selected={mood === entry.sms}>
                {smsWord(mood)}
              </option>
            ))}
          </select>
        </label>
        {nothing && (
          <p class="failure" role="alert">
            {t("scenarioNothing")}
          </p>
        )}
        {error !== undefined && <Failure error={error} />}
        <p class="answers">
          <button type="submit" class="primary">
            {t("scenarioSave")}
          </button>
          <button type="button" onClick={onClose}>
            {t("scenarioAbort")}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
