// How a job is going, asked of the gateway every two seconds while it runs and is looked at.

import type { Client, JobReport } from "@depesche/client";
import { useEffect, useRef } from "preact/hooks";
import { type Loaded, useLoad } from "../../parts/load.tsx";

const EVERY_MS = 2000;

/** `live`: ask again and again. `about`: ask once more when this changes. */
export function useReport(client: Client, id: number, live: boolean, about?: string): Loaded<JobReport> {
  // An answer that takes its time is waited for, so that questions do not pile up.
  const asked = useRef<Promise<JobReport>>(undefined);
  const loaded = useLoad(`report:${id}`, () => {
    asked.current ??= client.jobReport(id).finally(() => {
      asked.current = undefined;
    });
    return asked.current;
  });
  const { reload } = loaded;
  const before = useRef(about);
  useEffect(() => {
    if (before.current !== undefined && before.current !== about) reload();
    before.current = about;
  }, [about, reload]);
  useEffect(() => {
    if (!live) return;
    const look = () => document.hidden || reload();
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [live, reload]);
  return loaded;
}
