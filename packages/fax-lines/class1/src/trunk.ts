/** The FaxTrunk port over Class 1 modems (ITU-T T.31): one line a modem, any number of modems in a trunk. */

import { setMaxListeners } from "node:events";
import type { FaxAnswerHandler, FaxCallOrder, FaxCallReport, FaxTrunk } from "@depesche/ports";
import { type ModemPlace, type ModemStream, openModemStream } from "@depesche/wire-modem";
import { monotonicWall, type Wall } from "@depesche/wire-t38";
import type { DialPlan } from "./dial-number.ts";
import { Incoming } from "./inbound.ts";
import { Modem } from "./modem.ts";
import { placeCall } from "./outbound.ts";

/** One modem and the telephone line it is on. */
export interface Class1LineOptions {
  place: ModemPlace;
  /** The line's number, E.164. */
  number: string;
  /** Sent as CSI and TSI; unset: what the order or the handler says. */
  stationId?: string;
  /** Commands for this modem after its reset. */
  init?: readonly string[];
  dial?: DialPlan;
  /** False: the line only sends. */
  receive?: boolean;
}

export interface Class1TrunkConfig {
  lines: readonly Class1LineOptions[];
  /** Time of guards and of T.30; default: the process's monotonic clock. */
  wall?: Wall;
  /** How a modem is reached; default: its device, or TCP. */
  openStream?(place: ModemPlace): Promise<ModemStream>;
}

/** A line of the trunk. */
export interface Line {
  readonly options: Class1LineOptions;
  readonly modem: Modem;
  readonly incoming: Incoming;
}

/** What every call of the trunk uses. */
export interface TrunkParts {
  readonly wall: Wall;
  readonly lines: readonly Line[];
  /** Falls when the trunk closes. */
  readonly closing: AbortSignal;
  /** Resolves when a modem has become ready, free or unreachable, or the signal has fallen. */
  changed(signal: AbortSignal): Promise<void>;
}

/**
 * Opens the trunk and begins to look for its modems; one that is not there yet, or goes away, is looked for again. Calls
 * wait for a modem that is being set up or has a call; when none is there, they fail as faults that pass.
 */
export function openClass1Trunk(config: Class1TrunkConfig): FaxTrunk {
  const wall = config.wall ?? monotonicWall;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const waiting = new Set<() => void>();
  const running = new Set<Promise<unknown>>();
  const answering: { numbers: readonly string[]; handler: FaxAnswerHandler }[] = [];
  const keep = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  };
  const onChange = () => {
    for (const wake of [...waiting]) wake();
  };
  const handlerOf = (options: Class1LineOptions) =>
    options.receive === false
      ? undefined
      : answering.find(({ numbers }) => numbers.some((number) => digitsOf(number) === digitsOf(options.number)))
          ?.handler;

  const lines = config.lines.map((options): Line => {
    const incoming: Incoming = new Incoming({
      wall,
      handler: () => (closing.signal.aborted ? undefined : handlerOf(options)),
      keep,
      line: () => line,
      closing: closing.signal,
    });
    const modem = new Modem({
      place: options.place,
      init: options.init ?? [],
      wall,
      openStream: config.openStream ?? openModemStream,
      onRing: (from) => incoming.ring(from),
      onChange,
    });
    const line: Line = { options, modem, incoming };
    return line;
  });
  const parts: TrunkParts = {
    wall,
    lines,
    closing: closing.signal,
    changed: (signal) =>
      new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener("abort", wake);
        if (signal.aborted) wake();
      }),
  };
  for (const { modem } of lines) modem.open();

  return {
    call: (order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> => keep(placeCall(parts, order, signal)),
    async answer(numbers, handler) {
      answering.push({ numbers, handler });
      const ours = lines.filter(({ options }) => handlerOf(options) === handler);
      while (!closing.signal.aborted && ours.some(({ modem }) => !modem.isReady && !modem.isDown)) {
        await parts.changed(closing.signal);
      }
    },
    answered: () =>
      answering
        .flatMap(({ numbers }) => numbers)
        .filter((number) => lines.some((line) => digitsOf(line.options.number) === digitsOf(number) && takes(line))),
    async close() {
      if (!closing.signal.aborted) closing.abort();
      await Promise.allSettled(running);
      for (const { modem, incoming } of lines) {
        incoming.close();
        modem.close();
      }
    },
  };
}

function takes({ options, modem }: Line): boolean {
  return options.receive !== false && modem.isReady;
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, "");
}
