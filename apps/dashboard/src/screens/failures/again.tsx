// Sending dead letters again: first how many it would be, then go, then where they are now.

import type { AgainInput, AgainResult, Client } from "@depesche/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Failure } from "../../parts/load.tsx";
import { urlOf } from "../../route.ts";

/** What a dialog is asked to send again, and how it is called. */
export interface AgainOrder {
  input: AgainInput;
  what: string;
}

type Stage = { name: "counting" } | { name: "asking" | "going" | "done"; result: AgainResult };

/** New jobs shown as links; the rest is a number. */
const LINKS = 24;

function wouldBe({ recipients, sources }: AgainResult): string {
  if (recipients === 0) return t("failuresWouldNone");
  if (recipients === 1) return t("failuresWouldOne");
  const fill = { n: count(recipients), k: count(sources) };
  return sources === 1 ? t("failuresWouldOneJob", fill) : t("failuresWould", fill);
}

export function Again(props: { client: Client; order: AgainOrder; onDone(): void; onClose(): void }) {
  const { client, order, onDone, onClose } = props;
  const [stage, setStage] = useState<Stage>({ name: "counting" });
  const [error, setError] = useState<unknown>();
  // One key a dialog: pressing twice, or again after a broken answer, sends once.
  const key = useRef(crypto.randomUUID());

  useEffect(() => {
    let gone = false;
    client.again({ ...order.input, dryRun: true }).then(
      (result) => gone || setStage({ name: "asking", result }),
      (problem) => gone || setError(problem),
    );
    return () => {
      gone = true;
    };
  }, [client, order]);

  const send = async (result: AgainResult) => {
    setStage({ name: "going", result });
    setError(undefined);
    try {
      setStage({ name: "done", result: await client.again(order.input, key.current) });
      onDone();
    } catch (problem) {
      setError(problem);
      setStage({ name: "asking", result });
    }
  };

  return (
    <Dialog title={t("failuresAgainTitle")} onClose={onClose}>
      <p class="quiet">{order.what}</p>
      <p class="again-answer" aria-live="polite">
        {stage.name === "counting" && error === undefined && t("failuresCounting")}
        {(stage.name === "asking" || stage.name === "going") && wouldBe(stage.result)}
        {stage.name === "done" &&
          t("failuresDone", { n: count(stage.result.recipients), k: count(stage.result.jobs.length) })}
      </p>
      {stage.name === "asking" && stage.result.recipients > 0 && <p class="quiet">{t("failuresWouldNote")}</p>}
      {stage.name === "done" && <NewJobs jobs={stage.result.jobs} />}
      {error !== undefined && <Failure error={error} />}
      <p class="answers">
        {(stage.name === "asking" || stage.name === "going") && stage.result.recipients > 0 && (
          <button
            type="button"
            class="primary"
            disabled={stage.name === "going"}
            onClick={() => void send(stage.result)}
          >
            {stage.name === "going" ? t("failuresGoing") : t("failuresGo")}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {stage.name === "asking" && stage.result.recipients > 0 ? t("failuresAbort") : t("close")}
        </button>
      </p>
    </Dialog>
  );
}

function NewJobs({ jobs }: { jobs: number[] }) {
  return (
    <ul class="new-jobs">
      {jobs.slice(0, LINKS).map((id) => (
        <li key={id}>
          <a href={urlOf({ page: "job", id })}>{id}</a>
        </li>
      ))}
      {jobs.length > LINKS && (
        <li>
          {t("failuresMore", { n: count(jobs.length - LINKS) })}{" "}
          <a href={urlOf({ page: "jobs" })}>{t("failuresAllJobs")}</a>
        </li>
      )}
    </ul>
  );
}
