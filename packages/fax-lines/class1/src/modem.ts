/** One modem as a line: its stream, its terminal's half, and the one call it can have. It comes back by itself when it was gone. */

import { createDte, type Dte, type DteAction, type DteEvent, stepDte } from "@depesche/at";
import type { ModemSet } from "@depesche/t30";
import { type ModemPlace, ModemPlaceError, type ModemStream } from "@depesche/wire-modem";
import type { Wall } from "@depesche/wire-t38";
import type { ModemProblem } from "./outcomes.ts";

/** Who has the modem: what it says comes here, in order; several actions of one step together. */
export interface ModemUser {
  took(actions: readonly DteAction[]): void;
  /** The modem is gone or given up; nothing else will come. */
  failed(problem: ModemProblem): void;
}

export interface ModemParts {
  place: ModemPlace;
  init: readonly string[];
  wall: Wall;
  openStream(place: ModemPlace): Promise<ModemStream>;
  /** It rings, and nobody has the modem. */
  onRing(from: string | undefined): void;
  /** It became ready, free or unreachable. */
  onChange(): void;
}

/** After a failure it is looked for again after so long, doubled each time. */
const FIRST_RETRY_US = 500_000;
const LAST_RETRY_US = 30_000_000;
/** A modem that has nothing to do is asked so often whether it is still there: one that is switched off does not say so. */
const PROBE_US = 60_000_000;

export class Modem {
  /** What it can send and receive; known once it was ready. */
  sends: ModemSet = "v27ter";
  receives: ModemSet = "v27ter";
  readonly #parts: ModemParts;
  #state: "opening" | "ready" | "down" | "closed" = "opening";
  #problem: ModemProblem = "modem-not-there";
  #dte: Dte;
  #stream: ModemStream | undefined;
  #user: ModemUser | undefined;
  #reserved = false;
  #guard: (() => void) | undefined;
  #retry: (() => void) | undefined;
  #retryUs = FIRST_RETRY_US;
  #probe: (() => void) | undefined;
  readonly #waiting: DteEvent[] = [];
  #stepping = false;

  constructor(parts: ModemParts) {
    this.#parts = parts;
    this.#dte = createDte({ init: parts.init });
  }

  /** Can be taken now. */
  get isFree(): boolean {
    return this.#state === "ready" && this.#user === undefined && !this.#reserved;
  }

  /** Set up, whether or not it has a call. */
  get isReady(): boolean {
    return this.#state === "ready";
  }

  /** Neither there nor just being looked for. */
  get isDown(): boolean {
    return this.#state === "down" || this.#state === "closed";
  }

  /** Why it is down. */
  get problem(): ModemProblem {
    return this.#problem;
  }

  /** Looks for the modem and sets it up; `onChange` tells how it went. */
  open(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#state = "opening";
    this.#parts.openStream(this.#parts.place).then(
      (stream) => this.#opened(stream),
      (error: unknown) => this.#fail(error instanceof ModemPlaceError ? error.problem : "modem-not-there"),
    );
  }

  /** Nobody else gets it until it is given back. */
  reserve(): void {
    this.#reserved = true;
  }

  /** Takes the modem for a call, reserved or free; false when it has gone meanwhile. */
  take(user: ModemUser): boolean {
    this.#reserved = false;
    if (this.#state !== "ready") return false;
    this.#user = user;
    return true;
  }

  /** Gives it back, on hook. */
  release(): void {
    this.#user = undefined;
    this.#reserved = false;
    this.#parts.onChange();
  }

  /** Gives it back whatever it is doing: the stream is closed, which hangs up, and the modem is set up anew. */
  reset(): void {
    this.#user = undefined;
    if (this.#state === "closed") return;
    this.#letGo();
    this.open();
    this.#parts.onChange();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#letGo();
    this.#state = "closed";
    this.#retry?.();
    this.#parts.onChange();
  }

  /** Something for the terminal's half. What follows from it is told before this returns, unless a step is under way. */
  feed(event: DteEvent): void {
    this.#waiting.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const out: DteAction[] = [];
      stepDte(this.#dte, next, out);
      this.#carryOut(out);
    }
    this.#stepping = false;
  }

  #opened(stream: ModemStream): void {
    if (this.#state !== "opening") {
      stream.close();
      return;
    }
    this.#stream = stream;
    this.#dte = createDte({ init: this.#parts.init });
    stream.listen({
      octets: (octets) => this.feed({ type: "octets", octets }),
      lost: () => this.#fail("modem-gone"),
    });
    this.feed({ type: "open" });
  }

  #carryOut(actions: readonly DteAction[]): void {
    const forUser: DteAction[] = [];
    for (const action of actions) {
      switch (action.type) {
        case "write":
          this.#write(action.octets, action.more === true);
          break;
        case "guard":
          this.#startGuard(action.afterUs);
          break;
        case "ready":
          this.sends = action.sends;
          this.receives = action.receives;
          this.#state = "ready";
          this.#retryUs = FIRST_RETRY_US;
          this.#probeLater();
          this.#parts.onChange();
          break;
        case "fault":
          this.#fail(action.problem);
          return;
        case "ring":
          if (!this.#user) this.#parts.onRing(action.from);
          break;
        default:
          forUser.push(action);
      }
    }
    if (forUser.length > 0) this.#user?.took(forUser);
  }

  #write(octets: Uint8Array, more: boolean): void {
    const stream = this.#stream;
    const taken = () => {
      if (stream === this.#stream) this.feed({ type: "taken" });
    };
    const room = stream?.write(octets, more ? taken : undefined) ?? true;
    if (more && room) this.#waiting.push({ type: "taken" });
  }

  #startGuard(afterUs: number): void {
    this.#guard?.();
    this.#guard = undefined;
    if (afterUs === 0) return;
    const { wall } = this.#parts;
    this.#guard = wall.at(wall.nowUs() + afterUs, () => {
      this.#guard = undefined;
      this.feed({ type: "guard" });
    });
  }

  #probeLater(): void {
    const { wall } = this.#parts;
    this.#probe?.();
    this.#probe = wall.at(wall.nowUs() + PROBE_US, () => {
      if (this.isFree) this.feed({ type: "probe" });
      this.#probeLater();
    });
  }

  #fail(problem: ModemProblem): void {
    if (this.#state === "closed" || this.#state === "down") return;
    const user = this.#user;
    this.#user = undefined;
    this.#letGo();
    this.#state = "down";
    this.#problem = problem;
    const { wall } = this.#parts;
    this.#retry = wall.at(wall.nowUs() + this.#retryUs, () => this.open());
    this.#retryUs = Math.min(LAST_RETRY_US, this.#retryUs * 2);
    user?.failed(problem);
    this.#parts.onChange();
  }

  #letGo(): void {
    this.#guard?.();
    this.#guard = undefined;
    this.#probe?.();
    this.#probe = undefined;
    this.#waiting.length = 0;
    this.#stream?.close();
    this.#stream = undefined;
    this.#dte = createDte({ init: this.#parts.init });
  }
}
