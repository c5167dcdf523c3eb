// The inbound tray: the queue as RequestReceived sees it, and the fax one looks at.

import type { Client, InboundView } from "@depesche/client";
import { useEffect, useState } from "preact/hooks";
import { address, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { moveByRow } from "../../parts/row-keys.ts";
import { go, type RouteOf, urlOf } from "../../route.ts";
import { useSignal } from "../../signal.ts";
import { onEvents, world } from "../../world.ts";
import { FaxView } from "./fax-view.tsx";
import { Missed } from "./missed.tsx";
import { Thumb } from "./thumb.tsx";

const PAGE = 100;

export function Inbound({ client, here }: { client: Client; here: RouteOf<"inbound"> }) {
  const { id, deleted } = here;
  const { simulated } = useSignal(world);
  const [lots, setLots] = useState(1);
  const { value, error, reload } = useLoad(`inbound:${deleted}:${lots}`, () => readLots(client, deleted, lots));
  useEffect(
    () =>
      onEvents((events) => {
        if (events === "everything" || events.some((event) => event.type.startsWith("inbound."))) reload();
      }),
    [reload],
  );
  const faxes = value?.faxes ?? [];
  const waiting = faxes.filter((fax) => fax.state !== "deleted");
  const picked = faxes.find((fax) => fax.id === id);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move within the table whose links take the focus
    <div onKeyDown={moveByRow}>
      <div class="section-head">
        <h1>{t("inbound")}</h1>
        <p>{t("inboundLead")}</p>
        <div class="commands">
          <label class="switch-deleted">
            <input
              type="checkbox"
              checked={deleted === true}
              onChange={(event) => go({ ...here, deleted: event.currentTarget.checked || undefined }, true)}
            />{" "}
            {t("inboundShowDeleted")}
          </label>
          {simulated && (
            <a class="button" href={urlOf({ page: "dial" })}>
              <Icon name="tray" /> {t("inboundDial")}
            </a>
          )}
        </div>
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {!value && error === undefined && <p class="empty">{t("loading")}</p>}
      {value && faxes.length === 0 && (
        <p class="empty">
          {t("noInbound")} {simulated && <a href={urlOf({ page: "dial" })}>{t("inboundEmptyHint")}</a>}
        </p>
      )}
      {here.missed !== undefined && <Missed client={client} here={here} />}
      {faxes.length > 0 && (
        <div class={`inbound${picked ? " with-fax" : ""}${picked && here.view ? " with-call" : ""}`}>
          <div>
            <FaxTable
              client={client}
              faxes={faxes}
              here={here}
              // The oldest is known when nothing older is left unread.
              next={value?.more ? undefined : waiting.at(-1)?.id}
            />
            {value?.more && (
              <p class="pager">
                <button type="button" onClick={() => setLots((n) => n + 1)}>
                  {t("more")}
                </button>
              </p>
            )}
          </div>
          {picked && <FaxView key={picked.id} client={client} fax={picked} here={here} />}
          {!picked && id !== undefined && <p class="empty">{t("inboundMissing", { n: id })}</p>}
        </div>
      )}
      {value && here.missed === undefined && <Missed client={client} here={here} />}
    </div>
  );
}

/** So many lots of the queue, newest first. */
async function readLots(client: Client, deleted: boolean | undefined, lots: number) {
  const faxes: InboundView[] = [];
  let cursor: string | undefined;
  for (let lot = 0; lot < lots; lot++) {
    const page = await client.inbounds({ limit: PAGE, deleted, cursor });
    faxes.push(...page.items);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return { faxes, more: cursor !== undefined };
}

interface TableProps {
  client: Client;
  faxes: InboundView[];
  here: RouteOf<"inbound">;
  /** What RequestReceived hands out next. */
  next: number | undefined;
}

function FaxTable({ client, faxes, here, next }: TableProps) {
  return (
    <table class="fax-table">
      <thead>
        <tr>
          <th class="num">{t("number")}</th>
          <td class="thumb-cell" />
          <th>{t("from")}</th>
          <th class="wide narrow-gone">{t("to")}</th>
          <th class="num wide">{t("pages")}</th>
          <th>{t("state")}</th>
          <th class="num">{t("received")}</th>
        </tr>
      </thead>
      <tbody>
        {faxes.map((fax) => (
          <tr
            key={fax.id}
            class={[fax.id === here.id && "picked", fax.state === "deleted" && "gone"].filter(Boolean).join(" ")}
          >
            <td class="num">
              <a
                class="row-link"
                href={urlOf({ page: "inbound", id: fax.id, deleted: here.deleted })}
                aria-current={fax.id === here.id ? "true" : undefined}
              >
                {fax.id}
              </a>
            </td>
            <td class="thumb-cell">
              {fax.state !== "deleted" && fax.pages > 0 && <Thumb client={client} fax={fax.id} page={1} />}
            </td>
            <td>
              {address(fax.originator) || fax.remoteId || "–"}
              {fax.remoteId && fax.remoteId !== address(fax.originator) && (
                <span class="station" title={t("inboundStation")}>
                  {fax.remoteId}
                </span>
              )}
            </td>
            <td class="wide narrow-gone">{address(fax.called)}</td>
            <td class="num wide">{count(fax.pages)}</td>
            <td class="fax-state">
              <FaxState fax={fax} />
              {fax.id === next && (
                <Mark icon="arrow" tone="calm" word={t("inboundNext")} gloss={t("inboundNextGloss")} />
              )}
              {!fax.complete && <Broken />}
            </td>
            <td class="num">{dateTime(fax.receivedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function FaxState({ fax: { state } }: { fax: InboundView }) {
  if (state === "new") return <Mark icon="tray" tone="live" word={t("stateNew")} />;
  if (state === "fetched") return <Mark icon="check" tone="good" word={t("stateFetched")} />;
  return <Mark icon="minus" tone="calm" word={t("inboundStateDeleted")} />;
}

/** The sender hung up in the midst. */
export function Broken() {
  return <Mark icon="bolt" tone="warn" word={t("brokenOff")} gloss={t("brokenOffGloss")} />;
}
