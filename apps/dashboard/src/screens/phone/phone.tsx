// The telephones of the simulated world: every number that got a message, and its conversation.

import type { Client, SimMessage } from "@depesche/client";
import { address, clockTime, count } from "../../format.ts";
import { t } from "../../language.ts";
import { useFollow } from "../../parts/follow.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { throughLinks } from "../../parts/pick.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { Conversation, SmsState } from "./conversation.tsx";

/** Latest messages looked at for the list of handsets. */
const MOST = 500;

interface Handset {
  number: string;
  count: number;
  last: SimMessage;
}

/** The handsets of these messages, the one spoken to last first. */
export function handsetsOf(messages: readonly SimMessage[]): Handset[] {
  const found = new Map<string, Handset>();
  for (const message of messages) {
    const number = message.inbound ? message.from : message.to;
    const known = found.get(number);
    if (!known) found.set(number, { number, count: 1, last: message });
    else {
      known.count++;
      if (message.simAt >= known.last.simAt) known.last = message;
    }
  }
  return [...found.values()].sort((a, b) => b.last.simAt - a.last.simAt);
}

export function Phone({ client, here: { number } }: { client: Client; here: RouteOf<"phone"> }) {
  const { value, error, reload } = useLoad("phones", () => client.simulation.messages({ limit: MOST }));
  useFollow("sms", reload);
  const handsets = handsetsOf(value?.messages ?? []);
  const picked = number ?? handsets[0]?.number;
  return (
    <>
      <div class="section-head">
        <h1>{t("phone")}</h1>
        <p>{t("phoneLead")}</p>
        <div class="commands">
          <a class="button" href={urlOf({ page: "send", channel: "sms" })}>
            <Icon name="plane" /> {t("phoneSend")}
          </a>
        </div>
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && handsets.length === 0 && number === undefined && <p class="empty">{t("phoneNone")}</p>}
      {picked !== undefined && (
        <div class={`phones${number === undefined ? "" : " picked"}`}>
          <nav aria-label={t("phoneHandsets")} onKeyDown={throughLinks}>
            <ul>
              {handsets.map((handset) => (
                <li key={handset.number}>
                  <HandsetLink handset={handset} picked={handset.number === picked} />
                </li>
              ))}
            </ul>
            {value && value.messages.length >= MOST && (
              <p class="quiet phones-more">{t("phoneLatest", { n: count(MOST) })}</p>
            )}
          </nav>
          <Conversation key={picked} client={client} number={picked} />
        </div>
      )}
    </>
  );
}

function HandsetLink({ handset: { number, count: n, last }, picked }: { handset: Handset; picked: boolean }) {
  return (
    <a href={urlOf({ page: "phone", number })} aria-current={picked ? "true" : undefined}>
      <span class="handset-line">
        <b>{address(number)}</b>
        <time>{clockTime(last.simAt)}</time>
      </span>
      <span class="handset-snippet" dir="auto">
        {last.text}
      </span>
      <span class="handset-line">
        <SmsState message={last} />
        <span class="quiet">{count(n)}</span>
      </span>
    </a>
  );
}
