// One mail: as HTML, as text, its header fields, its source, and what hangs on it.

import type { Client, SimMail } from "@depesche/client";
import { useMemo } from "preact/hooks";
import { bytes, dateTime } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { download, Failure, useLoad } from "../../parts/load.tsx";
import { MAIL_VIEWS, type MailView, urlOf } from "../../route.ts";
import { MailFrame } from "./mail-frame.tsx";
import { type MailPart, type MailSource, readMailSource, textOf } from "./mail-source.ts";

const VIEW_WORDS: Record<MailView, Word> = {
  html: "mailboxHtml",
  text: "mailboxText",
  headers: "mailboxHeaders",
  raw: "mailboxRaw",
};
/** Characters of a source that are shown; the rest is in the file. */
const MOST_SHOWN = 200_000;
const MOST_HTML = 1_000_000;
const MOST_FIELDS = 500;

export function MailDetail({ client, mail, view }: { client: Client; mail: SimMail; view: MailView | undefined }) {
  const { value, error, reload } = useLoad(`mail:${mail.id}`, async () => {
    const raw = await client.simulation.mailRaw(mail.id);
    const octets = new Uint8Array(await raw.arrayBuffer());
    return { raw, octets, source: readMailSource(octets) };
  });
  const body = (type: string) => value?.source.parts.find((part) => part.mediaType === type && !part.isAttachment);
  const html = body("text/html");
  const text = body("text/plain");
  const shown = view ?? (html ? "html" : "text");
  const job = jobOf(value?.source);
  return (
    <section class="mail-view" aria-label={mail.subject || t("mailboxNoSubject")}>
      <header class="mail-head">
        <h2>{mail.subject || t("mailboxNoSubject")}</h2>
        <dl class="facts">
          <Fact word="from" value={mail.from || "<>"} />
          <Fact word="to" value={mail.to.join(", ")} />
          <Fact word="received" value={dateTime(mail.simAt)} />
          <Fact word="mailboxSize" value={bytes(mail.bytes)} />
        </dl>
        <div class="commands">
          {job && (
            <a class="button" href={urlOf({ page: "job", id: job.id, n: job.n })}>
              {t("job")} {job.id}
            </a>
          )}
          {value && (
            <button type="button" onClick={() => download(`mail-${mail.id}.eml`, async () => value.raw)}>
              <Icon name="down" /> .eml
            </button>
          )}
        </div>
      </header>
      {value && <Attachments parts={value.source.parts} />}
      <nav class="switch" aria-label={t("mailboxViews")}>
        {MAIL_VIEWS.map((one) => (
          <a
            key={one}
            href={urlOf({ page: "mailbox", id: mail.id, view: one })}
            aria-current={shown === one ? "true" : undefined}
          >
            {t(VIEW_WORDS[one])}
          </a>
        ))}
      </nav>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value &&
        shown === "html" &&
        (html ? <Html part={html} all={value.source.parts} /> : <None word="mailboxNoHtml" />)}
      {value && shown === "text" && (text ? <Source text={textOf(text)} wraps /> : <None word="mailboxNoText" />)}
      {value && shown === "headers" && <Headers source={value.source} />}
      {value && shown === "raw" && (
        <Source
          text={textOf({ content: value.octets.subarray(0, MOST_SHOWN), charset: "utf-8" })}
          cut={value.octets.length > MOST_SHOWN}
        />
      )}
    </section>
  );
}

/** Our own mails name job and recipient in their Message-ID. */
function jobOf(source: MailSource | undefined): { id: number; n: number } | undefined {
  const id = source?.fields.find((field) => field.name.toLowerCase() === "message-id")?.value ?? "";
  const found = /^<depesche\.(\d{1,15})-(\d{1,9})@/.exec(id);
  return found ? { id: Number(found[1]), n: Number(found[2]) } : undefined;
}

function Fact({ word, value }: { word: Word; value: string }) {
  return (
    <div>
      <dt>{t(word)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function None({ word }: { word: Word }) {
  return <p class="empty">{t(word)}</p>;
}

function Html({ part, all }: { part: MailPart; all: readonly MailPart[] }) {
  const html = useMemo(() => textOf(part), [part]);
  return (
    <>
      <MailFrame html={html.slice(0, MOST_HTML)} parts={all} />
      {html.length > MOST_HTML && <p class="quiet">{t("mailboxCut")}</p>}
    </>
  );
}

function Source({ text, wraps = false, cut = false }: { text: string; wraps?: boolean; cut?: boolean }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard */}
      <pre class={wraps ? "mail-source wraps" : "mail-source"} tabIndex={0}>
        {text}
      </pre>
      {cut && <p class="quiet">{t("mailboxCut")}</p>}
    </>
  );
}

function Headers({ source: { fields } }: { source: MailSource }) {
  if (fields.length === 0) return <None word="mailboxNoHeaders" />;
  return (
    <table class="mail-headers">
      <thead>
        <tr>
          <th>{t("field")}</th>
          <th>{t("value")}</th>
        </tr>
      </thead>
      <tbody>
        {fields.slice(0, MOST_FIELDS).map((field, index) => (
          <tr key={`${index}:${field.name}`}>
            <th scope="row">{field.name}</th>
            <td>{field.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Attachments({ parts }: { parts: readonly MailPart[] }) {
  const files = parts.filter((part) => part.isAttachment);
  if (files.length === 0) return null;
  return (
    <ul class="mail-files" aria-label={t("mailboxFiles")}>
      {files.map((part, index) => {
        const name = part.name || `${t("mailboxFile")} ${index + 1}`;
        // Kept as octets, whatever it calls itself: a page of HTML must not open here as one of ours.
        const file = async () =>
          new Blob([part.content as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" });
        return (
          <li key={`${index}:${name}`}>
            <button type="button" onClick={() => download(name, file)}>
              <Icon name="down" /> {name} <span class="quiet">{bytes(part.content.length)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
