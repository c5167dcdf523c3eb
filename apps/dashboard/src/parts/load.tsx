// Things that are asked of the gateway: while they come, when they are there, when they fail.

import { ApiError } from "@depesche/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../language.ts";
import { signOut } from "../session.ts";
import { turns } from "../turns.ts";
import { Icon } from "./icons.tsx";

export interface Loaded<T> {
  value?: T;
  error?: unknown;
  reload(): void;
}

/**
 * Asks when `key` changes, and again on `reload`; what was there stays until the new answer comes, and an answer that a later one
 * has overtaken is not taken: nothing may happen any more that would bring the newer state back.
 */
export function useLoad<T>(key: string, ask: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: unknown }>({ key });
  const current = useRef(key);
  const asking = useRef(ask);
  current.current = key;
  asking.current = ask;
  const turn = useMemo(turns, []);
  const reload = useCallback(() => {
    const isNews = turn();
    asking.current().then(
      (value) => isNews() && current.current === key && setState({ key, value }),
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) signOut(true);
        if (isNews() && current.current === key) setState((before) => ({ key, value: before.value, error }));
      },
    );
  }, [key, turn]);
  useEffect(reload, [reload]);
  return state.key === key ? { value: state.value, error: state.error, reload } : { reload };
}

const LOOK_MS = 700;
const LOOKS = 7;

/** What follows its event soon is looked for ever less often; if it has not come after a minute and a half, it was not kept. */
export function useLookAgain({ value, error, reload }: Loaded<unknown>, isAwaited: boolean): void {
  const looks = useRef(0);
  // Each answer that it is not there is an error of its own.
  useEffect(() => {
    if (!isAwaited || looks.current >= LOOKS) return;
    const timer = setTimeout(reload, LOOK_MS * 2 ** looks.current++);
    return () => clearTimeout(timer);
  }, [value, error, isAwaited, reload]);
}

/** What went wrong, in the gateway's own words. */
export function errorText(error: unknown): string {
  return error instanceof ApiError ? error.problem.detail : t("unreachable");
}

export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <p class="failure" role="alert">
      <Icon name="alert" /> {errorText(error)}{" "}
      {again && (
        <button type="button" onClick={again}>
          {t("retry")}
        </button>
      )}
    </p>
  );
}

/** A picture or file that needs the key: fetched, shown from memory, let go. */
export function useBlobUrl(key: string, ask: () => Promise<Blob>): { url?: string; error?: unknown } {
  const { value, error } = useLoad(key, ask);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!value) return setUrl(undefined);
    const made = URL.createObjectURL(value);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [value]);
  return { url, error };
}

/** Hands a file to the browser to keep. */
export async function download(name: string, ask: () => Promise<Blob>): Promise<void> {
  const url = URL.createObjectURL(await ask());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
