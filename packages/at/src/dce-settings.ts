/** Commands that are over at once: settings, information, S registers (V.250 §5 and §6, T.31 §8.5). */

import type { Command } from "./dce-line.ts";
import { type DceAction, type DceOptions, type DceState, inform, type Profile } from "./dce-state.ts";
import { FAX_MODEMS } from "./fax-modems.ts";

const MAX_VALUE = 64;
const FAX_CODES = FAX_MODEMS.map(({ code }) => code).join(",");
const MAKER = "Depesche";
const REVISION = "T.31";

/** S registers with a value of their own after ATZ (V.250 §6.3; S1 counts rings). */
const REGISTERS: Readonly<Record<number, number>> = {
  2: 43,
  3: 13,
  4: 10,
  5: 8,
  6: 2,
  7: 50,
  8: 2,
  9: 6,
  10: 14,
  11: 95,
  12: 50,
};
/** Which may have values above 127. */
const CHARACTERS = new Set([3, 4, 5]);

/** What ATZ and AT&F go back to. */
export function newProfile(): Profile {
  const registers = new Array<number>(256).fill(0);
  for (const [register, value] of Object.entries(REGISTERS)) registers[Number(register)] = value;
  const common = { quiet: false, verbose: true, echo: true, progress: 4, adaptive: false, callerId: false };
  return { ...common, faxClass: "0", flow: 1, carrierLoss: 0, registers, settings: {} };
}

export const DEFAULT_OPTIONS: Required<DceOptions> = { product: "Depesche Class 1 modem", number: "" };

/** Letters whose value is checked, with the highest; what they set. */
const BASIC: Readonly<Record<string, { most: number; set(profile: Profile, value: number): void }>> = {
  E: { most: 1, set: (profile, value) => Object.assign(profile, { echo: value === 1 }) },
  Q: { most: 1, set: (profile, value) => Object.assign(profile, { quiet: value === 1 }) },
  V: { most: 1, set: (profile, value) => Object.assign(profile, { verbose: value === 1 }) },
  X: { most: 4, set: (profile, value) => Object.assign(profile, { progress: value }) },
};

/** Letters that modems have and that change nothing here: speaker, pulse or tone, circuits, error control, compression. */
const ACCEPTED = /^(?:[BCLMNPTWY]|&[A-Y]|[%\\*][A-Z])$/;

/** Carries out a basic command that is no call; false is ERROR. */
export function setBasic(state: DceState, { name, value }: Command & { kind: "basic" }, out: DceAction[]): boolean {
  if (name === "I") {
    inform(state, value === 4 ? state.options.number : state.options.product, out);
    return value <= 9;
  }
  const basic = BASIC[name];
  if (!basic) return ACCEPTED.test(name) && value <= 255;
  if (value > basic.most) return false;
  basic.set(state.profile, value);
  return true;
}

export function setRegister(state: DceState, command: Command & { kind: "register" }, out: DceAction[]): boolean {
  const { register, value } = command;
  if (register > 255) return false;
  if (value === undefined) {
    inform(state, String(state.profile.registers[register]).padStart(3, "0"), out);
    return true;
  }
  if (value > (CHARACTERS.has(register) ? 127 : 255)) return false;
  state.profile.registers[register] = value;
  return true;
}

interface Extended {
  /** Answer of =? */
  test: string;
  /** Answer of ?; without it there is nothing to read. */
  read?(state: DceState): string;
  /** False: ERROR. */
  set?(state: DceState, value: string): boolean;
  /** Answer of the bare command. */
  act?(state: DceState): string;
}

function choice<T extends string>(
  values: readonly T[],
  read: (p: Profile) => T,
  write: (p: Profile, v: T) => void,
): Extended {
  return {
    test: values.join(","),
    read: ({ profile }) => read(profile),
    set({ profile }, value) {
      const chosen = values.find((known) => known === value);
      if (chosen !== undefined) write(profile, chosen);
      return chosen !== undefined;
    },
  };
}

/** A setting that is kept and means nothing to a line without sound, a serial speed or error control. */
function kept(name: string, test: string, initial: string): Extended {
  return {
    test,
    read: ({ profile }) => profile.settings[name] ?? initial,
    set({ profile }, value) {
      const isSensible = value.length <= MAX_VALUE && /^[0-9A-Z,"]*$/.test(value);
      if (isSensible) profile.settings[name] = value;
      return isSensible;
    },
  };
}

function words(text: (state: DceState) => string): Extended {
  return { test: "", read: text, act: text };
}

const isOn = (value: boolean) => (value ? "1" : "0");

const EXTENDED: Readonly<Record<string, Extended>> = {
  "+FCLASS": choice(
    ["0", "1", "1.0"],
    (p) => p.faxClass,
    (p, v) => Object.assign(p, { faxClass: v }),
  ),
  "+FAR": choice(
    ["0", "1"],
    (p) => isOn(p.adaptive),
    (p, v) => Object.assign(p, { adaptive: v === "1" }),
  ),
  "+FLO": choice(
    ["0", "1", "2"],
    (p) => String(p.flow),
    (p, v) => Object.assign(p, { flow: Number(v) }),
  ),
  "+VCID": choice(
    ["0", "1"],
    (p) => isOn(p.callerId),
    (p, v) => Object.assign(p, { callerId: v === "1" }),
  ),
  "#CID": choice(
    ["0", "1"],
    (p) => isOn(p.callerId),
    (p, v) => Object.assign(p, { callerId: v === "1" }),
  ),
  "+FCL": {
    test: "0-255",
    read: ({ profile }) => String(profile.carrierLoss),
    set({ profile }, value) {
      const seconds = /^\d{1,3}$/.test(value) ? Number(value) : 256;
      if (seconds <= 255) profile.carrierLoss = seconds;
      return seconds <= 255;
    },
  },
  "+FDD": kept("+FDD", "0,1", "0"),
  "+FIT": kept("+FIT", "0-255,0-1", "0,0"),
  "+FAE": kept("+FAE", "0,1", "0"),
  "+FPR": kept("+FPR", "0-31", "0"),
  "+IPR": kept("+IPR", "0,300,1200,2400,4800,9600,19200,38400,57600,115200", "0"),
  "+ICF": kept("+ICF", "0-6,0-3", "3,3"),
  "+IFC": {
    ...kept("+IFC", "0-2,0-2", "0,1"),
    set(state, value) {
      const chosen = /^([0-2])?,?([0-2])?$/.exec(value);
      if (!chosen) return false;
      state.profile.settings["+IFC"] = value;
      // The second is how the modem holds its terminal back.
      if (chosen[2] !== undefined) state.profile.flow = Number(chosen[2]);
      return true;
    },
  },
  "+ILRR": kept("+ILRR", "0,1", "0"),
  "+MS": kept("+MS", "V17", "V17"),
  "+ES": kept("+ES", "0-4", "0"),
  "+DS": kept("+DS", "0-3", "0"),
  "+GMI": words(() => MAKER),
  "+GMM": words(({ options }) => options.product),
  "+GMR": words(() => REVISION),
  "+GSN": words(({ options }) => options.number),
  "+GCAP": words(() => "+FCLASS"),
  "+FMI": words(() => MAKER),
  "+FMM": words(({ options }) => options.product),
  "+FMR": words(() => REVISION),
  "+FTM": { test: FAX_CODES },
  "+FRM": { test: FAX_CODES },
  "+FTH": { test: "3" },
  "+FRH": { test: "3" },
  "+FTS": { test: "0-255" },
  "+FRS": { test: "0-255" },
};

/** Carries out an extended command that is over at once; false is ERROR. */
export function setExtended(state: DceState, command: Command & { kind: "extended" }, out: DceAction[]): boolean {
  const { name, form, value } = command;
  const extended = Object.hasOwn(EXTENDED, name) ? EXTENDED[name] : undefined;
  if (!extended) return false;
  switch (form) {
    case "test":
      if (extended.test !== "") inform(state, extended.test, out);
      return true;
    case "read":
      return told(state, extended.read, out);
    case "act":
      return told(state, extended.act, out);
    case "set":
      return extended.set?.(state, value) ?? false;
    default:
      return form satisfies never;
  }
}

function told(state: DceState, text: ((state: DceState) => string) | undefined, out: DceAction[]): boolean {
  if (!text) return false;
  inform(state, text(state), out);
  return true;
}
