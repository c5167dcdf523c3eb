/**
 * The rule of time of a call between our own two ends, as a pure machine for one side.
 *
 * Each side keeps its own line clock. What it sends is stamped with the time it is on the line; what it receives moves its
 * clock to the stamp, own timers due earlier firing first. With nothing left to do a side says that it is idle: how many
 * messages it has sent and taken, and its earliest deadline. A timer may fire only when both are idle and the counts show
 * that nothing is under way, and only the earlier of both deadlines, the answerer's on ties. So whatever the two processes'
 * load, the same things happen at the same line times, and nobody waits in wall time.
 */

import type { TimerName } from "@depesche/t30";

export type Side = "caller" | "answerer";

/** What a side says when it has nothing to do. */
export interface Idle {
  sent: number;
  received: number;
  deadlineUs: number | undefined;
}

/** What the owner of the clock must do next; `nothing` waits for the peer or for a local answer. */
export type Turn<Message> =
  | { do: "nothing" }
  /** Take this message; the clock stands at its time. */
  | { do: "take"; message: Message }
  | { do: "fire"; timer: TimerName }
  /** Tell the peer. */
  | { do: "say-idle"; idle: Idle }
  /** Both sides wait for each other and no timer runs: the call can never go on. */
  | { do: "stuck" };

/** `Message` is whatever the peer sends that counts: an IFP or its hang-up. */
export class LineTime<Message> {
  readonly #side: Side;
  readonly #timers = new Map<TimerName, number>();
  readonly #inbox: { atUs: number; message: Message }[] = [];
  #nowUs = 0;
  #sent = 0;
  #taken = 0;
  #said: Idle | undefined;
  #peer: Idle | undefined;
  #busy = 0;

  constructor(side: Side) {
    this.#side = side;
  }

  /** Microseconds since connect, at the end of what was last heard or sent. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Own sending has taken so long. */
  advanceTo(us: number): void {
    this.#nowUs = Math.max(this.#nowUs, us);
  }

  /** One message has been handed to the transport. */
  countSent(): void {
    this.#sent++;
  }

  startTimer(timer: TimerName, afterUs: number): void {
    this.#timers.set(timer, this.#nowUs + afterUs);
  }

  stopTimer(timer: TimerName): void {
    this.#timers.delete(timer);
  }

  get held(): boolean {
    return this.#busy > 0;
  }

  /** A local answer is awaited (a page is being encoded or stored): line time stands still until `done`. */
  hold(): void {
    this.#busy++;
  }

  done(): void {
    this.#busy--;
  }

  /** Messages that wait to be taken. */
  get waiting(): number {
    return this.#inbox.length;
  }

  receive(atUs: number, message: Message): void {
    this.#inbox.push({ atUs, message });
  }

  receiveIdle(idle: Idle): void {
    this.#peer = idle;
  }

  next(): Turn<Message> {
    if (this.#busy > 0) return { do: "nothing" };
    const due = this.#earliest();
    const first = this.#inbox[0];
    if (first) {
      if (due && due.us < first.atUs) return this.#fire(due);
      this.#inbox.shift();
      this.#taken++;
      this.#nowUs = Math.max(this.#nowUs, first.atUs);
      return { do: "take", message: first.message };
    }
    const said = this.#said;
    if (!said || said.sent !== this.#sent || said.received !== this.#taken || said.deadlineUs !== due?.us) {
      this.#said = { sent: this.#sent, received: this.#taken, deadlineUs: due?.us };
      return { do: "say-idle", idle: this.#said };
    }
    const peer = this.#peer;
    if (!peer || peer.sent !== this.#taken || peer.received !== this.#sent) return { do: "nothing" };
    if (!due) return { do: peer.deadlineUs === undefined ? "stuck" : "nothing" };
    const ours = peer.deadlineUs === undefined || due.us < peer.deadlineUs;
    const tie = due.us === peer.deadlineUs && this.#side === "answerer";
    return ours || tie ? this.#fire(due) : { do: "nothing" };
  }

  #fire(due: { timer: TimerName; us: number }): Turn<Message> {
    this.#timers.delete(due.timer);
    this.#nowUs = Math.max(this.#nowUs, due.us);
    return { do: "fire", timer: due.timer };
  }

  #earliest(): { timer: TimerName; us: number } | undefined {
    let earliest: { timer: TimerName; us: number } | undefined;
    for (const [timer, us] of this.#timers) if (!earliest || us < earliest.us) earliest = { timer, us };
    return earliest;
  }
}
