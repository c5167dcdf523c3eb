// What is disturbed now: asked for rarely, shared by the stripe on every screen and the screen that sets it.

import {
  ApiError,
  CHAOS_CHANNELS,
  type ChaosChannel,
  type ChaosRule,
  type ChaosView,
  type Client,
} from "@depesche/client";
import { useEffect } from "preact/hooks";
import { channelWord, count } from "../../format.ts";
import { type Signal, signal } from "../../signal.ts";

export interface ChaosState {
  view?: ChaosView;
  error?: unknown;
}

export const chaosState: Signal<ChaosState> = signal<ChaosState>({});

/** While nobody sets it here, another window or the CLI may. */
const STRIPE_MS = 60_000;
const SCREEN_MS = 2_000;

/** Answers that came before a change was sent are not its state any more. */
let changes = 0;

async function read(client: Client): Promise<void> {
  const before = changes;
  try {
    const view = await client.simulation.chaos();
    if (before === changes) chaosState.set({ view });
  } catch (error) {
    // Nothing is simulated, or the key may not know: then nothing is told.
    const known = error instanceof ApiError ? undefined : chaosState.get().view;
    if (before === changes) chaosState.set({ view: known, error });
  }
}

/** Keeps the state fresh as long as the component lives: often on its own screen, else once a minute. */
export function useChaosFresh(client: Client, onScreen: boolean): void {
  useEffect(() => {
    void read(client);
    const timer = setInterval(() => document.hidden || void read(client), onScreen ? SCREEN_MS : STRIPE_MS);
    return () => clearInterval(timer);
  }, [client, onScreen]);
}

export type ChaosRules = Partial<Record<ChaosChannel, ChaosRule>>;

let last: Promise<void> = Promise.resolve();

/**
 * Sets some rules, made from the state as it is by then; what is not named stays. One change after the other: two under way at once
 * could overtake each other, and the later would be made from what the earlier had not changed yet.
 */
export function setChaos(client: Client, rules: (now: ChaosView) => ChaosRules): Promise<void> {
  const change = async () => {
    const now = chaosState.get().view;
    if (!now) return;
    changes++;
    const view = await client.simulation.setChaos(rules(now));
    changes++;
    chaosState.set({ view });
  };
  const mine = last.then(change);
  last = mine.catch(() => undefined);
  return mine;
}

/** The channels that are disturbed. */
export function disturbed(view: ChaosView | undefined): ChaosChannel[] {
  return view ? CHAOS_CHANNELS.filter((channel) => view.channels[channel].probability > 0) : [];
}

/** A probability as people read it: 12,5 %. */
export function percent(probability: number): string {
  return `${count(Math.round(probability * 1000) / 10)} %`;
}

/** `Fax 20 % busy, SMS 5 % throttled`. */
export function disturbedWords(view: ChaosView): string {
  return disturbed(view)
    .map((channel) => {
      const { probability, fault } = view.channels[channel];
      return `${channelWord(channel)} ${percent(probability)} ${fault}`;
    })
    .join(", ");
}

/** Every channel left alone, its fault kept for the next time. */
export function allOff(view: ChaosView): ChaosRules {
  return Object.fromEntries(
    CHAOS_CHANNELS.map((channel) => [channel, { probability: 0, fault: view.channels[channel].fault }]),
  );
}
