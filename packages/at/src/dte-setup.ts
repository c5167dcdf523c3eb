/** Setting a modem up, calling and being called: command mode (V.250, T.31 §8.2 and §8.4). */

import { type ModemSet, type Modulation, modulationsOf } from "@depesche/t30";
import { DLE_ETX } from "./dle.ts";
import type { DialResult, DteAction } from "./dte.ts";
import { goOnHook } from "./dte-clear.ts";
import { connectV21 } from "./dte-hear.ts";
import { proceed } from "./dte-proceed.ts";
import { codeOf, command, type Dte, fault, GUARD_US, guard, onHookAgain, peerGone, strangeLine } from "./dte-state.ts";
import { readResult } from "./result-codes.ts";

interface SetupCommand {
  text: string;
  /** Modems that do not know it are modems all the same. */
  optional?: boolean;
  /** It asks: an OK alone is the late answer to something else. */
  asks?: boolean;
}

/** What every call relies on; the user's own commands come before the class, which some modems forget at others. */
function setupCommands(dte: Dte): SetupCommand[] {
  return [
    { text: "ATZ" },
    { text: "ATE0Q0V1" },
    { text: "ATS0=0" },
    { text: "ATS7=60", optional: true },
    { text: "ATX4", optional: true },
    { text: "ATM0", optional: true },
    ...dte.options.init.map((text) => ({ text })),
    { text: "AT+FCLASS=?", asks: true },
    { text: "AT+FCLASS=1" },
    { text: "AT+FTM=?", asks: true },
    { text: "AT+FRM=?", asks: true },
  ];
}

const SETUP_TRIES = 3;
const MOST_SAID = 20;

export function openModem(dte: Dte, out: DteAction[]): void {
  dte.queue = [];
  dte.listening = null;
  dte.holding = false;
  dte.dle = null;
  dte.line = "";
  dte.strange = 0;
  dte.hangingUp = false;
  dte.state = { step: "setup", at: 0, tries: 1, said: [], sends: null };
  command(dte, "ATZ", GUARD_US.reset, out);
}

export function setupLine(dte: Dte, line: string, out: DteAction[]): void {
  if (dte.state.step !== "setup") return;
  const { state } = dte;
  const { text, optional, asks } = setupCommands(dte)[state.at]!;
  // "0" is what a modem without fax answers when it is asked for its classes.
  switch (asks && /^\d$/.test(line) ? undefined : readResult(line)) {
    case "OK":
      if (asks && state.said.length === 0) return;
      nextCommand(dte, out);
      return;
    case "ERROR":
      if (optional) nextCommand(dte, out);
      else fault(dte, text.startsWith("AT+F") ? "modem-not-class1" : "modem-refuses-setup", out);
      return;
    case undefined:
      // An echo is not an answer, until ATE0 also its own.
      if (line.toUpperCase().includes(text.toUpperCase())) return;
      if (state.said.length < MOST_SAID) state.said.push(line);
      else strangeLine(dte, out);
      return;
    default:
      return;
  }
}

function nextCommand(dte: Dte, out: DteAction[]): void {
  if (dte.state.step !== "setup") return;
  const { state } = dte;
  const commands = setupCommands(dte);
  const { text } = commands[state.at]!;
  if (text === "AT+FCLASS=?" && !/(^|[^\d.])1([^\d.]|$)/.test(state.said.join(" "))) {
    fault(dte, "modem-not-class1", out);
    return;
  }
  if (text === "AT+FTM=?") state.sends = modemsIn(state.said.join(" "));
  const next = commands[state.at + 1];
  if (next) {
    state.at++;
    state.tries = 1;
    if (text !== "AT+FRM=?") state.said = [];
    command(dte, next.text, GUARD_US.command, out);
    return;
  }
  const receives = modemsIn(state.said.join(" "));
  const { sends } = state;
  if (!sends || !receives) {
    fault(dte, "modem-not-class1", out);
    return;
  }
  dte.state = { step: "on-hook" };
  guard(0, out);
  out.push({ type: "ready", sends, receives });
}

/** No answer: whatever the modem was left in is ended, and the command is said again. */
export function setupGuard(dte: Dte, out: DteAction[]): void {
  if (dte.state.step !== "setup") return;
  const { state } = dte;
  if (state.tries >= SETUP_TRIES) {
    fault(dte, "modem-silent", out);
    return;
  }
  state.tries++;
  state.said = [];
  out.push({ type: "write", octets: Uint8Array.of(...DLE_ETX, 0x18, 0x0d) });
  command(dte, setupCommands(dte)[state.at]!.text, GUARD_US.reset, out);
}

const SETS: readonly ModemSet[] = ["v27ter+v29+v17", "v27ter+v29", "v29", "v27ter", "v27ter-2400"];

/** The widest set all of whose modulations are in a list like "24,48,72-74,(96,97)"; null when there is none. */
export function modemsIn(list: string): ModemSet | null {
  const codes = new Set<number>();
  for (const [, from, to] of list.matchAll(/(\d{1,3})(?:\s*-\s*(\d{1,3}))?/g)) {
    for (let code = Number(from); code <= Number(to ?? from); code++) codes.add(code);
  }
  const has = (modulation: Modulation) => codes.has(codeOf(modulation, false)) && codes.has(codeOf(modulation, true));
  return SETS.find((set) => modulationsOf(set).every(has)) ?? null;
}

/** On hook: it rings, or the modem says who calls (V.253 §9.2.3 and the makers' own spellings of it). */
export function callLine(dte: Dte, line: string, out: DteAction[]): void {
  const number = /^(?:NMBR|CALLER NUMBER|\+?CID|CALLER ID)\s*[=:]\s*"?(\+?[\d ]+)/i.exec(line)?.[1];
  if (number) {
    dte.callerId = number.replaceAll(" ", "");
    return;
  }
  if (!/^(RING\b|2$)/i.test(line)) return;
  out.push({ type: "ring", ...(dte.callerId ? { from: dte.callerId } : {}) });
}

export function dialLine(dte: Dte, line: string, out: DteAction[]): void {
  switch (dte.state.step) {
    case "checking":
      checkedLine(dte, dte.state.number, line, out);
      return;
    case "dialling":
      dialledLine(dte, line, out);
      return;
    case "answering":
      answeredLine(dte, line, out);
      return;
    default:
      return;
  }
}

function checkedLine(dte: Dte, number: string, line: string, out: DteAction[]): void {
  const result = readResult(line);
  if (result === "OK") {
    dte.state = { step: "dialling" };
    dte.callerId = "";
    command(dte, `ATDT${number}`, GUARD_US.dial, out);
  } else if (result === "ERROR" || result === "RING") {
    // A line that rings cannot be dialled on.
    out.push({ type: "refused", how: "refused", said: line });
    onHookAgain(dte, out);
    if (result === "RING") callLine(dte, line, out);
  }
}

/** What a modem says of a call without a fax (V.250 §6.3.1, and words of makers). */
const DIAL_RESULTS: readonly (readonly [RegExp, DialResult])[] = [
  [/^(BUSY|7)$/i, "busy"],
  [/^(NO ANSWER|8)$/i, "no-answer"],
  [/^(NO CARRIER|3)$/i, "no-carrier"],
  [/^(NO DIAL ?TONE|6)$/i, "no-dialtone"],
  [/^VOICE\b/i, "voice"],
  [/^(ERROR|4|DELAYED\b.*|BLACKLISTED\b.*)$/i, "refused"],
];

function dialledLine(dte: Dte, line: string, out: DteAction[]): void {
  if (readResult(line) === "CONNECT") {
    out.push({ type: "connected" });
    connectV21(dte, out);
    return;
  }
  const how = DIAL_RESULTS.find(([pattern]) => pattern.test(line))?.[1];
  if (how === undefined) {
    strangeLine(dte, out);
    return;
  }
  out.push({ type: "refused", how, said: line });
  goOnHook(dte, out);
}

function answeredLine(dte: Dte, line: string, out: DteAction[]): void {
  switch (readResult(line)) {
    case "CONNECT":
      dte.state = { step: "v21-out" };
      dte.before = "nothing";
      guard(0, out);
      proceed(dte, out);
      return;
    case "NO CARRIER":
    case "NO ANSWER":
    case "ERROR":
      peerGone(dte, false, out);
      return;
    default:
      return;
  }
}
