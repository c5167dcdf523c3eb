// The call that brought a fax.

import { ApiError, type Client } from "@depesche/client";
import { useState } from "preact/hooks";
import { lineTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { download, Failure, useLoad } from "../../parts/load.tsx";

export function FaxCall({ client, id }: { client: Client; id: number }) {
  const { value, error, reload } = useLoad(`inbound-ladder:${id}`, () => client.inboundLadder(id));
  const [problem, setProblem] = useState<unknown>();
  if (error instanceof ApiError && error.status === 404) return <p class="empty">{t("inboundNoLadder")}</p>;
  if (error !== undefined) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  return (
    <>
      <p class="commands">
        <button
          type="button"
          onClick={() => void download(`fax-${id}.pcap`, () => client.inboundPcap(id)).catch(setProblem)}
        >
          <Icon name="down" /> {t("downloadPcap")}
        </button>
      </p>
      {problem !== undefined && <Failure error={problem} />}
      <table>
        <tbody>
          {value.lines.map((line, i) => (
            <tr key={i}>
              <td class="num">{lineTime(line.lineUs)}</td>
              <td>{t(line.from)}</td>
              <td>{line.name}</td>
              <td class="grow">{line.meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
