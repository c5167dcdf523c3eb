// The keyboard: one letter to each screen, and a list of them at `?`.

import { useEffect, useRef, useState } from "preact/hooks";
import { t, type Word } from "./language.ts";
import { go, type Route, route } from "./route.ts";

const SCREENS: Record<string, { to: Route; word: Word }> = {
  b: { to: { page: "board" }, word: "keyBoard" },
  j: { to: { page: "jobs" }, word: "keyJobs" },
  i: { to: { page: "inbound" }, word: "keyInbound" },
  d: { to: { page: "dispatch" }, word: "keyDispatch" },
  f: { to: { page: "failures" }, word: "keyFailures" },
  s: { to: { page: "send", channel: "fax" }, word: "keySend" },
  p: { to: { page: "phone" }, word: "keyPhone" },
  m: { to: { page: "mailbox" }, word: "keyMailbox" },
  l: { to: { page: "letters" }, word: "keyLetters" },
  c: { to: { page: "scenario" }, word: "keyScenario" },
  x: { to: { page: "chaos" }, word: "keyChaos" },
};

/** The state with what is opened beside its list closed; undefined where nothing is. */
function closed(at: Route): Route | undefined {
  if (at.page === "job") return at.n === undefined ? undefined : { ...at, n: undefined };
  if (!("id" in at) || at.id === undefined) return undefined;
  return at.page === "inbound" ? { page: at.page, deleted: at.deleted } : { page: at.page };
}

/** Is the person writing, so that letters are letters? */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

export function useKeys() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (event.key === "?") setOpen(true);
      const to = event.key === "Escape" ? closed(route.get()) : SCREENS[event.key]?.to;
      if (to) go(to);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return { isOpen, open: () => setOpen(true), close: () => setOpen(false) };
}

export function KeysDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
  }, [open]);
  const rows: [string, Word][] = [
    ...Object.entries(SCREENS).map(([key, { word }]): [string, Word] => [key, word]),
    ["↑ ↓", "keyRows"],
    ["Esc", "keyClose"],
    ["/", "keySearch"],
    ["␣", "keyPlay"],
    ["PgUp PgDn", "keyPages"],
    ["+ − 0 w", "keyZoom"],
    ["?", "keyHelp"],
  ];
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={t("keysTitle")}>
      <h2>{t("keysTitle")}</h2>
      <table>
        <tbody>
          {rows.map(([key, word]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{t(word)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" onClick={() => dialog.current?.close()}>
        {t("close")}
      </button>
    </dialog>
  );
}
