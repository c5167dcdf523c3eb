/** Reading command lines (V.250 §5.2 to §5.4): one line into the commands it holds, octet by octet before that. */

import type { DceAction, DceState } from "./dce-state.ts";

/** Longest body of a command line. */
const MAX_LINE = 512;
const REGISTER_CR = 3;
const REGISTER_BS = 5;

/**
 * One octet in command state: echoed, and put to the line begun. Gives the body of the line when this octet has ended it:
 * the text between AT and CR without control characters, the last line again for A/, or "overlong". The parity bit counts
 * for nothing.
 */
export function readOctet(state: DceState, raw: number, out: DceAction[]): string | { overlong: true } | undefined {
  const octet = raw & 0x7f;
  const { line, profile } = state;
  if (profile.echo) out.push({ type: "dte", bytes: Uint8Array.of(octet) });
  const char = String.fromCharCode(octet);
  if (line.stage === "none") {
    if (char === "A" || char === "a") line.stage = "A";
    return undefined;
  }
  if (line.stage === "A") {
    if (char === "T" || char === "t") line.stage = "body";
    else if (char === "/") {
      line.stage = "none";
      return state.lastLine;
    } else if (char !== "A" && char !== "a") line.stage = "none";
    return undefined;
  }
  if (octet === profile.registers[REGISTER_CR]) {
    const { text, overlong } = line;
    state.line = { stage: "none", text: "", overlong: false };
    if (overlong) return { overlong };
    state.lastLine = text;
    return text;
  }
  if (octet === profile.registers[REGISTER_BS]) line.text = line.text.slice(0, -1);
  else if (octet >= 0x20 && octet < 0x7f) {
    if (line.text.length < MAX_LINE) line.text += char;
    else line.overlong = true;
  }
  return undefined;
}

/** One command of a line. */
export type Command =
  /** A letter, or a sign and a letter: E, &F, \N; without number 0. */
  | { kind: "basic"; name: string; value: number; given: boolean }
  | { kind: "register"; register: number; value: number | undefined }
  /** Everything behind D. */
  | { kind: "dial"; text: string }
  | { kind: "extended"; name: string; form: "set" | "read" | "test" | "act"; value: string };

const BASIC = /^([&%\\*]?[A-Z])(\d{0,5})/;
const REGISTER = /^S(\d{1,3})(?:(=)(\d{0,5})|\?)/;
const EXTENDED = /^([+#$-][A-Z][A-Z0-9]*)(=\?|\?|=([^;]*))?(;|$)/;

/** The first command of `text` and what follows it; "none" when nothing is left, undefined for what is no command. */
export function nextCommand(text: string): { command: Command; rest: string } | "none" | undefined {
  const line = text.replace(/^[ ;]+/, "");
  if (line === "") return "none";
  const upper = squeezed(line);
  const extended = EXTENDED.exec(upper);
  if (extended) {
    const [all, name = "", operation = "", value = ""] = extended;
    const form = operation === "=?" ? "test" : operation === "?" ? "read" : operation === "" ? "act" : "set";
    return { command: { kind: "extended", name, form, value }, rest: upper.slice(all.length) };
  }
  const register = REGISTER.exec(upper);
  if (register) {
    const [all, number, isSet, value] = register;
    const command = { kind: "register", register: Number(number), value: isSet ? Number(value) : undefined } as const;
    return { command, rest: upper.slice(all.length) };
  }
  if (upper.startsWith("D")) return { command: { kind: "dial", text: upper.slice(1) }, rest: "" };
  const basic = BASIC.exec(upper);
  if (!basic) return undefined;
  const [all, name = "", value = ""] = basic;
  return { command: { kind: "basic", name, value: Number(value), given: value !== "" }, rest: upper.slice(all.length) };
}

/** Spaces mean nothing, nor does the case of letters (V.250 §5.4.1). */
function squeezed(line: string): string {
  return line.replaceAll(" ", "").toUpperCase();
}
