// A question that is answered before anything happens: a real dialog, Escape means no.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../language.ts";

interface AskProps {
  title: string;
  children: ComponentChildren;
  /** The word on the button that does it; without, there is nothing to do. */
  yes?: string | undefined;
  danger?: boolean;
  onYes(): void;
  onClose(): void;
}

export function Ask({ title, children, yes, danger = false, onYes, onClose }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="ask" onClose={onClose} aria-labelledby="ask-title">
      <h2 id="ask-title">{title}</h2>
      {children}
      <form
        method="dialog"
        class="commands"
        onSubmit={(event) => (event.submitter as HTMLButtonElement | null)?.value === "yes" && onYes()}
      >
        <button type="submit" value="no">
          {t("close")}
        </button>
        {yes && (
          <button type="submit" value="yes" class={danger ? "danger" : "primary"}>
            {yes}
          </button>
        )}
      </form>
    </dialog>
  );
}
