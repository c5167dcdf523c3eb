// How a job is going, asked of the gateway every two seconds while it runs and is looked at.

import type { Client, JobReport } from "@depesche/client";
import { useEffect, useRef } from "preact/hooks";
import { type Loaded, useLoad } from "../../parts/load.tsx";

const EVERY_MS = 2000;

/** `live`: ask again and again. `about`: ask once more when this changes. */
export function useReport(client: Client, id: number, live: boolean, about?: string): Loaded<JobReport> {
  // An answer that takes its time is waited for, so that questions do not pile up; but one asked for before a change may not know it.
  const asked = useRef<{ about: string | undefined; answer: Promise<JobReport> }>(undefined);
  const loaded = useLoad(`report:${id}`, () => {
    if (asked.current && asked.current.about === about) return asked.current.answer;
    const mine = { about, answer: client.jobReport(id) };
    asked.current = mine;
    return mine.answer.finally(() => {
      if (asked.current === mine) asked.current = undefined;
    });
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
