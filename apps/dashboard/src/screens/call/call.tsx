// The call of an attempt: why it came out so, what both ends said, what they could and chose, and the pages.

import { ApiError, type Client, type Ladder } from "@depesche/client";
import { type AttemptKey, parseAttemptKey } from "@depesche/core";
import { useEffect } from "preact/hooks";
import { address } from "../../format.ts";
import { t, type Word } from "../../language.ts";
import { errorText, Failure, type Loaded, useLoad, useLookAgain } from "../../parts/load.tsx";
import { CALL_VIEWS, type CallView, go, type RouteOf, urlOf } from "../../route.ts";
import { onEvents } from "../../world.ts";
import { CallPagesView } from "../pages/call-pages.tsx";
import { Compare } from "./compare.tsx";
import { LadderView } from "./ladder-view.tsx";
import { Why } from "./why.tsx";

const VIEWS: Record<CallView, Word> = { ladder: "callLadder", compare: "callCompare", pages: "callPages" };

/** How often a call that is on the line is looked at, ms. */
const LOOK_MS = 700;

export function Call({ client, here }: { client: Client; here: RouteOf<"call"> }) {
  const { key: attempt, view = "ladder" } = here;
  const { job, n, k } = parseAttemptKey(attempt) as { job: number; n: number; k: number };
  const about = useLoad(`call:${attempt}`, async () => {
    const [recipients, attempts] = await Promise.all([
      client.recipients(job, { from: n, limit: 1 }),
      client.attempts(job, n),
    ]);
    return { recipient: recipients.items[0], attempts: attempts.items };
  });
  const { recipient, attempts = [] } = about.value ?? {};
  const facts = attempts.find((one) => one.key === attempt);
  const isRunning = !facts && recipient?.state === "sending" && recipient.attempts === k;
  const isToCome = recipient !== undefined && recipient.state !== "final" && recipient.attempts < k;
  const ladder = useLadder(client, attempt, { isRunning, hasEnded: facts !== undefined });
  const { reload } = about;
  useEffect(
    () =>
      onEvents((events) => {
        if (events === "everything" || events.some((event) => event.job === job && event.recipient === n)) reload();
      }),
    [job, n, reload],
  );
  const to = (change: Partial<RouteOf<"call">>) => go({ ...here, ...change }, true);
  return (
    <>
      <div class="section-head">
        <h1>
          {t("call")} <small>{recipient ? address(recipient.address) : attempt}</small>
        </h1>
        <div class="commands">
          <a class="button" href={urlOf({ page: "job", id: job, n })}>
            {t("job")} {job}
          </a>
        </div>
      </div>
      {about.error !== undefined && <Failure error={about.error} again={reload} />}
      {about.value && (facts || isRunning) && (
        <Why here={here} k={k} facts={facts} attempts={attempts} ladder={ladder.value} />
      )}
      <nav class="filters" aria-label={t("callView")}>
        {CALL_VIEWS.map((one) => (
          <a
            key={one}
            href={urlOf({ page: "call", key: attempt, view: one === "ladder" ? undefined : one })}
            aria-current={one === view ? "page" : undefined}
          >
            {t(VIEWS[one])}
          </a>
        ))}
      </nav>
      {view === "pages" ? (
        <CallPagesView client={client} attempt={attempt} sheet={here.sheet ?? 1} />
      ) : ladder.value ? (
        view === "compare" ? (
          <Compare client={client} attempt={attempt} ladder={ladder.value} attempts={attempts} />
        ) : (
          <LadderView
            ladder={ladder.value}
            name={attempt}
            row={here.row}
            onPick={(row) => to({ row })}
            scale={here.scale}
            onScale={(scale) => to({ scale })}
            pcap={() => client.ladderPcap(attempt)}
          />
        )
      ) : (
        ladder.error !== undefined && (
          <p class="empty">
            {isMissing(ladder.error)
              ? t(isRunning ? "callComing" : isToCome ? "callWaits" : "noLadder")
              : errorText(ladder.error)}
          </p>
        )
      )}
    </>
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** The ladder, looked at again and again while the call is on the line, and a few times more when it has just ended. */
function useLadder(
  client: Client,
  attempt: AttemptKey,
  { isRunning, hasEnded }: { isRunning: boolean; hasEnded: boolean },
): Loaded<Ladder> {
  const ladder = useLoad(`ladder:${attempt}`, () => client.ladder(attempt));
  const { value, error, reload } = ladder;
  const isOn = isRunning || value?.live !== undefined;
  useLookAgain(ladder, hasEnded && (isOn || isMissing(error)));
  useEffect(() => {
    if (hasEnded || !isOn) return;
    const timer = setTimeout(reload, LOOK_MS);
    return () => clearTimeout(timer);
  }, [value, error, isOn, hasEnded, reload]);
  return ladder;
}
