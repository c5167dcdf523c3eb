// Calls that came in and left no fax: who, why, and the call one looks at.

import type { Client, MissedCallView } from "@depesche/client";
import { address, count, dateTime, lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { causeWords } from "../call/causes.ts";
import { InboundCall } from "./fax-call.tsx";

const LATEST = 50;

export function Missed({ client, here }: { client: Client; here: RouteOf<"inbound"> }) {
  const { value, error, reload } = useLoad("missed", () => client.missedCalls({ limit: LATEST }));
  const { missed: id } = here;
  if (error !== undefined) return <Failure error={error} again={reload} />;
  if (!value || (value.items.length === 0 && id === undefined)) return null;
  return (
    <section class="missed">
      <details open={id !== undefined}>
        <summary>
          {t("inboundMissed")} ({count(value.items.length)})
        </summary>
        <ul>
          {value.items.map((call) => (
            <MissedRow key={call.id} call={call} here={here} />
          ))}
        </ul>
      </details>
      {id !== undefined && (
        <InboundCall
          key={id}
          name={`missed-${id}`}
          ladder={() => client.missedLadder(id)}
          pcap={() => client.missedPcap(id)}
        />
      )}
    </section>
  );
}

function MissedRow({ call, here }: { call: MissedCallView; here: RouteOf<"inbound"> }) {
  return (
    <li>
      <a
        href={urlOf({ page: "inbound", deleted: here.deleted, missed: call.id })}
        aria-current={call.id === here.missed ? "true" : undefined}
      >
        {dateTime(call.at)}, {address(call.originator) || call.remoteId || "–"}
      </a>{" "}
      {causeWords(call.cause)} <span class="quiet">{lineTime(call.lineMs * 1000)} s</span>
    </li>
  );
}
