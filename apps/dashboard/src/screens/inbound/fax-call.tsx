// A call that came in, as a ladder: the one that brought a fax, or one that left none.

import { ApiError, type Client, type Ladder } from "@depesche/client";
import { t } from "../../language.ts";
import { Failure, useLoad, useLookAgain } from "../../parts/load.tsx";
import { LadderView } from "../call/ladder-view.tsx";

export function FaxCall({ client, id }: { client: Client; id: number }) {
  return <InboundCall name={`fax-${id}`} ladder={() => client.inboundLadder(id)} pcap={() => client.inboundPcap(id)} />;
}

interface Props {
  /** Of the file that is saved. */
  name: string;
  ladder(): Promise<Ladder>;
  pcap(): Promise<Blob>;
}

export function InboundCall({ name, ladder, pcap }: Props) {
  const loaded = useLoad(`inbound-ladder:${name}`, ladder);
  const { value, error, reload } = loaded;
  const isMissing = error instanceof ApiError && error.status === 404;
  useLookAgain(loaded, isMissing);
  if (isMissing) return <p class="empty">{t("inboundNoLadder")}</p>;
  if (error !== undefined) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  return <LadderView ladder={value} name={name} pcap={pcap} />;
}
