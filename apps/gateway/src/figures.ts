// What the gateway counts of its own work.

import type { Channel } from "@depesche/core";
import { type Figures, SECONDS } from "@depesche/telemetry";

export interface GatewayFigures {
  accepted(face: string, channel: Channel, recipients: number, seconds: number): void;
  refused(face: string, problem: string): void;
  /** A request was answered. `route`: its face, from a closed list, never a path with ids in it. */
  answered(route: string, method: string, status: number, seconds: number): void;
  /** Events were told to listeners: how old the oldest of them was by then. */
  fed(seconds: number): void;
  posted(ok: boolean): void;
}

/** Lags of the feed: its beat is a tenth of a second. */
const LAGS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10] as const;

export function openGatewayFigures(figures: Figures): GatewayFigures {
  const jobs = figures.counter("accepted_jobs_total", "Jobs accepted.", ["face", "channel"]);
  const recipients = figures.counter("accepted_recipients_total", "Recipients accepted.", ["face", "channel"]);
  const taken = figures.histogram("accept_seconds", "From the whole request to its COMMIT.", SECONDS, ["face"]);
  const refusals = figures.counter("refused_jobs_total", "Jobs not accepted, by why.", ["face", "problem"]);
  const requests = figures.histogram("http_request_seconds", "Requests by face, method and status.", SECONDS, [
    "route",
    "method",
    "status",
  ]);
  const lag = figures.histogram("feed_lag_seconds", "Age of the oldest event of a batch when it was told.", LAGS);
  const posts = figures.counter("webhook_posts_total", "Deliveries to webhooks.", ["result"]);
  return {
    accepted(face, channel, count, seconds) {
      jobs.inc({ face, channel });
      recipients.inc({ face, channel }, count);
      taken.observe({ face }, seconds);
    },
    refused: (face, problem) => refusals.inc({ face, problem }),
    answered: (route, method, status, seconds) => requests.observe({ route, method, status }, seconds),
    fed: (seconds) => lag.observe(seconds),
    posted: (ok) => posts.inc({ result: ok ? "taken" : "failed" }),
  };
}
