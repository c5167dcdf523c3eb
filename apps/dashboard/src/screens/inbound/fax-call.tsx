// The call that brought a fax, as a ladder.

import { ApiError, type Client } from "@depesche/client";
import { t } from "../../language.ts";
import { Failure, useLoad, useLookAgain } from "../../parts/load.tsx";
import { LadderView } from "../call/ladder-view.tsx";

export function FaxCall({ client, id }: { client: Client; id: number }) {
  const ladder = useLoad(`inbound-ladder:${id}`, () => client.inboundLadder(id));
  const { value, error, reload } = ladder;
  const isMissing = error instanceof ApiError && error.status === 404;
  useLookAgain(ladder, isMissing);
  if (isMissing) return <p class="empty">{t("inboundNoLadder")}</p>;
  if (error !== undefined) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  return <LadderView ladder={value} name={`fax-${id}`} pcap={() => client.inboundPcap(id)} />;
}
