// Chaos: how much of each channel meets which fault, and the simulated clock beside it.

import {
  ApiError,
  CHAOS_CHANNELS,
  type ChaosChannel,
  type ChaosRule,
  type ChaosView,
  type Client,
} from "@depesche/client";
import { useEffect, useState } from "preact/hooks";
import { channelWord, count } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { useSignal } from "../../signal.ts";
import { ClockPanel } from "./clock-panel.tsx";
import { faultWords } from "./faults.ts";
import {
  allOff,
  type ChaosRules,
  chaosState,
  disturbed,
  disturbedWords,
  percent,
  setChaos,
  useChaosFresh,
} from "./state.ts";

export function Chaos({ client }: { client: Client }) {
  useChaosFresh(client, true);
  const { view, error } = useSignal(chaosState);
  const [problem, setProblem] = useState<unknown>();
  const set = (rules: (now: ChaosView) => ChaosRules) => {
    setProblem(undefined);
    setChaos(client, rules).catch(setProblem);
  };
  const on = disturbed(view).length > 0;
  return (
    <>
      <div class="section-head">
        <h1>{t("chaos")}</h1>
        <p>{t("chaosLead")}</p>
      </div>
      {error instanceof ApiError && error.status === 404 ? (
        <p class="empty">{t("chaosNoSimulation")}</p>
      ) : (
        error !== undefined && <Failure error={error} />
      )}
      {problem !== undefined && <Failure error={problem} />}
      {!view && error === undefined && <p class="empty">{t("loading")}</p>}
      {view && (
        <section>
          <div class={on ? "chaos-state on" : "chaos-state"}>
            <p role="status">
              <Mark
                icon={on ? "alert" : "check"}
                tone={on ? "warn" : "good"}
                word={on ? t("chaosOn") : t("chaosOff")}
              />{" "}
              {on ? t("chaosWarning", { what: disturbedWords(view) }) : t("chaosQuiet")}
            </p>
            <button type="button" disabled={!on} onClick={() => set(allOff)}>
              <Icon name="slash" /> {t("chaosAllOff")}
            </button>
          </div>
          <table class="chaos-table">
            <thead>
              <tr>
                <th>{t("channel")}</th>
                <th>{t("chaosProbability")}</th>
                <th class="grow">{t("chaosFault")}</th>
                <th class="num">{t("chaosHits")}</th>
              </tr>
            </thead>
            <tbody>
              {CHAOS_CHANNELS.map((channel) => (
                <ChannelRow
                  key={channel}
                  channel={channel}
                  state={view.channels[channel]}
                  onSet={(change) =>
                    set(({ channels }) => {
                      const { probability, fault } = channels[channel];
                      return { [channel]: { probability, fault, ...change } };
                    })
                  }
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <ClockPanel client={client} />
    </>
  );
}

interface RowProps {
  channel: ChaosChannel;
  state: ChaosView["channels"][ChaosChannel];
  /** What is not named stays. */
  onSet(change: Partial<ChaosRule>): void;
}

function ChannelRow({ channel, state, onSet }: RowProps) {
  const { probability, fault, faults, seen, hit } = state;
  // What is being dragged is not yet said; once said, the gateway's word counts.
  const [drawn, setDrawn] = useState<number>();
  useEffect(() => setDrawn(undefined), [probability]);
  const shown = drawn ?? Math.round(probability * 1000) / 10;
  const say = (value: number) => {
    const within = Math.min(100, Math.max(0, Number.isFinite(value) ? value : 0));
    setDrawn(within);
    onSet({ probability: within / 100 });
  };
  const name = channelWord(channel);
  return (
    <tr class={probability > 0 ? "disturbed" : undefined}>
      <th scope="row">
        {name}
        <Mark
          icon={probability > 0 ? "alert" : "minus"}
          tone={probability > 0 ? "warn" : "calm"}
          word={probability > 0 ? t("chaosOn") : t("chaosOff")}
        />
      </th>
      <td class="chaos-share">
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={shown}
          aria-label={t("chaosProbabilityOf", { channel: name })}
          aria-valuetext={percent(shown / 100)}
          onInput={(event) => setDrawn(event.currentTarget.valueAsNumber)}
          onChange={(event) => say(event.currentTarget.valueAsNumber)}
        />
        <span>
          <input
            type="number"
            min={0}
            max={100}
            step="any"
            value={shown}
            aria-label={t("chaosProbabilityOf", { channel: name })}
            onChange={(event) => say(event.currentTarget.valueAsNumber)}
          />{" "}
          %
        </span>
      </td>
      <td class="grow chaos-fault">
        <select
          value={fault}
          aria-label={t("chaosFaultOf", { channel: name })}
          onChange={(event) => onSet({ fault: event.currentTarget.value })}
        >
          {faults.map((one) => (
            <option key={one.fault} value={one.fault}>
              {one.fault}
            </option>
          ))}
        </select>
        <span class="gloss">{faultWords(channel, state)}</span>
      </td>
      <td class="num" title={t("chaosHitsTitle", { seen: count(seen), hit: count(hit) })}>
        {t("chaosHitsOf", { hit: count(hit), seen: count(seen) })}
        {seen > 0 && <small>{percent(hit / seen)}</small>}
      </td>
    </tr>
  );
}
