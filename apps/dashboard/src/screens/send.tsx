// Sending by hand: one form for the four channels.

import type { Client, DocumentInput, JobInput } from "@depesche/client";
import type { JobOptions } from "@depesche/core";
import { useRef, useState } from "preact/hooks";
import { channelWord, count } from "../format.ts";
import { t } from "../language.ts";
import { Failure } from "../parts/load.tsx";
import { readRecipients } from "../recipient-lines.ts";
import { go, SEND_CHANNELS, type SendChannel, urlOf } from "../route.ts";
import { useSignal } from "../signal.ts";
import { world } from "../world.ts";
import { DemoNumbers, EXAMPLES } from "./demo-numbers.tsx";

export function Send({ client, channel }: { client: Client; channel: SendChannel }) {
  return (
    <>
      <div class="section-head">
        <h1>{t("sendTitle")}</h1>
      </div>
      <nav class="filters" aria-label={t("channel")}>
        {SEND_CHANNELS.map((c) => (
          <a key={c} href={urlOf({ page: "send", channel: c })} aria-current={c === channel ? "true" : undefined}>
            {channelWord(c)}
          </a>
        ))}
      </nav>
      <SendForm client={client} channel={channel} />
    </>
  );
}

function text(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** The form as a job, its documents uploaded. */
async function jobOf(client: Client, channel: SendChannel, form: FormData): Promise<JobInput> {
  const files = form.getAll("files").filter((file): file is File => file instanceof File && file.size > 0);
  const documents: DocumentInput[] = [];
  for (const file of files) {
    documents.push({ name: file.name, hash: (await client.uploadDocument(file)).hash });
  }
  const sendAt = text(form, "sendAt");
  const options: JobOptions = {
    subject: text(form, "subject"),
    mailFrom: text(form, "mailFrom"),
    colour: form.get("colour") === "on" ? true : undefined,
  };
  return {
    channel,
    recipients: channel === "letter" ? [] : readRecipients(text(form, "recipients") ?? ""),
    text: text(form, "text"),
    documents,
    options,
    sendAt: sendAt === undefined ? undefined : `${sendAt}:00Z`,
    priority: Number(form.get("priority") ?? 5),
  };
}

function SendForm({ client, channel }: { client: Client; channel: SendChannel }) {
  const { simulated } = useSignal(world);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const [lines, setLines] = useState("");
  // The same key until it is accepted: pressing twice, or again after a broken answer, is one job.
  const key = useRef(crypto.randomUUID());
  const recipients = readRecipients(lines).length;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (sending) return;
    setSending(true);
    setError(undefined);
    try {
      const input = await jobOf(client, channel, new FormData(event.currentTarget as HTMLFormElement));
      const { id } = await client.createJob(input, key.current);
      key.current = crypto.randomUUID();
      go({ page: "job", id });
    } catch (problem) {
      setError(problem);
      setSending(false);
    }
  };

  return (
    <form
      class="send"
      onSubmit={submit}
      onInput={() => {
        key.current = crypto.randomUUID(); // another content is another job
      }}
    >
      {channel === "letter" ? (
        <p class="hint">{t("letterHint")}</p>
      ) : (
        <label class="field">
          <span>{t("recipients")}</span>
          <textarea
            name="recipients"
            rows={4}
            required
            spellcheck={false}
            placeholder={simulated ? EXAMPLES[channel] : undefined}
            value={lines}
            onInput={(event) => setLines(event.currentTarget.value)}
          />
          <small>
            {t("recipientsHint")} {recipients > 1 && <b>{t("recipientsCount", { n: count(recipients) })}</b>}
          </small>
        </label>
      )}
      {simulated && channel !== "letter" && (
        <DemoNumbers
          channel={channel}
          onPick={(number) => setLines(lines.trim() === "" ? number : `${lines.trimEnd()}\n${number}`)}
        />
      )}
      {channel === "mail" && (
        <div class="fields">
          <label class="field">
            <span>{t("subject")}</span>
            <input name="subject" />
          </label>
          <label class="field">
            <span>{t("mailFrom")}</span>
            <input name="mailFrom" type="email" />
          </label>
        </div>
      )}
      {channel !== "letter" && (
        <label class="field">
          <span>{t("text")}</span>
          <textarea name="text" rows={channel === "mail" ? 8 : 4} />
          {channel === "fax" && <small>{t("textHint")}</small>}
        </label>
      )}
      {channel !== "sms" && (
        <label class="field">
          <span>{t("files")}</span>
          <input
            name="files"
            type="file"
            multiple
            required={channel === "letter"}
            accept={channel === "letter" ? "application/pdf" : undefined}
          />
          <small>{channel === "letter" ? "PDF" : t("filesHint")}</small>
        </label>
      )}
      <div class="fields">
        <label class="field">
          <span>{t("sendAt")}</span>
          <input name="sendAt" type="datetime-local" />
        </label>
        <label class="field">
          <span>{t("priority")}</span>
          <select name="priority">
            <option value="0">{t("urgent")}</option>
            <option value="5" selected>
              {t("normal")}
            </option>
            <option value="9">{t("bulk")}</option>
          </select>
        </label>
        {channel === "letter" && (
          <label class="check">
            <input name="colour" type="checkbox" /> {t("colour")}
          </label>
        )}
      </div>
      {error !== undefined && <Failure error={error} />}
      <p>
        <button type="submit" class="primary" disabled={sending}>
          {sending ? t("submitting") : t("submit")}
        </button>
      </p>
    </form>
  );
}
