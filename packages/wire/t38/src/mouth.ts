/** What one side of a call in real time still has to say, piece by piece at the pace of the line, and what is to be done behind it. */

import { type Action, durationOf, type TimerName } from "@depesche/t30";
import type { Ifp } from "@depesche/t38";
import { piecesOf, type TcfTransfer } from "./paced.ts";
import type { TimedIfp } from "./signals.ts";

/** What waits for the end of what is being said. */
export type Waiting =
  | { do: "start-timer"; timer: TimerName; afterUs: number }
  | { do: "hang-up"; action: Action & { type: "hang-up" } };

/** The next thing to be done now; `image`: the piece carries data of a page. */
export type Due = Waiting | { do: "say"; ifp: Ifp; image: boolean };

interface Sending {
  do: "send";
  pieces: Iterator<TimedIfp>;
  next: TimedIfp | undefined;
  /** So much later than planned its pieces go. */
  lateUs: number;
  endUs: number;
  image: boolean;
}

type Turn = Sending | Waiting;

/** Pieces that are late go out together up to here; the rest of what is being sent moves back instead. */
const BUNCH = 4;

export class Mouth {
  readonly #tcf: TcfTransfer;
  /** In order of the line. */
  #turns: Turn[] = [];
  /** CNG sounds until anything is heard or said. */
  #cng: Sending | undefined;

  constructor(tcf: TcfTransfer) {
    this.#tcf = tcf;
  }

  /** Nothing is being said and nothing waits for its end. CNG is nobody's turn. */
  get isIdle(): boolean {
    return this.#turns.length === 0;
  }

  get isSpeaking(): boolean {
    return this.#turns.some((turn) => turn.do === "send" && turn.next !== undefined);
  }

  /** A page or block is what is being said, or will be. */
  get hasImage(): boolean {
    return this.#turns.some((turn) => turn.do === "send" && turn.image);
  }

  /** The page or block that is on the line now. */
  get isInImage(): boolean {
    const turn = this.#turns[0];
    return turn?.do === "send" && turn.image;
  }

  /** The goodbye that is under way. */
  get ending(): (Action & { type: "hang-up" }) | undefined {
    for (const turn of this.#turns) if (turn.do === "hang-up") return turn.action;
    return undefined;
  }

  /** When there is something to do; infinity when there is nothing. */
  get dueUs(): number {
    const turn = this.#turns[0] ?? this.#cng;
    if (!turn) return Number.POSITIVE_INFINITY;
    return turn.do === "send" && turn.next ? turn.next.atUs + turn.lateUs : 0;
  }

  /** Says what an action puts on the line, behind what is being said. */
  send(action: Action, nowUs: number): void {
    this.#cng = undefined;
    let startUs = nowUs;
    for (const turn of this.#turns) if (turn.do === "send") startUs = Math.max(startUs, turn.endUs);
    const pieces = piecesOf(action, startUs, this.#tcf);
    const image = action.type === "send-page" || action.type === "send-ecm-block";
    const endUs = startUs + durationOf(action);
    const turn: Sending = { do: "send", pieces, next: taken(pieces), lateUs: 0, endUs, image };
    if (action.type === "send-tone" && action.tone === "cng") this.#cng = turn;
    else this.#turns.push(turn);
  }

  /** To be done when everything has been said. */
  wait(turn: Waiting): void {
    this.#turns.push(turn);
  }

  forgetTimer(timer: TimerName): void {
    this.#turns = this.#turns.filter((turn) => turn.do !== "start-timer" || turn.timer !== timer);
  }

  /** Something is heard: CNG has done its work. */
  endCng(): void {
    this.#cng = undefined;
  }

  /** Nothing more is said. */
  breakOff(): void {
    this.#turns = [];
    this.#cng = undefined;
  }

  /** What is due, one after the other; what its taker does in between counts. */
  *due(nowUs: number): Generator<Due, void> {
    for (let bunch = BUNCH; ; ) {
      const turn = this.#turns[0] ?? this.#cng;
      if (!turn) return;
      if (turn.do !== "send") {
        this.#turns.shift();
        yield turn;
      } else if (!turn.next) this.#turns.shift();
      else {
        const lateUs = nowUs - turn.next.atUs - turn.lateUs;
        if (lateUs < 0) return;
        if (bunch-- === 0) {
          this.#moveBack(lateUs);
          return;
        }
        const { ifp } = turn.next;
        turn.next = taken(turn.pieces);
        yield { do: "say", ifp, image: turn.image && ifp.kind === "data" };
      }
    }
  }

  /** This process was too busy: what is left of what is being said keeps its pace instead of making up for it. */
  #moveBack(byUs: number): void {
    for (const turn of this.#cng ? [...this.#turns, this.#cng] : this.#turns) {
      if (turn.do !== "send") continue;
      turn.lateUs += byUs;
      turn.endUs += byUs;
    }
  }
}

function taken(pieces: Iterator<TimedIfp>): TimedIfp | undefined {
  const { done, value } = pieces.next();
  return done ? undefined : value;
}
