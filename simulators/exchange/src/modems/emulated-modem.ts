/** One emulated modem: its machine (packages/at), the terminal at its port, and the telephone line it shares with the exchange. */

import { createDce, type DceAction, type DceEvent, type DceState, dceWakeUs, stepDce } from "@depesche/at";
import type { Terminal } from "@depesche/wire-modem";
import { type IfpPort, monotonicWall, type Wall } from "@depesche/wire-t38";
import type { Dialled, Extensions, Pickup } from "../extensions.ts";
import { e164Of } from "./dial-string.ts";

export interface EmulatedModemOptions {
  /** Its number, E.164. */
  number: string;
  /** Dials through the exchange; `gone` falls when the modem hangs up before there is an answer. */
  dial(call: { from: string; to: string; gone: AbortSignal }): Promise<Dialled>;
  wall?: Wall;
}

/** What a dialled number came to, in the words of the line. */
const PROGRESS = {
  busy: "busy",
  "no-answer": "no-answer",
  unassigned: "no-carrier",
  "network-fault": "no-carrier",
  "no-service": "no-carrier",
} as const;

/** A caller listens to the ringing for so long. */
const LONGEST_RINGING_US = 60_000_000;
/** What was said may arrive so long after the news that the far end has hung up. */
const UNDER_WAY_US = 500_000;

export class EmulatedModem {
  readonly number: string;
  readonly #dial: EmulatedModemOptions["dial"];
  readonly #wall: Wall;
  #dce: DceState;
  #terminal: Terminal | undefined;
  /** The line of the call that is up. */
  #port: IfpPort | undefined;
  /** Ends what the modem has begun: a call being dialled, or one that is up. */
  #letGo: (() => void) | undefined;
  /** Who rings, and what he is told. */
  #ringing: ((pickup: Pickup) => void) | undefined;
  #alarm: { atUs: number; cancel(): void } | undefined;

  constructor({ number, dial, wall = monotonicWall }: EmulatedModemOptions) {
    this.number = number;
    this.#dial = dial;
    this.#wall = wall;
    this.#dce = createDce({ number });
  }

  /** A terminal is plugged in: the modem is as if switched on. */
  plug(terminal: Terminal): void {
    this.#reset();
    this.#terminal = terminal;
    terminal.listen({
      octets: (bytes) => {
        if (this.#terminal === terminal) this.#step({ type: "dte", bytes });
      },
      gone: () => {
        if (this.#terminal !== terminal) return;
        this.#terminal = undefined;
        this.#reset();
      },
    });
  }

  /** A call comes in. Without a terminal nobody picks up; off hook it is busy. */
  ring({ from, gone }: Parameters<Extensions["ring"]>[0]): Promise<Pickup> {
    const { call, mode } = this.#dce;
    if (call.is !== "on-hook" || mode.is !== "command") return Promise.resolve({ answered: false, kind: "busy" });
    if (!this.#terminal || gone.aborted) return Promise.resolve({ answered: false, kind: "no-answer" });
    return new Promise((resolve) => {
      const giveUp = () => this.#step({ type: "call", what: "hangup" }, () => this.#stopRinging());
      // Nobody lets it ring for ever.
      const enough = this.#wall.at(this.#wall.nowUs() + LONGEST_RINGING_US, giveUp);
      this.#ringing = (pickup) => {
        enough();
        gone.removeEventListener("abort", giveUp);
        resolve(pickup);
      };
      gone.addEventListener("abort", giveUp);
      this.#step({ type: "call", what: "ring", from });
    });
  }

  /** Hangs up and forgets the terminal. */
  close(): void {
    this.#terminal?.close();
    this.#terminal = undefined;
    this.#reset();
  }

  #stopRinging(): void {
    this.#ringing?.({ answered: false, kind: "no-answer" });
    this.#ringing = undefined;
  }

  #reset(): void {
    this.#stopRinging();
    this.#hangUp();
    this.#alarm?.cancel();
    this.#alarm = undefined;
    this.#dce = createDce({ number: this.number });
  }

  #step(event: DceEvent, first?: () => void): void {
    first?.();
    const out: DceAction[] = [];
    stepDce(this.#dce, event, this.#wall.nowUs(), out);
    for (const action of out) this.#carryOut(action);
    this.#plan();
  }

  #carryOut(action: DceAction): void {
    switch (action.type) {
      case "dte":
        this.#terminal?.write(action.bytes, action.page && "page");
        return;
      case "ifp":
        this.#port?.send(action.ifp);
        return;
      case "flow":
        this.#terminal?.hold(action.stop);
        return;
      case "dial":
        void this.#call(action.number);
        return;
      case "answer":
        this.#pickUp();
        return;
      case "hang-up":
        this.#hangUp();
        return;
      default:
        action satisfies never;
    }
  }

  async #call(typed: string): Promise<void> {
    const to = e164Of(typed);
    const gone = new AbortController();
    const letGo = () => gone.abort();
    this.#letGo = letGo;
    const dialled = await this.#dial({ from: this.number, to, gone: gone.signal }).catch((): Dialled => {
      return { answered: false, kind: "network-fault" };
    });
    if (this.#letGo !== letGo) {
      // The modem has hung up meanwhile.
      if (dialled.answered) dialled.hangUp();
      return;
    }
    if (!dialled.answered) {
      this.#letGo = undefined;
      this.#step({ type: "call", what: PROGRESS[dialled.kind] });
      return;
    }
    this.#connect(dialled.port, dialled.over, dialled.hangUp);
  }

  #pickUp(): void {
    const ringing = this.#ringing;
    this.#ringing = undefined;
    ringing?.({
      answered: true,
      join: ({ port, over }) =>
        new Promise((ended) => {
          if (this.#dce.call.is !== "answering") {
            port.close();
            ended();
            return;
          }
          this.#connect(port, over, () => ended());
        }),
    });
  }

  /** The call is up; `parted` is called once when this modem lets it go. */
  #connect(port: IfpPort, over: Promise<void>, parted: () => void): void {
    const letGo = () => {
      if (this.#port === port) this.#port = undefined;
      port.close();
      parted();
    };
    this.#port = port;
    this.#letGo = letGo;
    const isUp = () => this.#letGo === letGo;
    const lost = () => {
      if (!isUp()) return;
      this.#letGo = undefined;
      letGo();
      this.#step({ type: "call", what: "hangup" });
    };
    this.#step({ type: "call", what: "connected" });
    if (!isUp()) return;
    port.listen({
      ifp: (ifp) => {
        if (isUp()) this.#step({ type: "ifp", ifp });
      },
      gap: (count) => {
        if (isUp()) this.#step({ type: "gap", count });
      },
      lost,
    });
    // What the far end said before it hung up is still under way; the port's own end comes behind it.
    void over.then(() => {
      if (isUp()) this.#wall.at(this.#wall.nowUs() + UNDER_WAY_US, lost);
    });
  }

  #hangUp(): void {
    const letGo = this.#letGo;
    this.#letGo = undefined;
    letGo?.();
  }

  /** One alarm for the next thing that is due. */
  #plan(): void {
    const atUs = dceWakeUs(this.#dce);
    if (atUs === this.#alarm?.atUs) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (atUs === undefined) return;
    const cancel = this.#wall.at(atUs, () => {
      this.#alarm = undefined;
      this.#step({ type: "wake" });
    });
    this.#alarm = { atUs, cancel };
  }
}
