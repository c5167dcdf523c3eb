// The HTML of a mail in a frame that runs nothing, fetches nothing and leads nowhere.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Mark } from "../../parts/marks.tsx";
import { cleanMail, dress } from "./mail-html.ts";
import type { MailPart } from "./mail-source.ts";

const MOST_TALL = 20_000;
/** Pictures shown within a mail, together. */
const MOST_PICTURE_BYTES = 10 * 1024 * 1024;

function base64(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i += 0x8000) text += String.fromCharCode(...octets.subarray(i, i + 0x8000));
  return btoa(text);
}

/** The mail's own pictures as data URLs by Content-ID. */
function picturesOf(parts: readonly MailPart[]): Map<string, string> {
  const pictures = new Map<string, string>();
  let bytes = 0;
  for (const { mediaType, contentId, content } of parts) {
    if (contentId === "" || !/^image\/[\w.+-]+$/.test(mediaType)) continue;
    bytes += content.length;
    if (bytes > MOST_PICTURE_BYTES) break;
    pictures.set(contentId, `data:${mediaType};base64,${base64(content)}`);
  }
  return pictures;
}

export function MailFrame({ html, parts }: { html: string; parts: readonly MailPart[] }) {
  const mail = useMemo(() => cleanMail(html, picturesOf(parts)), [html, parts]);
  const frame = useRef<HTMLIFrameElement>(null);
  const [tall, setTall] = useState(240);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  useEffect(() => () => observer.current?.disconnect(), []);
  const loaded = () => {
    const element = frame.current;
    const body = element?.contentDocument?.body;
    if (!element || !body) return;
    dress(element, mail);
    observer.current?.disconnect();
    observer.current = new ResizeObserver(() => {
      setTall(Math.min(MOST_TALL, Math.max(120, Math.ceil(body.getBoundingClientRect().bottom) + 16)));
    });
    observer.current.observe(body);
  };
  return (
    <>
      {mail.remote > 0 && (
        <p class="mail-remote">
          <Mark icon="block" tone="warn" word={t("mailboxRemote", { n: count(mail.remote) })} />
        </p>
      )}
      <iframe
        ref={frame}
        class="mail-frame"
        title={t("mailboxHtmlFrame")}
        // Same origin, so that this page can dress it; no scripts, forms, popups or downloads.
        sandbox="allow-same-origin"
        srcdoc={mail.html}
        onLoad={loaded}
        style={{ height: `${tall}px` }}
      />
    </>
  );
}
