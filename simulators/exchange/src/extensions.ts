/** What lives behind numbers beyond the exchange's own table, and can dial: emulated modems. */

import type { IfpPort } from "@depesche/wire-t38";

export interface Extensions {
  /** Whether the number is one of theirs. */
  has(number: string): boolean;
  /** A call rings at the number; `gone` falls when the caller gives up. */
  ring(call: { from: string; to: string; gone: AbortSignal }): Promise<Pickup>;
}

export type Pickup =
  | { answered: false; kind: "busy" | "no-answer" }
  | {
      answered: true;
      /** Runs this side of the line to its end and closes the port. `over`: the other side has hung up. */
      join(line: { port: IfpPort; over: Promise<void> }): Promise<void>;
    };

/** What came of dialling a number. */
export type Dialled =
  | {
      answered: true;
      port: IfpPort;
      /** Resolves when the other side has hung up. */
      over: Promise<void>;
      /** Closes the port and ends the call for the other side. */
      hangUp(): void;
    }
  | { answered: false; kind: "busy" | "no-answer" | "unassigned" | "network-fault" | "no-service" };
