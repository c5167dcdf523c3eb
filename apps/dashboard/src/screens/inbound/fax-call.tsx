// The call that brought a fax, as a ladder.

import { ApiError, type Client } from "@depesche/client";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { LadderView } from "../call/ladder-view.tsx";

/** The record follows the fax, looked for ever less often; if it has not come after a minute and a half, it was not kept. */
const LOOK_MS = 700;
const LOOKS = 7;

export function FaxCall({ client, id }: { client: Client; id: number }) {
  const { value, error, reload } = useLoad(`inbound-ladder:${id}`, () => client.inboundLadder(id));
  const isMissing = error instanceof ApiError && error.status === 404;
  const looks = useRef(0);
  // Each answer that it is missing is an error of its own.
  useEffect(() => {
    if (!isMissing || looks.current >= LOOKS) return;
    const timer = setTimeout(reload, LOOK_MS * 2 ** looks.current++);
    return () => clearTimeout(timer);
  }, [error, isMissing, reload]);
  if (isMissing) return <p class="empty">{t("inboundNoLadder")}</p>;
  if (error !== undefined) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  return <LadderView ladder={value} name={`fax-${id}`} pcap={() => client.inboundPcap(id)} />;
}
