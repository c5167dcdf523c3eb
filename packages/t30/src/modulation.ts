/** Modulations of Group 3 fax and what T.30 lets them do: the one table used by DIS/DCS, fallback, line time and transports. */

/** Line rate of page data, bit/s. */
export type Rate = 2400 | 4800 | 7200 | 9600 | 12000 | 14400;

/** Modulation and rate of page data. */
export type Modulation =
  | "v27ter-2400"
  | "v27ter-4800"
  | "v29-7200"
  | "v29-9600"
  | "v17-7200"
  | "v17-9600"
  | "v17-12000"
  | "v17-14400";

/** One row of the modulation table. */
export interface ModulationFacts {
  rate: Rate;
  family: "v27ter" | "v29" | "v17";
  /** DCS bits 11 to 14, bit 11 as the most significant of four (T.30 table 2). */
  dcsCode: number;
  /** Line time of the long training, microseconds (V.27ter §2.5.1 with echo protection, V.29 §8, V.17 §5). */
  longTrainingUs: number;
  /** Line time of the short training, which only V.17 uses in fax. */
  shortTrainingUs: number;
}

/** The modulation table. */
export const MODULATIONS: Readonly<Record<Modulation, ModulationFacts>> = {
  "v27ter-2400": {
    rate: 2400,
    family: "v27ter",
    dcsCode: 0b0000,
    longTrainingUs: 1_158_000,
    shortTrainingUs: 1_158_000,
  },
  "v27ter-4800": { rate: 4800, family: "v27ter", dcsCode: 0b0100, longTrainingUs: 923_000, shortTrainingUs: 923_000 },
  "v29-7200": { rate: 7200, family: "v29", dcsCode: 0b1100, longTrainingUs: 253_000, shortTrainingUs: 253_000 },
  "v29-9600": { rate: 9600, family: "v29", dcsCode: 0b1000, longTrainingUs: 253_000, shortTrainingUs: 253_000 },
  "v17-7200": { rate: 7200, family: "v17", dcsCode: 0b1101, longTrainingUs: 1_393_000, shortTrainingUs: 142_000 },
  "v17-9600": { rate: 9600, family: "v17", dcsCode: 0b1001, longTrainingUs: 1_393_000, shortTrainingUs: 142_000 },
  "v17-12000": { rate: 12000, family: "v17", dcsCode: 0b0101, longTrainingUs: 1_393_000, shortTrainingUs: 142_000 },
  "v17-14400": { rate: 14400, family: "v17", dcsCode: 0b0001, longTrainingUs: 1_393_000, shortTrainingUs: 142_000 },
};

/**
 * Order of fallback after FTT or CTC. T.30 leaves it to the maker; rates never rise, and at one rate V.29 is tried after
 * V.17, since a line that spoils one may carry the other.
 */
export const FALLBACK: readonly Modulation[] = [
  "v17-14400",
  "v17-12000",
  "v17-9600",
  "v29-9600",
  "v17-7200",
  "v29-7200",
  "v27ter-4800",
  "v27ter-2400",
];

/** Line rate of a modulation, bit/s. */
export function rateOf(modulation: Modulation): Rate {
  return MODULATIONS[modulation].rate;
}

/** Octets of zeros in a training check (TCF): 1.5 s at the modulation's rate (T.30 §5.3.6.1.3). */
export function tcfOctets(modulation: Modulation): number {
  return (MODULATIONS[modulation].rate * 3) / 16;
}
