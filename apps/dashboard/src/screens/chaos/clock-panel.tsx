// The simulated clock: how fast it runs, and setting it forward.

import type { Client, ClockChange, ClockView } from "@depesche/client";
import { berlinTime, fromBerlin } from "@depesche/core";
import { useEffect, useState } from "preact/hooks";
import { dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { nextAt } from "../../next-at.ts";
import { Failure } from "../../parts/load.tsx";
import { useSignal } from "../../signal.ts";
import { world } from "../../world.ts";

const SPEEDS = [1, 10, 100, 1000] as const;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Letters handed in until then go today. */
const CUT_OFF = "14:30";

/** The simulated time, running on between two words of the gateway. */
function useSimNow(clock: ClockView | undefined): number | undefined {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!clock) return undefined;
  return Date.parse(clock.now) + Math.max(0, Date.now() - Date.parse(clock.wall)) * clock.speed;
}

export function ClockPanel({ client }: { client: Client }) {
  const { clock } = useSignal(world);
  const now = useSimNow(clock);
  const [error, setError] = useState<unknown>();
  const [past, setPast] = useState(false);
  if (!clock || now === undefined) return null;

  const change = (to: ClockChange) => {
    setError(undefined);
    setPast(false);
    client.changeClock(to).then((next) => world.set({ ...world.get(), clock: next }), setError);
  };
  const setTo = (at: number) => {
    if (Number.isNaN(at) || at <= now) return setPast(true);
    change({ setTo: new Date(at).toISOString() });
  };
  const cutOff = nextAt(now, CUT_OFF);
  return (
    <section class="clock-panel" aria-labelledby="clock-head">
      <div class="section-head">
        <h2 id="clock-head">{t("chaosClock")}</h2>
        <p>{t("chaosClockLead")}</p>
      </div>
      <div class="clock-body">
        <time class="clock-now" dateTime={new Date(now).toISOString()}>
          {dateTime(now)}
        </time>
        {clock.settable ? (
          <>
            <fieldset>
              <legend>{t("chaosSpeed")}</legend>
              {[...SPEEDS, "max" as const].map((speed) => {
                const current = speed === "max" ? clock.unpaced : !clock.unpaced && clock.speed === speed;
                return (
                  <button
                    key={speed}
                    type="button"
                    aria-pressed={current}
                    title={speed === "max" ? t("chaosSpeedMaxGloss") : undefined}
                    onClick={() => change({ speed })}
                  >
                    {speed === "max" ? t("chaosSpeedMax") : `×${speed}`}
                  </button>
                );
              })}
              <OtherSpeed clock={clock} onSet={(speed) => change({ speed })} />
            </fieldset>
            <fieldset>
              <legend>{t("chaosForward")}</legend>
              {[
                { ms: MINUTE, word: t("chaosMinutes", { n: 1 }) },
                { ms: 10 * MINUTE, word: t("chaosMinutes", { n: 10 }) },
                { ms: HOUR, word: t("chaosHours", { n: 1 }) },
                { ms: 24 * HOUR, word: t("chaosDay") },
              ].map(({ ms, word }) => (
                <button key={ms} type="button" onClick={() => change({ advanceMs: ms })}>
                  {word}
                </button>
              ))}
            </fieldset>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                setTo(fromBerlin(String(new FormData(event.currentTarget).get("at"))));
              }}
            >
              <fieldset>
                <legend>{t("chaosSetTo")}</legend>
                <button type="button" onClick={() => setTo(cutOff)}>
                  {dateTime(cutOff).slice(0, -3)}
                </button>
                <input
                  type="datetime-local"
                  name="at"
                  required
                  aria-label={t("chaosSetTo")}
                  defaultValue={berlinTime(now + 24 * HOUR).slice(0, "2026-11-22T16:30".length)}
                />
                <button type="submit">{t("chaosSetGo")}</button>
              </fieldset>
            </form>
          </>
        ) : (
          <p class="quiet">{t("chaosNotSettable")}</p>
        )}
      </div>
      {past && (
        <p class="failure" role="alert">
          {t("chaosPast")}
        </p>
      )}
      {error !== undefined && <Failure error={error} />}
    </section>
  );
}

/** A speed of one's own between those that have a button. */
function OtherSpeed({ clock, onSet }: { clock: ClockView; onSet(speed: number): void }) {
  return (
    <label class="other-speed">
      ×{" "}
      <input
        key={clock.speed}
        type="number"
        min={1}
        max={1000}
        step="any"
        aria-label={t("chaosSpeed")}
        defaultValue={String(clock.speed)}
        onChange={(event) => {
          const input = event.currentTarget;
          if (input.reportValidity()) onSet(input.valueAsNumber);
        }}
      />
    </label>
  );
}
