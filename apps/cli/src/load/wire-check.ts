// The simulators' own record of what came over their wires, held against the ledger: every OK recipient was reached once,
// nobody else was, and twice only where the ledger says so.

import { parseAttemptKey } from "@depesche/core";
import { EXIT } from "../exit-code.ts";
import { Failure } from "../failure.ts";
import type { Simulators } from "../simulators.ts";
import { Checked } from "./check.ts";
import { type LoadChannel, referenceOf } from "./orders.ts";
import { bump, codeOf, type JobBook, outcomeOfCode, type Roster } from "./roster.ts";

type WireChannel = Exclude<LoadChannel, "null">;
type WireLine = Record<string, unknown>;

interface Reached {
  job: number;
  n: number;
  /** Number of the attempt; mails and letters carry the same key with every attempt. */
  k?: number;
}

/** Who was reached, if this line says so. A line of the SMS, mail or letter log is one that was taken. */
const REACHED: Readonly<Record<WireChannel, (line: WireLine) => Reached | undefined>> = {
  fax: (line) => (line.result === "OK" ? parseAttemptKey(String(line.attempt)) : undefined),
  sms: (line) => parseAttemptKey(String(line.attempt)),
  mail: (line) => jobAndPlace(/^<depesche\.(\d+)-(\d+)@/.exec(String(line.messageId))),
  letter: (line) => jobAndPlace(/^(\d+)-(\d+)$/.exec(String(line.id))),
};

function jobAndPlace(match: RegExpExecArray | null): Reached | undefined {
  return match ? { job: Number(match[1]), n: Number(match[2]) } : undefined;
}

const OK = codeOf("OK");

/** To be called when the ledger has been read into the roster. */
export async function checkWires(
  simulators: Pick<Simulators, "wireLog">,
  jobs: JobBook,
  roster: Roster,
): Promise<{ wire: Checked; twice: Checked }> {
  const checks = { wire: new Checked("wire"), twice: new Checked("twice") };
  const used = new Set<LoadChannel>();
  for (const { channel } of jobs.rows()) used.add(channel);
  used.delete("null");
  if (used.size === 0) return { wire: checks.wire.skip("nothing-of-it"), twice: checks.twice.skip("nothing-of-it") };
  try {
    for (const channel of used) await readWire(simulators, channel as WireChannel, jobs, roster, checks.wire);
  } catch (error) {
    // Without simulators (a production house) there is no such record to hold against.
    if (!(error instanceof Failure) || error.exitCode !== EXIT.unreachable) throw error;
    return { wire: checks.wire.skip("no-simulators"), twice: checks.twice.skip("no-simulators") };
  }
  compare(jobs, roster, checks);
  return checks;
}

async function readWire(
  simulators: Pick<Simulators, "wireLog">,
  channel: WireChannel,
  jobs: JobBook,
  roster: Roster,
  wire: Checked,
): Promise<void> {
  for await (const line of simulators.wireLog(channel)) {
    const reached = REACHED[channel](line);
    const slot = reached && jobs.slot(reached.job);
    if (reached === undefined || slot === undefined) continue;
    const place = jobs.place(slot, reached.n);
    if (place === undefined) {
      wire.hold(false, () => ({ job: reached.job, n: reached.n, expected: "-", found: channel }));
      continue;
    }
    bump(roster.wire, place);
    if (reached.k === undefined || reached.k === roster.attempts[place]) bump(roster.wireLast, place);
  }
}

function compare(jobs: JobBook, roster: Roster, { wire, twice }: { wire: Checked; twice: Checked }): void {
  for (const { id, channel, first, count } of jobs.rows()) {
    if (channel === "null") continue;
    for (let n = 0; n < count; n++) {
      const place = first + n;
      const at = { job: id, n, reference: referenceOf(place) };
      const times = roster.wire[place] as number;
      const isRepeated = roster.repeated[place] === 1;
      const isOk = roster.ledger[place] === OK;
      // An OK is that of the last attempt; what an attempt before it may have reached is marked.
      const agrees = isOk ? (roster.wireLast[place] as number) > 0 : times === 0 || isRepeated;
      // Of one that is still open nothing is said yet; the ledger's check names it.
      if (roster.ledger[place] !== 0)
        wire.hold(agrees, () => ({
          ...at,
          expected: outcomeOfCode(roster.ledger[place] as number) ?? "-",
          found: `${channel} x ${times}`,
        }));
      twice.hold(times < 2 || isRepeated, () => ({
        ...at,
        expected: `${channel} x 1`,
        found: `${channel} x ${times}`,
      }));
    }
  }
}
