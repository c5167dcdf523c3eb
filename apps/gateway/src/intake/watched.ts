// The intake with figures and log around it: what it took, how long that took, and what it would not take.

import type { Intake } from "@depesche/ports";
import { inSpan } from "@depesche/telemetry";
import type { GatewayFigures } from "../figures.ts";

export interface WatchDeps {
  figures: Pick<GatewayFigures, "accepted" | "refused">;
  log: { info(data: object, text: string): void };
  /** Monotonic milliseconds. */
  monotonic(): number;
}

export function watchedIntake(intake: Intake, { figures, log, monotonic }: WatchDeps): Intake {
  return {
    submit: (request) =>
      inSpan({ name: "accept", attributes: { "depesche.channel": request.channel } }, async (span) => {
        const { face, channel, account } = request;
        const begunAt = monotonic();
        const result = await intake.submit(request);
        if (!result.ok) {
          figures.refused(face, result.problem);
          span.setAttribute("depesche.problem", result.problem);
          log.info({ face, channel, account: account.id, problem: result.problem }, "a job was not accepted");
          return result;
        }
        const { jobId, recipients } = result;
        span.setAttributes({ "depesche.job": jobId, "depesche.recipients": recipients });
        if (result.replayed) return result;
        figures.accepted(face, channel, recipients, (monotonic() - begunAt) / 1000);
        log.info({ face, channel, account: account.id, job: jobId, recipients }, "a job was accepted");
        return result;
      }),
  };
}
