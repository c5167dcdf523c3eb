// Plays a scenario against a running house: over the gateway's API, the simulators' control API and the simulated clock.

import { basename, resolve } from "node:path";
import type { Client, JobInput } from "@depesche/client";
import { readDocument } from "../files.ts";
import type { Io } from "../io.ts";
import type { Simulators } from "../simulators.ts";
import type { Pick, Scenario, Step } from "./format.ts";

const LOOK_EVERY_MS = 100;
/** At 1x a wait of the scenario is as long by our clock; a clock that does not move at all ends the play. */
const STILL_MS = 10_000;

export interface Played {
  /** From 1. */
  step: number;
  /** Simulated time, ms since 1970. */
  simAt: number;
  ok: boolean;
  /** What was done and what came of it. */
  what: string;
}

export interface PlayDeps {
  client: Client;
  sims: Simulators;
  io: Io;
  /** Files of the scenario are found from here. */
  folder: string;
  onStep(played: Played, step: Step): void;
}

/** Plays all steps in order and answers how many failed. Numbers, chaos and speed are put back as they were, also after an error. */
export async function play(scenario: Scenario, seed: number, deps: PlayDeps): Promise<number> {
  const { client, sims } = deps;
  const before = { scenario: await sims.scenario(), speed: (await client.clock()).speed };
  const usesChaos = scenario.steps.some((step) => step.do === "chaos");
  const chaos = usesChaos ? await sims.chaos() : undefined;
  const hasNumbers = Object.keys(scenario.numbers).length > 0;
  const state: State = { random: drawer(seed), jobs: new Map(), inboxBefore: await newestInbound(client) };
  let failed = 0;
  try {
    if (hasNumbers) await sims.setScenario({ numbers: { ...before.scenario.numbers, ...scenario.numbers } });
    for (const [i, step] of scenario.steps.entries()) {
      await sleepSimulated(drawnMs(step, state.random), deps);
      const { ok, what } = await perform(step, state, deps);
      if (!ok) failed += 1;
      deps.onStep({ step: i + 1, simAt: await simNow(client), ok, what }, step);
    }
  } finally {
    if (hasNumbers) await sims.setScenario(before.scenario);
    if (chaos) await sims.setChaos(chaos);
    if (scenario.steps.some((step) => step.do === "clock" && step.speed !== undefined))
      await client.changeClock({ speed: before.speed });
  }
  return failed;
}

interface State {
  random(): number;
  jobs: Map<string, number>;
  /** Faxes up to this one were there before the play. */
  inboxBefore: number;
}

interface Done {
  ok: boolean;
  what: string;
}

async function perform(step: Step, state: State, deps: PlayDeps): Promise<Done> {
  const { client, sims } = deps;
  switch (step.do) {
    case "wait":
      return { ok: true, what: "" };
    case "clock": {
      const { after: _, do: __, ...change } = step;
      const clock = await client.changeClock(change);
      return { ok: true, what: `${clock.now} ${clock.speed}x` };
    }
    case "chaos":
      await sims.setChaos({ [step.channel]: { probability: step.probability, fault: step.fault } });
      return { ok: true, what: `${step.channel}: ${step.fault} ${step.probability}` };
    case "send":
      return send(step, state, deps);
    case "fax-in": {
      const content = step.file ? await readDocument(resolve(deps.folder, step.file)) : Buffer.from(step.text ?? "");
      const name = step.file ? basename(step.file) : "text.txt";
      const from = drawn(step.from, state.random)[0] as string;
      const call = await sims.faxIn({ from, to: step.to, document: content.toString("base64"), name });
      return { ok: true, what: `${from} -> ${step.to}: ${call.result}, ${call.pages} p.` };
    }
    case "sms-in": {
      const from = drawn(step.from, state.random)[0] as string;
      await sims.smsIn({ from, to: step.to, text: step.text });
      return { ok: true, what: `${from} -> ${step.to}: ${step.text}` };
    }
    case "expect":
      return "job" in step ? expectJob(step, state, deps) : expectInbox(step, state, deps);
  }
}

async function send(step: Step & { do: "send" }, state: State, { client, folder }: PlayDeps): Promise<Done> {
  const input: JobInput = { channel: step.channel };
  const to = drawn(step.to, state.random);
  if (step.channel !== "letter") input.recipients = to;
  if (step.text !== undefined) input.text = step.text;
  if (step.file !== undefined) {
    const { hash } = await client.uploadDocument(new Uint8Array(await readDocument(resolve(folder, step.file))));
    input.documents = [{ name: basename(step.file), hash }];
  }
  const { id } = await client.createJob(input);
  if (step.as !== undefined) state.jobs.set(step.as, id);
  return { ok: true, what: `${step.channel} ${id} -> ${to.join(", ")}` };
}

async function expectJob(step: Step & { job: string }, state: State, deps: PlayDeps): Promise<Done> {
  const id = state.jobs.get(step.job) as number;
  const { outcomes } = step as Step & { outcomes: Record<string, number> };
  let seen = "";
  const ok = await within((step as { withinMs: number }).withinMs, deps, async () => {
    const job = await deps.client.job(id);
    seen = `${job.state} ${counts(job.outcomes)}`;
    // An outcome that is not expected will not go away again.
    const words = new Set([...Object.keys(outcomes), ...Object.keys(job.outcomes)]);
    const agrees = [...words].every((w) => (job.outcomes[w as keyof typeof job.outcomes] ?? 0) === (outcomes[w] ?? 0));
    return job.state === "done" ? agrees : undefined;
  });
  return { ok, what: `${step.job} (${id}): ${seen.trim()}${ok ? "" : `, expected ${counts(outcomes)}`}` };
}

async function expectInbox(step: Step & { inbox: object }, state: State, deps: PlayDeps): Promise<Done> {
  const { inbox, count, withinMs } = step as Step & {
    do: "expect";
    inbox: { from?: string; pages?: number; complete?: boolean };
    count: number;
    withinMs: number;
  };
  let found = 0;
  const ok = await within(
    withinMs,
    deps,
    async () => {
      const { items } = await deps.client.inbounds({ limit: 1000 });
      found = items.filter(
        (fax) =>
          fax.id > state.inboxBefore &&
          (inbox.from === undefined || fax.originator === inbox.from) &&
          (inbox.pages === undefined || fax.pages === inbox.pages) &&
          (inbox.complete === undefined || fax.complete === inbox.complete),
      ).length;
      if (count > 0) return found >= count ? found === count : undefined;
      return found === 0 ? undefined : false;
    },
    count === 0,
  );
  return { ok, what: `${found} of ${count} in the inbox` };
}

/** Looks until it is decided, or the simulated time is over: then `otherwise`. */
async function within(
  ms: number,
  deps: PlayDeps,
  look: () => Promise<boolean | undefined>,
  otherwise = false,
): Promise<boolean> {
  const end = (await simNow(deps.client)) + ms;
  for (;;) {
    const decided = await look();
    if (decided !== undefined) return decided;
    if ((await simNow(deps.client)) > end) return otherwise;
    await deps.io.pause(LOOK_EVERY_MS);
  }
}

async function sleepSimulated(ms: number, { client, io }: PlayDeps): Promise<void> {
  if (ms === 0) return;
  let last = await simNow(client);
  const end = last + ms;
  let movedAt = io.monotonic();
  for (;;) {
    const now = await simNow(client);
    if (now >= end) return;
    if (now !== last) movedAt = io.monotonic();
    else if (io.monotonic() - movedAt > STILL_MS) throw new Error("the simulated clock stands still");
    last = now;
    await io.pause(LOOK_EVERY_MS);
  }
}

async function simNow(client: Client): Promise<number> {
  return Date.parse((await client.clock()).now);
}

async function newestInbound(client: Client): Promise<number> {
  const { items } = await client.inbounds({ limit: 1000 });
  return Math.max(0, ...items.map((fax) => fax.id));
}

function counts(outcomes: Partial<Record<string, number>>): string {
  return Object.entries(outcomes)
    .map(([word, n]) => `${n} ${word}`)
    .join(", ");
}

/** mulberry32: the same seed draws the same numbers, 0 to 1, on every machine. */
export function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of them, in their order; nothing is drawn where there is no choice. */
function drawn({ any, count }: Pick, random: () => number): string[] {
  if (count === any.length) return any;
  const left = any.map((_, i) => i);
  const taken = Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0] as number);
  return taken.sort((a, b) => a - b).map((i) => any[i] as string);
}

function drawnMs({ after }: Step, random: () => number): number {
  return after.least === after.most ? after.least : Math.round(after.least + random() * (after.most - after.least));
}
