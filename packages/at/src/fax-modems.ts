/** The modulation codes of T.31 §8.2 (table 3) and what each is to T.30 and T.38. */

import type { Modulation as LineModulation } from "@depesche/t30";
import type { Indicator, Modulation } from "@depesche/t38";

export interface FaxModem {
  /** The value of +FTM and +FRM. */
  code: number;
  modulation: LineModulation;
  /** V.17 with short training, as it follows a long one in the same call. */
  short: boolean;
  /** T.38's name of the data and of the training. */
  data: Modulation;
  training: Indicator;
}

/** All a Class 1 modem of 14400 bit/s has, in the order of the codes. */
export const FAX_MODEMS: readonly FaxModem[] = [
  fax(24, "v27ter-2400", "v27-2400", "v27-2400-training"),
  fax(48, "v27ter-4800", "v27-4800", "v27-4800-training"),
  fax(72, "v29-7200", "v29-7200", "v29-7200-training"),
  fax(73, "v17-7200", "v17-7200", "v17-7200-long-training"),
  fax(74, "v17-7200", "v17-7200", "v17-7200-short-training", true),
  fax(96, "v29-9600", "v29-9600", "v29-9600-training"),
  fax(97, "v17-9600", "v17-9600", "v17-9600-long-training"),
  fax(98, "v17-9600", "v17-9600", "v17-9600-short-training", true),
  fax(121, "v17-12000", "v17-12000", "v17-12000-long-training"),
  fax(122, "v17-12000", "v17-12000", "v17-12000-short-training", true),
  fax(145, "v17-14400", "v17-14400", "v17-14400-long-training"),
  fax(146, "v17-14400", "v17-14400", "v17-14400-short-training", true),
];

/** The code of V.21 channel 2, the only one +FTH and +FRH know. */
export const V21_CODE = 3;

/** The row of a +FTM or +FRM value; undefined for a value that no modem has. */
export function faxModem(code: number): FaxModem | undefined {
  return FAX_MODEMS.find((modem) => modem.code === code);
}

function fax(code: number, modulation: LineModulation, data: Modulation, training: Indicator, short = false): FaxModem {
  return { code, modulation, short, data, training };
}
