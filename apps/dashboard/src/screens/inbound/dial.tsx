// The composer: a simulated machine dials in over the exchange; what became of the call; the fax in the tray.

import { ApiError, type Client, type SimCall, type SimCallOrder, type SimMachine } from "@depesche/client";
import { isOutcome } from "@depesche/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { address, count, duration } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark, OutcomeMark } from "../../parts/marks.tsx";
import { urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { onEvents, world } from "../../world.ts";
import { causeWords } from "../call/causes.ts";
import { machineWord } from "../scenario/words-of.ts";
import { FILE_LIMIT, orderOf } from "./order.ts";

/** A machine of the fictional range, and the number the simulated house has of its own. */
const CALLER = "+49 30 23125 007";
const OUR_NUMBER = "+49 30 23125 900";

type Stage =
  | { name: "form"; error?: unknown; complaint?: string }
  | { name: "dialling"; order: SimCallOrder; since: number }
  | { name: "over"; order: SimCallOrder; call: SimCall };

const plain = (number: unknown) => String(number ?? "").replace(/[^\d+]/g, "");

/** The newest fax that came in since the composer dialled, as the feed tells of it. */
function useArrivals(client: Client) {
  const [id, setId] = useState<number>();
  const awaited = useRef<{ from: string; after: number } | undefined>(undefined);
  useEffect(() => {
    const isOurs = (from: unknown) => awaited.current !== undefined && plain(from) === awaited.current.from;
    /** What came in before the feed began is in the tray only. */
    const look = async () => {
      const { items } = await client.inbounds({ limit: 10 });
      const fax = items.find((one) => isOurs(one.originator) && one.id > (awaited.current?.after ?? 0));
      if (fax) setId(fax.id);
    };
    return onEvents((events) => {
      if (events === "everything") return void look().catch(() => undefined); // the next snapshot looks again
      for (const { type, data } of events)
        if (type === "inbound.received" && isOurs(data?.originator) && typeof data?.id === "number") setId(data.id);
    });
  }, [client]);
  const expect = async (order: SimCallOrder) => {
    const [newest] = (await client.inbounds({ limit: 1, deleted: true })).items;
    awaited.current = { from: plain(order.from), after: newest?.id ?? 0 };
    setId(undefined);
  };
  return { id, expect };
}

export function Dial({ client }: { client: Client }) {
  const { simulated, account } = useSignal(world);
  const [stage, setStage] = useState<Stage>({ name: "form" });
  const arrivals = useArrivals(client);

  const dial = async (form: FormData) => {
    const order = await orderOf(form);
    if (order === "empty") return setStage({ name: "form", complaint: t("inboundNothingToSend") });
    if (order === "too-big")
      return setStage({ name: "form", complaint: t("inboundTooBig", { n: FILE_LIMIT / 1024 / 1024 }) });
    setStage({ name: "dialling", order, since: Date.now() });
    try {
      await arrivals.expect(order);
      setStage({ name: "over", order, call: await client.simulation.placeCall(order) });
    } catch (error) {
      setStage({ name: "form", error });
    }
  };

  return (
    <>
      <div class="section-head">
        <h1>{t("dial")}</h1>
        <p>{t("inboundDialLead")}</p>
      </div>
      {account && !simulated ? (
        <p class="empty">
          {t("inboundNoSimulation")} <a href={urlOf({ page: "inbound" })}>{t("inbound")}</a>
        </p>
      ) : (
        <div class="dial">
          {/* Hidden, not gone, while it dials: what was written is there for the next call. */}
          <DialForm client={client} stage={stage} onDial={(form) => void dial(form)} />
          {stage.name === "dialling" && <Dialling order={stage.order} since={stage.since} />}
          {stage.name === "over" && (
            <Over call={stage.call} fax={arrivals.id} onAgain={() => setStage({ name: "form" })} />
          )}
        </div>
      )}
    </>
  );
}

function DialForm({ client, stage, onDial }: { client: Client; stage: Stage; onDial(form: FormData): void }) {
  const { value, error } = useLoad("machines", () => client.simulation.machines());
  const [mood, setMood] = useState("modern");
  const machines = (value?.machines ?? [{ mood: "modern", name: "" }]).filter(({ dials }) => dials !== false);
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <form
      class="send"
      hidden={stage.name !== "form"}
      onSubmit={(event) => {
        event.preventDefault();
        onDial(new FormData(event.currentTarget));
      }}
    >
      <label class="field">
        <span>{t("inboundDialText")}</span>
        <textarea name="text" rows={6} defaultValue={t("inboundSampleText")} />
      </label>
      <label class="field">
        <span>{t("inboundDialFile")}</span>
        <input name="file" type="file" />
        <small>{t("inboundDialFileHint")}</small>
      </label>
      <div class="fields">
        <label class="field">
          <span>{t("inboundDialFrom")}</span>
          <input name="from" type="tel" required defaultValue={CALLER} />
        </label>
        <label class="field">
          <span>{t("inboundDialTo")}</span>
          <input name="to" type="tel" required defaultValue={OUR_NUMBER} />
        </label>
      </div>
      <div class="fields">
        <label class="field">
          <span>{t("inboundDialMood")}</span>
          <select name="mood" value={mood} onChange={(event) => setMood(event.currentTarget.value)}>
            <Machines label={t("inboundDialWell")} machines={machines.filter((one) => one.answers !== false)} />
            <Machines label={t("inboundDialBadly")} machines={machines.filter((one) => one.answers === false)} />
          </select>
        </label>
        <label class="field">
          <span>{t("inboundDialStation")}</span>
          <input name="stationId" maxLength={20} placeholder={t("inboundDialStationHint")} />
        </label>
      </div>
      {gone && <p class="failure">{t("inboundNoSimulation")}</p>}
      {!gone && error !== undefined && <Failure error={error} />}
      {stage.name === "form" && stage.error !== undefined && <Failure error={stage.error} />}
      {stage.name === "form" && stage.complaint && (
        <p class="failure" role="alert">
          {stage.complaint}
        </p>
      )}
      <p>
        <button type="submit" class="primary" disabled={gone}>
          {t("inboundDialGo")}
        </button>
      </p>
    </form>
  );
}

function Machines({ label, machines }: { label: string; machines: SimMachine[] }) {
  if (machines.length === 0) return null;
  return (
    <optgroup label={label}>
      {machines.map(({ mood, name }) => (
        <option key={mood} value={mood}>
          {machineWord(mood, name)}
        </option>
      ))}
    </optgroup>
  );
}

function Dialling({ order, since }: { order: SimCallOrder; since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <section class="dial-now">
      <p role="status">
        <Mark
          icon="arrow"
          tone="live"
          word={t("inboundDialling", { from: address(order.from), to: address(order.to) })}
        />
      </p>
      <progress aria-label={t("dialling")} />
      <p class="quiet">
        <b>{t("inboundDialElapsed", { n: Math.round((now - since) / 1000) })}</b> {t("inboundDiallingHint")}
      </p>
    </section>
  );
}

function Over({ call, fax, onAgain }: { call: SimCall; fax: number | undefined; onAgain(): void }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <section class="dial-now">
      <h2 ref={head} tabIndex={-1}>
        {t("inboundDialDone")}
      </h2>
      <p class="dial-result">
        {isOutcome(call.result) ? (
          <OutcomeMark outcome={call.result} gloss />
        ) : (
          <Mark icon="cross" tone="bad" word={call.result || t("error")} />
        )}
      </p>
      <p>
        {call.pages === 1 ? t("inboundDialOnePage") : t("inboundDialPages", { n: count(call.pages) })} ·{" "}
        {t("inboundDialLine", { d: duration(call.lineUs / 1000) })} · {address(call.from)} → {address(call.to)}
      </p>
      <p class="quiet">
        {t("cause")}: {causeWords({ code: call.cause, text: call.cause })}
      </p>
      {call.pages === 0 && <p>{t("inboundDialNoFax")}</p>}
      <p class="answers">
        {fax !== undefined && (
          <a class="button primary" href={urlOf({ page: "inbound", id: fax })}>
            {t("inboundDialOpen", { n: fax })}
          </a>
        )}
        <button type="button" onClick={onAgain}>
          {t("inboundDialAgain")}
        </button>
      </p>
    </section>
  );
}
