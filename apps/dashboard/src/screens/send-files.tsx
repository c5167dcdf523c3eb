// The files of a job to be: dropped or chosen, uploaded at once (the gateway names them by their content), and looked at.

import { ApiError, type Client, type DocumentStored } from "@depesche/client";
import { useState } from "preact/hooks";
import { bytes } from "../format.ts";
import { t } from "../language.ts";
import { Icon } from "../parts/icons.tsx";
import { errorText, useBlobUrl } from "../parts/load.tsx";
import { PageTurn } from "../parts/page-turn.tsx";

export type Uploaded = (file: File) => Promise<DocumentStored>;

/** Uploads each file once, however often it is asked for; one that failed is tried again. */
export function uploader(client: Client): Uploaded {
  const known = new WeakMap<File, Promise<DocumentStored>>();
  return (file) => {
    const before = known.get(file);
    if (before) return before;
    const now = client.uploadDocument(file);
    known.set(file, now);
    now.catch(() => known.delete(file));
    return now;
  };
}

interface Props {
  client: Client;
  files: readonly File[];
  uploaded: Uploaded;
  isLetter: boolean;
  onChange(files: File[]): void;
}

export function SendFiles({ client, files, uploaded, isLetter, onChange }: Props) {
  const [over, setOver] = useState(false);
  const add = (more: FileList | null | undefined) => more && more.length > 0 && onChange([...files, ...more]);
  return (
    <fieldset
      class={over ? "send-files over" : "send-files"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer?.files);
      }}
    >
      <legend>{t("files")}</legend>
      <p>
        <label class="button">
          <Icon name="tray" /> {t("sendChoose")}
          <input
            class="unseen"
            type="file"
            multiple
            required={isLetter && files.length === 0}
            accept={isLetter ? "application/pdf" : undefined}
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = ""; // the list below tells what is chosen; the same file may be chosen again
            }}
          />
        </label>
        <small>
          {t("sendDrop")} {isLetter ? "PDF" : t("filesHint")}
        </small>
      </p>
      {files.length > 0 && (
        <ol>
          {files.map((file, index) => (
            <li key={`${index}:${file.name}:${file.size}`}>
              <FilePreview client={client} file={file} uploaded={uploaded} />
              <p>
                <b>{file.name}</b> <span class="quiet">{bytes(file.size)}</span>
              </p>
              <button
                type="button"
                aria-label={t("sendTakeOut", { name: file.name })}
                onClick={() => onChange(files.filter((_, at) => at !== index))}
              >
                <Icon name="cross" />
              </button>
            </li>
          ))}
        </ol>
      )}
    </fieldset>
  );
}

function FilePreview({ client, file, uploaded }: { client: Client; file: File; uploaded: Uploaded }) {
  const [page, setPage] = useState(1);
  const [last, setLast] = useState<number>();
  const isPicture = /^image\/(png|jpeg)$/.test(file.type);
  const { url, error } = useBlobUrl(`send:${file.name}:${file.size}:${file.lastModified}:${page}`, async () => {
    const { hash } = await uploaded(file);
    if (isPicture) return file;
    try {
      return await client.documentPage(hash, page);
    } catch (problem) {
      // Nobody tells how many pages there are before the job is made: behind the last one there is none.
      if (page > 1 && problem instanceof ApiError && problem.status === 404) {
        setLast(page - 1);
        setPage(page - 1);
      }
      throw problem;
    }
  });
  const shown =
    error instanceof ApiError && error.problem.code === "page-not-rendered"
      ? t("sendNoPreview")
      : error && errorText(error);
  return (
    <div class="file-preview">
      {shown && page === 1 ? (
        <p class="quiet">{shown}</p>
      ) : url ? (
        <img src={url} alt={t("sendPreview", { name: file.name, n: page })} />
      ) : (
        <span class="blank" />
      )}
      {url && !isPicture && <PageTurn page={page} last={last} label={page} onTurn={setPage} />}
    </div>
  );
}
