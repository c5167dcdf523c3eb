/** What a session reports of its call while it goes on: who the far end is, and what was agreed with it. */

import type { Dcs, Report } from "@depesche/t30";

export class Agreement {
  /** Station id of the far end, "" while it has sent none. */
  remoteId = "";
  /** What DCS said, at the rate of now. */
  dcs: Dcs | undefined;

  note(report: Report): void {
    if (report.kind === "remote-id") this.remoteId = report.id;
    else if (report.kind === "agreed") this.dcs = report.dcs;
    else if (report.kind === "rate-changed" && this.dcs) this.dcs = { ...this.dcs, modulation: report.modulation };
  }
}
