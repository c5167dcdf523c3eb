// One mail: as HTML, as text, its header fields, its source, and what hangs on it.

import type { Client, SimMail, SimMailContent } from "@depesche/client";
import { useState } from "preact/hooks";
import { bytes, dateTime } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { Fact } from "../../parts/fact.tsx";
import { Icon } from "../../parts/icons.tsx";
import { download, Failure, useLoad } from "../../parts/load.tsx";
import { Mark } from "../../parts/marks.tsx";
import { MAIL_VIEWS, type MailView, urlOf } from "../../route.ts";
import { MailFrame } from "./mail-frame.tsx";

const VIEW_WORDS: Record<MailView, Word> = {
  html: "mailboxHtml",
  text: "mailboxText",
  headers: "mailboxHeaders",
  raw: "mailboxRaw",
};
/** Octets of a source that are shown; the rest is in the file. */
const MOST_SHOWN = 200_000;

type Props = { client: Client; mail: SimMail };

export function MailDetail({ client, mail, view }: Props & { view: MailView | undefined }) {
  const { value, error, reload } = useLoad(`mail:${mail.id}`, () => client.simulation.mail(mail.id));
  const [problem, setProblem] = useState<unknown>();
  const save = (name: string, ask: () => Promise<Blob>) => () => {
    setProblem(undefined);
    download(name, ask).catch(setProblem);
  };
  const shown = view ?? (value?.fault ? "raw" : value?.html ? "html" : "text");
  const job = jobOf(mail);
  return (
    <section class="mail-view" aria-label={mail.subject || t("mailboxNoSubject")}>
      <header class="mail-head">
        <h2 dir="auto">{mail.subject || t("mailboxNoSubject")}</h2>
        <dl class="facts">
          <Fact word={t("from")} value={mail.from || "<>"} />
          <Fact word={t("to")} value={mail.to.join(", ")} />
          <Fact word={t("received")} value={dateTime(mail.simAt)} />
          <Fact word={t("mailboxSize")} value={bytes(mail.bytes)} />
        </dl>
        <div class="commands">
          {job && (
            <a class="button" href={urlOf({ page: "job", id: job.id, n: job.n })}>
              {t("job")} {job.id}
            </a>
          )}
          <button type="button" onClick={save(`mail-${mail.id}.eml`, () => client.simulation.mailRaw(mail.id))}>
            <Icon name="down" /> .eml
          </button>
        </div>
      </header>
      {value && value.attachments.length > 0 && (
        <ul class="mail-files" aria-label={t("mailboxFiles")}>
          {value.attachments.map(({ index, name, bytes: size }) => {
            const title = name || `${t("mailboxFile")} ${index + 1}`;
            return (
              <li key={index}>
                <button type="button" onClick={save(title, () => client.simulation.mailAttachment(mail.id, index))}>
                  <Icon name="down" /> <bdi>{title}</bdi> <span class="quiet">{bytes(size)}</span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
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
      {problem !== undefined && <Failure error={problem} />}
      {value?.fault && (
        <p>
          <Mark icon="alert" tone="warn" word={t("mailboxFault", { why: value.fault })} />
        </p>
      )}
      {shown === "raw" ? <Raw client={client} mail={mail} /> : value && <Content mail={value} view={shown} />}
    </section>
  );
}

/** Our own mails name job and recipient in their Message-ID. */
function jobOf({ messageId = "" }: SimMail): { id: number; n: number } | undefined {
  const found = /^<depesche\.(\d{1,15})-(\d{1,9})@/.exec(messageId);
  return found ? { id: Number(found[1]), n: Number(found[2]) } : undefined;
}

function Content({
  mail: { html, text, fields, isCut },
  view,
}: {
  mail: SimMailContent;
  view: "html" | "text" | "headers";
}) {
  const none: Record<typeof view, Word> = { html: "mailboxNoHtml", text: "mailboxNoText", headers: "mailboxNoHeaders" };
  return (
    <>
      {view === "html" && html ? (
        <MailFrame html={html} />
      ) : view === "text" && text ? (
        <Source text={text} wraps />
      ) : view === "headers" && fields.length > 0 ? (
        <Headers fields={fields} />
      ) : (
        <p class="empty">{t(none[view])}</p>
      )}
      {isCut && <p class="quiet">{t("mailboxCut")}</p>}
    </>
  );
}

function Raw({ client, mail: { id } }: Props) {
  const { value, error, reload } = useLoad(`mail-raw:${id}`, async () => {
    const raw = await client.simulation.mailRaw(id);
    return { text: await raw.slice(0, MOST_SHOWN).text(), isCut: raw.size > MOST_SHOWN };
  });
  return (
    <>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && <Source text={value.text} />}
      {value?.isCut && <p class="quiet">{t("mailboxCut")}</p>}
    </>
  );
}

function Source({ text, wraps = false }: { text: string; wraps?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard
    <pre class={wraps ? "mail-source wraps" : "mail-source"} dir="auto" tabIndex={0}>
      {text}
    </pre>
  );
}

function Headers({ fields }: Pick<SimMailContent, "fields">) {
  return (
    <table class="mail-headers">
      <thead>
        <tr>
          <th>{t("field")}</th>
          <th>{t("value")}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field, index) => (
          <tr key={index}>
            <th scope="row">{field.name}</th>
            <td>{field.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
