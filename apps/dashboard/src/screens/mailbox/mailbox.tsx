// The mailbox of the simulated world: every mail that arrived, whoever sent it.

import type { Client, SimMail } from "@depesche/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, count, dateTime } from "../../format.ts";
import { t } from "../../language.ts";
import { useFollow } from "../../parts/follow.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure, useLoad } from "../../parts/load.tsx";
import { throughLinks } from "../../parts/pick.tsx";
import { type RouteOf, urlOf } from "../../route.ts";
import { MailDetail } from "./mail-view.tsx";

/** The mail server keeps as many. */
const MOST = 200;

/** Mails with all these words in sender, recipient, subject, text or the names of files; case does not matter. */
export function matching(mails: readonly SimMail[], query: string): SimMail[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...mails];
  return mails.filter((mail) => {
    const files = mail.attachments.map((file) => file.name).join("\n");
    const all = `${mail.from}\n${mail.to}\n${mail.subject}\n${mail.text ?? ""}\n${files}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export function Mailbox({ client, here }: { client: Client; here: RouteOf<"mailbox"> }) {
  const { id, view } = here;
  const { value, error, reload } = useLoad("mails", () => client.simulation.mails({ limit: MOST }));
  useFollow("mail", reload);
  const [query, setQuery] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || (event.target as HTMLElement).closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const all = [...(value?.messages ?? [])].sort((a, b) => b.simAt - a.simAt || Number(b.id) - Number(a.id));
  const mails = matching(all, query);
  const picked = all.find((mail) => mail.id === id);
  return (
    <>
      <div class="section-head">
        <h1>{t("mailbox")}</h1>
        {value && <p>{t("mailboxCount", { n: count(all.length) })}</p>}
        <div class="commands">
          <label class="mail-search">
            <Icon name="search" />
            <input
              ref={search}
              type="search"
              aria-label={t("mailboxSearch")}
              placeholder={`${t("mailboxSearch")} ( / )`}
              value={query}
              onInput={(event) => setQuery(event.currentTarget.value)}
            />
          </label>
        </div>
      </div>
      {error !== undefined && <Failure error={error} again={reload} />}
      {value && all.length === 0 && (
        <p class="empty">
          {t("mailboxEmpty")} <a href={urlOf({ page: "send", channel: "mail" })}>{t("mailboxSend")}</a>
        </p>
      )}
      {all.length > 0 && (
        <div class={`mailbox${picked ? " picked" : ""}`}>
          <nav class="mail-list" aria-label={t("mailbox")} onKeyDown={throughLinks}>
            {mails.length === 0 ? <p class="empty">{t("mailboxNoMatch")}</p> : <MailTable mails={mails} here={here} />}
          </nav>
          {picked ? (
            <MailDetail key={picked.id} client={client} mail={picked} view={view} />
          ) : (
            <p class="empty">{t(id === undefined ? "mailboxPick" : "mailboxGone")}</p>
          )}
        </div>
      )}
    </>
  );
}

/** Each link keeps the view, so that one may go through the header fields of many. */
function MailTable({ mails, here }: { mails: SimMail[]; here: RouteOf<"mailbox"> }) {
  return (
    <table>
      <thead>
        <tr>
          <th>{t("mailboxMail")}</th>
          <th class="num">{t("received")}</th>
        </tr>
      </thead>
      <tbody>
        {mails.map((mail) => (
          <tr key={mail.id} class={mail.id === here.id ? "picked" : undefined}>
            <td class="mail-cell">
              <a
                class="row-link"
                href={urlOf({ ...here, id: mail.id })}
                aria-current={mail.id === here.id ? "true" : undefined}
              >
                <bdi>{mail.subject || t("mailboxNoSubject")}</bdi>
              </a>
              <span class="mail-who">
                {mail.from || "<>"} → {mail.to.join(", ")}
              </span>
            </td>
            <td class="num">
              {dateTime(mail.simAt)}
              <span class="mail-who">
                {mail.attachments.length > 0 && `${t("mailboxWith", { n: count(mail.attachments.length) })} · `}
                {bytes(mail.bytes)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
