// Words of the chaos room in English, under the keys of the German ones.

import type { de } from "../de/chaos.ts";

export const en = {
  chaosLead:
    "A share of the calls, messages, mails and letters meets a fault instead of what the number does otherwise.",
  chaosStripe: "Chaos on: {what}",
  chaosWarning: "Chaos is on. What fails now may be due to it: {what}.",
  chaosQuiet: "All off. Every number does what its scenario says.",
  chaosAllOff: "All off",
  chaosProbability: "Probability",
  chaosFault: "Fault",
  chaosHits: "hit",
  chaosHitsOf: "{hit} of {seen}",
  chaosHitsTitle: "Since the simulators started {seen} came, {hit} of them met the fault",
  chaosOn: "on",
  chaosOff: "off",
  chaosProbabilityOf: "{channel}: probability in percent",
  chaosFaultOf: "{channel}: fault",
  chaosNoSimulation: "Nothing is simulated here, so nothing is disturbed: this house works with real carriers.",

  chaosClock: "Simulated clock",
  chaosClockLead: "Redials, schedules and the letters' 14:30 cut-off follow it. It never goes back.",
  chaosSpeed: "Speed",
  chaosSpeedMax: "max",
  chaosSpeedMaxGloss: "×1000, and no line waits for its modelled time",
  chaosForward: "Set forward by",
  chaosMinutes: "{n} min",
  chaosHours: "{n} h",
  chaosDay: "1 day",
  chaosSetTo: "or set forward to",
  chaosSetGo: "Set forward",
  chaosNotSettable: "In production simulated time is real time and is not set.",
  chaosPast: "The clock never goes back: choose a later time.",
} satisfies Record<keyof typeof de, string>;
