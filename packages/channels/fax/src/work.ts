// The fax channel: one attempt is one call. The line stays taken until its modelled time has passed (DESIGN section 5).

import type { AttemptReport } from "@depesche/core";
import type { AttemptOrder, BlobStore, ChannelWork, FaxCallReport, FaxTrunk, SimulatedClock } from "@depesche/ports";
import { createPageStore, PagesUnreadable } from "./pages.ts";

export interface FaxWorkConfig {
  /** Closed with the channel. */
  trunk: FaxTrunk;
  blobs: BlobStore;
  clock: SimulatedClock;
  /** Fax lines. */
  lines: number;
}

/** Set-up of a call before its first page, for showing the pages of a call whose computing is long over. */
const SETUP_US = 8_000_000;

/** Calls that hold their line for less (wall time) are over before anybody could look at them. */
const TOLD_FROM_MS = 1000;

export function openFaxWork(config: FaxWorkConfig): ChannelWork {
  const { trunk, clock, lines } = config;
  const store = createPageStore(config.blobs);

  return {
    channel: "fax",
    slots: lines,
    async send(order, { signal, progress, record }) {
      const { pages } = order.content;
      if (!pages) return failed("fax-no-pages", "the job has no fax pages");
      const startedAt = clock.now();
      const show = { address: order.address, pages: pages.count };
      let unreadable: PagesUnreadable | undefined;
      const source = store.source(pages.hash, pages.count);
      const report = await trunk.call(
        {
          id: order.key,
          to: order.address,
          from: order.options.callerId ?? order.sender.faxNumber ?? "",
          stationId: stationIdOf(order),
          pages: {
            count: source.count,
            page: (need) =>
              source.page(need).catch((error) => {
                if (error instanceof PagesUnreadable) unreadable = error;
                throw error;
              }),
          },
          progress: (p) => progress({ ...show, ...p }),
          ...(record && !clock.setting().unpaced
            ? { record: (ladder: Uint8Array) => record({ ladder, connectedAt: startedAt }) }
            : {}),
        },
        signal,
      );
      if (unreadable) return failed("fax-pages-unreadable", unreadable.message);
      const { unpaced, speed } = clock.setting();
      const heldMs = (startedAt + report.lineUs / 1000 - clock.now()) / speed;
      if (!unpaced && heldMs > TOLD_FROM_MS) record?.({ ladder: report.ladder, connectedAt: startedAt });
      await hold(report, startedAt, signal, (page) =>
        progress({ ...show, state: "sending", page, ...(report.rateBps ? { rateBps: report.rateBps } : {}) }),
      );
      return toAttempt(report);
    },
    close: () => trunk.close(),
  };

  /** Keeps the line until connect + line time; ringing is told at once. Our own stop ends the wait, the call is over anyway. */
  async function hold(
    report: FaxCallReport,
    startedAt: number,
    signal: AbortSignal,
    show: (page: number) => void,
  ): Promise<void> {
    if (clock.setting().unpaced || report.lineUs === 0) return;
    const end = startedAt + report.lineUs / 1000;
    const each = Math.max(0, report.lineUs - SETUP_US) / 1000 / Math.max(1, report.pagesConfirmed);
    for (let page = 1; page <= report.pagesConfirmed && !signal.aborted; page++) {
      show(page);
      await clock.until(Math.min(end, startedAt + SETUP_US / 1000 + page * each), signal);
    }
    await clock.until(end, signal);
  }
}

/** 20 characters of what the station may show: the option, else the own fax number, else the customer's name. */
function stationIdOf(order: AttemptOrder): string {
  return (order.options.stationId ?? order.sender.faxNumber ?? order.sender.name).slice(0, 20);
}

function failed(code: string, text: string): AttemptReport {
  return { outcome: "SENDFAIL", cause: { code, text } };
}

function toAttempt(report: FaxCallReport): AttemptReport {
  const attempt: AttemptReport = {
    outcome: report.outcome,
    cause: report.cause,
    remoteId: report.remoteId,
    pages: report.pagesConfirmed,
    durationMs: report.lineUs / 1000,
    ladder: report.ladder,
  };
  if (report.interrupted) attempt.interrupted = true;
  if (report.temporary) attempt.temporary = true;
  if (report.rateBps !== undefined) attempt.rateBps = report.rateBps;
  if (report.coding !== undefined) attempt.coding = report.coding;
  if (report.ecm !== undefined) attempt.ecm = report.ecm;
  return attempt;
}
