// The request as it came and the answer as it went: octets first, laid out on demand.

import { ApiError, type Client, type JobExchange } from "@depesche/client";
import { useState } from "preact/hooks";
import { count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { Failure, useLoad } from "../../parts/load.tsx";
import { pretty } from "./pretty.ts";

export function JobRaw({ client, id }: { client: Client; id: number }) {
  const { value, error, reload } = useLoad(`exchange:${id}`, () => client.jobExchange(id));
  const [laidOut, layOut] = useState(false);
  if (error instanceof ApiError && error.status === 404) return <p class="empty">{t("jobRawNone")}</p>;
  if (error !== undefined && !value) return <Failure error={error} again={reload} />;
  if (!value) return <p class="empty">{t("loading")}</p>;
  return (
    <section aria-label={t("jobTabRaw")}>
      <div class="section-head">
        <p>
          {dateTime(value.at)} · {t("jobRawTook", { n: count(Math.round(value.tookMs)) })}
        </p>
        <div class="commands">
          <label>
            <input type="checkbox" checked={laidOut} onChange={(event) => layOut(event.currentTarget.checked)} />{" "}
            {t("jobRawPretty")}
          </label>
        </div>
      </div>
      <div class="job-raw">
        <Message
          title={t("jobRawRequest")}
          line={`${value.method} ${value.path}`}
          headers={value.requestHeaders}
          text={value.request}
          bytes={value.requestBytes}
          laidOut={laidOut}
        />
        <Message
          title={t("jobRawAnswer")}
          line={`HTTP ${value.status}`}
          headers={value.responseHeaders}
          text={value.response}
          laidOut={laidOut}
        />
      </div>
    </section>
  );
}

interface MessageProps {
  title: string;
  line: string;
  headers: JobExchange["requestHeaders"];
  text: string;
  bytes?: number;
  laidOut: boolean;
}

function Message({ title, line, headers, text, bytes, laidOut }: MessageProps) {
  const [copied, setCopied] = useState(false);
  const shown = laidOut ? pretty(text) : text;
  const copy = async () => {
    await navigator.clipboard.writeText(shown);
    setCopied(true);
  };
  return (
    <article>
      <div class="section-head">
        <h2>{title}</h2>
        {bytes !== undefined && <p>{t("jobRawBytes", { n: count(bytes) })}</p>}
        <div class="commands">
          {copied && <span role="status">{t("jobRawCopied")}</span>}
          <button type="button" onClick={copy}>
            {t("jobRawCopy")}
          </button>
        </div>
      </div>
      <p class="raw-line">
        <code>{line}</code>
      </p>
      <table class="raw-headers">
        <caption class="unseen">{t("jobRawHeaders")}</caption>
        <tbody>
          {Object.entries(headers).map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
      <pre tabIndex={0}>{shown || t("jobRawEmpty")}</pre>
    </article>
  );
}
