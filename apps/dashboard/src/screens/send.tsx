// Sending by hand: one form for the four channels.

import { ApiError, type Client, type DocumentInput, type JobInput } from "@depesche/client";
import { fromBerlin, type JobOptions } from "@depesche/core";
import { useMemo, useRef, useState } from "preact/hooks";
import { channelWord, count } from "../format.ts";
import { t } from "../language.ts";
import { Failure } from "../parts/load.tsx";
import { readRecipients } from "../recipient-lines.ts";
import { go, SEND_CHANNELS, type SendChannel, urlOf } from "../route.ts";
import { useSignal } from "../signal.ts";
import { world } from "../world.ts";
import { DemoNumbers, EXAMPLES } from "./demo-numbers.tsx";
import { SmsCounter } from "./phone/sms-facts.tsx";
import { smsText } from "./phone/sms-text.ts";
import { SendFiles, type Uploaded, uploader } from "./send-files.tsx";

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
async function jobOf(
  channel: SendChannel,
  form: FormData,
  files: readonly File[],
  uploaded: Uploaded,
): Promise<JobInput> {
  const documents: DocumentInput[] = [];
  for (const file of files) documents.push({ name: file.name, hash: (await uploaded(file)).hash });
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
    sendAt: sendAt === undefined ? undefined : new Date(fromBerlin(sendAt)).toISOString(),
    priority: Number(form.get("priority") ?? 5),
  };
}

function SendForm({ client, channel }: { client: Client; channel: SendChannel }) {
  const { simulated } = useSignal(world);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const [lines, setLines] = useState("");
  const [words, setWords] = useState("");
  const [files, setFiles] = useState<File[]>([]);
  const uploaded = useMemo(() => uploader(client), [client]);
  // The same key until it is accepted: pressing twice, or again after a broken answer, is one job.
  const key = useRef(crypto.randomUUID());
  const recipients = readRecipients(lines).length;

  const anew = () => {
    key.current = crypto.randomUUID(); // another content is another job
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (sending) return;
    setSending(true);
    setError(undefined);
    try {
      const input = await jobOf(channel, new FormData(event.currentTarget as HTMLFormElement), files, uploaded);
      const { id } = await client.createJob(input, key.current);
      key.current = crypto.randomUUID();
      go({ page: "job", id });
    } catch (problem) {
      setError(problem);
      setSending(false);
    }
  };

  return (
    <form class="send" onSubmit={submit} onInput={anew}>
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
        <div class="field">
          <label class="field">
            <span>{t("text")}</span>
            <textarea
              name="text"
              rows={channel === "mail" ? 8 : 4}
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
          </label>
          {channel === "fax" && <small>{t("textHint")}</small>}
          {channel === "sms" && words !== "" && <Counter text={words} recipients={recipients} />}
        </div>
      )}
      {channel !== "sms" && (
        <SendFiles
          client={client}
          files={files}
          uploaded={uploaded}
          isLetter={channel === "letter"}
          onChange={(chosen) => {
            anew();
            setFiles(chosen);
          }}
        />
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
      {error instanceof ApiError && <Findings findings={error.problem.findings} />}
      <p>
        <button type="submit" class="primary" disabled={sending}>
          {sending ? t("submitting") : t("submit")}
        </button>
      </p>
    </form>
  );
}

function Counter({ text, recipients }: { text: string; recipients: number }) {
  const sms = smsText(text.trim());
  return (
    <>
      <SmsCounter sms={sms} />
      {recipients > 1 && (
        <small>{t("sendSmsAll", { parts: count(sms.parts.length * recipients), n: count(recipients) })}</small>
      )}
    </>
  );
}

/** What the check of a letter found, each with its place in words. */
function Findings({ findings = [] }: { findings: unknown[] | undefined }) {
  const texts = findings.flatMap((finding) => {
    const { text, number } = finding as { text?: unknown; number?: unknown };
    return typeof text === "string" ? [{ text, number: Number(number) }] : [];
  });
  if (texts.length === 0) return null;
  return (
    <ul class="findings">
      {texts.map(({ text, number }) => (
        <li key={`${number}:${text}`}>
          <code>{number}</code> {text}
        </li>
      ))}
    </ul>
  );
}
