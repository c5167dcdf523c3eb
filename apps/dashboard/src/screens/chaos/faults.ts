// What each fault does, in words of the language.

import type { ChaosChannel, ChaosView } from "@depesche/client";
import { glossary } from "../../language.ts";

/** What a channel's fault does, in the language of now. */
export function faultWords(channel: ChaosChannel, view: ChaosView["channels"][ChaosChannel]): string {
  const meaning = view.faults.find(({ fault }) => fault === view.fault)?.meaning ?? "";
  return glossary().faults[`${channel}.${view.fault}`] ?? meaning;
}
