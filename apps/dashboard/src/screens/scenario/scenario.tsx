// The scenario: what simulated numbers do, those built in and one's own; kept as a file and read from one.

import { ApiError, type Client, type SimScenario } from "@depesche/client";
import { isOutcome, type Outcome } from "@depesche/core";
import { useState } from "preact/hooks";
import { address, count } from "../../format.ts";
import { t } from "../../language.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icons.tsx";
import { download, Failure, useLoad } from "../../parts/load.tsx";
import { OutcomeMark } from "../../parts/marks.tsx";
import { moveByRow } from "../../parts/row-keys.ts";
import { BuiltIn } from "./built-in.tsx";
import { NumberDialog } from "./number-dialog.tsx";
import { readScenarioFile, type ScenarioNumber, scenarioFile, withNumber, withoutNumber } from "./scenario-file.ts";
import { CALL_KINDS, MACHINES, machineWord, smsWord } from "./words-of.ts";

type Asking =
  | { what: "number"; number?: string; entry: ScenarioNumber }
  | { what: "import"; file: string; scenario: SimScenario };

export function ScenarioScreen({ client }: { client: Client }) {
  const { value, error, reload } = useLoad("scenario", () => client.simulation.scenario());
  const [asking, setAsking] = useState<Asking>();
  const [problem, setProblem] = useState<unknown>();
  const [complaint, setComplaint] = useState<string>();
  const close = () => setAsking(undefined);

  // Read anew before each change: another window may have changed it meanwhile.
  const change = async (how: (scenario: SimScenario) => SimScenario) => {
    setProblem(undefined);
    await client.simulation.setScenario(how(await client.simulation.scenario()));
    reload();
  };
  const pickFile = async (input: HTMLInputElement) => {
    const file = input.files?.[0];
    if (!file) return;
    const read = readScenarioFile(await file.text());
    input.value = ""; // the same file again is a change, too
    setComplaint(undefined);
    if (read.ok) return setAsking({ what: "import", file: file.name, scenario: read.scenario });
    const word = read.problem === "no-json" ? "scenarioImportBroken" : "scenarioImportShape";
    setComplaint(t(word, { file: file.name, why: read.why }));
  };

  const numbers = Object.entries(value?.numbers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move within the tables whose links take the focus
    <div onKeyDown={moveByRow}>
      <div class="section-head">
        <h1>{t("scenario")}</h1>
        <p>{t("scenarioLead")}</p>
      </div>
      {error instanceof ApiError && error.status === 404 ? (
        <p class="empty">{t("scenarioNoSimulation")}</p>
      ) : (
        error !== undefined && <Failure error={error} again={reload} />
      )}
      {!value && error === undefined && <p class="empty">{t("loading")}</p>}
      {value && (
        <section>
          <div class="section-head">
            <h2>
              {t("scenarioOwn")} <small>{count(numbers.length)}</small>
            </h2>
            <p>{t("scenarioOwnLead")}</p>
            <div class="commands">
              <button type="button" onClick={() => setAsking({ what: "number", entry: {} })}>
                {t("scenarioAdd")}
              </button>
              <button
                type="button"
                onClick={() =>
                  void download(
                    "scenario.json",
                    async () => new Blob([scenarioFile(value)], { type: "application/json" }),
                  )
                }
              >
                <Icon name="down" /> {t("scenarioExport")}
              </button>
              <label class="button file-button">
                {t("scenarioImport")}
                <input
                  class="unseen"
                  type="file"
                  accept="application/json,.json"
                  onChange={(event) => void pickFile(event.currentTarget)}
                />
              </label>
            </div>
          </div>
          {problem !== undefined && <Failure error={problem} />}
          {complaint && (
            <p class="failure" role="alert">
              {complaint}
            </p>
          )}
          {numbers.length === 0 ? (
            <p class="empty">{t("scenarioNone")}</p>
          ) : (
            <OwnNumbers
              numbers={numbers}
              onChange={(number, entry) => setAsking({ what: "number", number, entry })}
              onRemove={(number) => void change((scenario) => withoutNumber(scenario, number)).catch(setProblem)}
            />
          )}
        </section>
      )}
      {value && <BuiltIn />}
      {asking?.what === "number" && (
        <NumberDialog
          number={asking.number}
          entry={asking.entry}
          onSave={(number, entry) => change((scenario) => withNumber(scenario, number, entry, asking.number))}
          onClose={close}
        />
      )}
      {asking?.what === "import" && (
        <Import
          {...asking}
          now={numbers.length}
          onGo={async () => {
            await client.simulation.setScenario(asking.scenario);
            reload();
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

interface OwnProps {
  numbers: [string, ScenarioNumber][];
  onChange(number: string, entry: ScenarioNumber): void;
  onRemove(number: string): void;
}

function OwnNumbers({ numbers, onChange, onRemove }: OwnProps) {
  return (
    <table class="scenario-table">
      <thead>
        <tr>
          <th>{t("scenarioNumber")}</th>
          <th>{t("scenarioCall")}</th>
          <th>{t("scenarioSms")}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {numbers.map(([number, entry]) => (
          <tr key={number}>
            <th scope="row">{address(number)}</th>
            <td>
              {entry.call ? <CallWords call={entry.call} /> : <span class="quiet">{t("scenarioAsBuiltIn")}</span>}
            </td>
            <td>{entry.sms ? smsWord(entry.sms) : <span class="quiet">{t("scenarioAsBuiltIn")}</span>}</td>
            <td class="num row-commands">
              <button
                type="button"
                class="plain row-link"
                aria-label={t("scenarioChangeNumber", { n: address(number) })}
                onClick={() => onChange(number, entry)}
              >
                {t("scenarioChange")}
              </button>
              <button
                type="button"
                class="plain danger"
                aria-label={t("scenarioRemoveNumber", { n: address(number) })}
                onClick={() => onRemove(number)}
              >
                {t("scenarioRemove")}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CallWords({ call }: { call: NonNullable<ScenarioNumber["call"]> }) {
  const { kind, mood = "modern", busyCalls = 0, script } = call;
  const known = kind in CALL_KINDS ? CALL_KINDS[kind as keyof typeof CALL_KINDS] : undefined;
  const ofMachine = script ? undefined : MACHINES[mood]?.outcome;
  const outcome: Outcome | undefined = kind === "machine" ? ofMachine : known?.outcome;
  return (
    <>
      {outcome && isOutcome(outcome) && <OutcomeMark outcome={outcome} />} {known ? t(known.word) : kind}
      {kind === "machine" && <span class="quiet"> · {machineWord(mood)}</span>}
      {busyCalls > 0 && <span class="quiet"> · {t("scenarioBusyFirst", { n: busyCalls })}</span>}
      {script && (
        <span class="quiet">
          {" "}
          · {t("scenarioScript")} <code>{Object.keys(script).join(", ")}</code>
        </span>
      )}
    </>
  );
}

interface ImportProps {
  file: string;
  scenario: SimScenario;
  /** Numbers there are. */
  now: number;
  onGo(): Promise<void>;
  onClose(): void;
}

function Import({ file, scenario, now, onGo, onClose }: ImportProps) {
  const [error, setError] = useState<unknown>();
  const n = count(Object.keys(scenario.numbers).length);
  return (
    <Dialog title={t("scenarioImportTitle")} onClose={onClose}>
      <p>{t("scenarioImportAsk", { file, n, k: count(now) })}</p>
      {error !== undefined && <Failure error={error} />}
      <p class="answers">
        <button type="button" class="primary" onClick={() => void onGo().then(onClose, setError)}>
          {t("scenarioImportGo")}
        </button>
        <button type="button" onClick={onClose}>
          {t("scenarioAbort")}
        </button>
      </p>
    </Dialog>
  );
}
