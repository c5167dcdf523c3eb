// What may be told to a job: pause, resume, stop, send again. The two that cannot be taken back say first what they will do.

import type { Client, JobSummary } from "@depesche/client";
import { OUTCOMES, type Outcome } from "@depesche/core";
import { useState } from "preact/hooks";
import { count } from "../../format.ts";
import { t } from "../../language.ts";
import { Icon } from "../../parts/icons.tsx";
import { Failure } from "../../parts/load.tsx";
import { go, urlOf } from "../../route.ts";
import { Ask } from "./ask.tsx";

/** Outcomes another try may change; the gateway decides, this only says whether to offer it. */
const FINE: readonly Outcome[] = ["OK", "BLACKLIST", "CANCELLED"];

type Question = { kind: "stop" } | { kind: "again"; recipients: number };

interface Props {
  client: Client;
  job: JobSummary;
  /** After something was done. */
  onDone?: () => void;
}

export function Commands({ client, job, onDone }: Props) {
  const [said, setSaid] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [question, ask] = useState<Question>();
  const failed = OUTCOMES.filter((o) => !FINE.includes(o)).reduce((sum, o) => sum + (job.outcomes[o] ?? 0), 0);
  const open = job.state === "open" && !job.cancelled;
  const run = (command: () => Promise<string | undefined>) => async () => {
    setError(undefined);
    setSaid(undefined);
    try {
      setSaid(await command());
      onDone?.();
    } catch (problem) {
      setError(problem);
    }
  };
  const stop = run(async () => {
    const { cancelled, inFlight } = await client.cancelJob(job.id);
    return t("cancelled", { n: count(cancelled), m: count(inFlight) });
  });
  const pause = run(async () => {
    await (job.paused ? client.resumeJob(job.id) : client.pauseJob(job.id));
    return undefined;
  });
  const countAgain = run(async () => {
    const { recipients } = await client.resendJob(job.id, { dryRun: true });
    ask({ kind: "again", recipients });
    return undefined;
  });
  const again = run(async () => {
    const { id } = await client.resendJob(job.id);
    if (id !== undefined) go({ page: "job", id });
    return undefined;
  });
  return (
    <div class="commands">
      {open && (
        <button type="button" onClick={pause}>
          <Icon name={job.paused ? "play" : "pause"} />
          {job.paused ? t("resume") : t("pause")}
        </button>
      )}
      {open && (
        <button type="button" class="danger" onClick={() => ask({ kind: "stop" })}>
          <Icon name="cross" />
          {t("jobStop")}
        </button>
      )}
      {failed > 0 && (
        <button type="button" onClick={countAgain}>
          <Icon name="loop" />
          {t("resend")} ({count(failed)})
        </button>
      )}
      {said && <span role="status">{said}</span>}
      {error !== undefined && <Failure error={error} />}
      {question?.kind === "stop" && (
        <Ask
          title={t("jobStopTitle", { id: job.id })}
          yes={t("jobStop")}
          danger
          onYes={stop}
          onClose={() => ask(undefined)}
        >
          <p>{t("jobStopAsk", { n: count(job.total - job.final) })}</p>
        </Ask>
      )}
      {question?.kind === "again" && (
        <Ask
          title={t("resend")}
          yes={question.recipients > 0 ? t("jobAgainYes", { n: count(question.recipients) }) : undefined}
          onYes={again}
          onClose={() => ask(undefined)}
        >
          <p>
            {question.recipients > 0 ? t("jobAgainAsk", { n: count(question.recipients) }) : t("jobAgainNone")}{" "}
            <a href={urlOf({ page: "failures", job: job.id })}>{t("jobAgainWhich")}</a>
          </p>
        </Ask>
      )}
    </div>
  );
}
