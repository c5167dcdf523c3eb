// The HTML of a mail in a frame that runs nothing, fetches nothing and leads nowhere.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Mark } from "../../parts/marks.tsx";
import { cleanMail, dress } from "./mail-html.ts";

const MOST_TALL = 20_000;

export function MailFrame({ html }: { html: string }) {
  const mail = useMemo(() => cleanMail(html), [html]);
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
