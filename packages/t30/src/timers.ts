/** Timers of T.30 (§5.4.3) as data. Sessions name them; the driver of a call owns the clock. */

/**
 * T0 to T5 of the standard, two guards of our own: TTCF (no training check came) and TPAGE (a page never ends);
 * and two of moods: TMOOD (it is slow) and TBUSY (it is not ready).
 */
export type TimerName = "T0" | "T1" | "T2" | "T3" | "T4" | "T5" | "TTCF" | "TPAGE" | "TMOOD" | "TBUSY";

/** One timer: nominal value and the bounds of the standard, microseconds of line time. */
export interface TimerFacts {
  us: number;
  minUs: number;
  maxUs: number;
  clause: string;
  meaning: string;
}

/** The timer table. T0 belongs to the driver (ringing); a session never starts it. */
export const TIMERS: Readonly<Record<TimerName, TimerFacts>> = {
  T0: {
    us: 60_000_000,
    minUs: 55_000_000,
    maxUs: 65_000_000,
    clause: "T.30 §5.4.3.1",
    meaning: "caller waits for an answer",
  },
  T1: {
    us: 35_000_000,
    minUs: 30_000_000,
    maxUs: 40_000_000,
    clause: "T.30 §5.4.3.1",
    meaning: "two stations try to identify each other",
  },
  T2: {
    us: 6_000_000,
    minUs: 5_000_000,
    maxUs: 7_000_000,
    clause: "T.30 §5.4.3.1",
    meaning: "receiver waits for a command or the page",
  },
  T3: {
    us: 10_000_000,
    minUs: 5_000_000,
    maxUs: 15_000_000,
    clause: "T.30 §5.4.3.1",
    meaning: "station alerts its operator",
  },
  T4: {
    us: 3_000_000,
    minUs: 2_550_000,
    maxUs: 3_450_000,
    clause: "T.30 §5.4.3.1",
    meaning: "sender of a command waits for the response",
  },
  T5: {
    us: 60_000_000,
    minUs: 55_000_000,
    maxUs: 65_000_000,
    clause: "T.30 annex A.5.4.1",
    meaning: "sender waits for a receiver that is not ready",
  },
  // The longest training (V.17, 1.4 s) and 1.5 s of TCF end 3 s after DCS; the caller listens for another 3 s. An FTT
  // begun at 4 s is over before the caller repeats its DCS.
  TTCF: {
    us: 4_000_000,
    minUs: 4_000_000,
    maxUs: 4_000_000,
    clause: "guard",
    meaning: "receiver waits for the end of the training check",
  },
  TPAGE: {
    us: 900_000_000,
    minUs: 900_000_000,
    maxUs: 900_000_000,
    clause: "guard",
    meaning: "receiver waits for the end of a page",
  },
  // Moods say how long themselves.
  TMOOD: { us: 0, minUs: 0, maxUs: Number.POSITIVE_INFINITY, clause: "mood", meaning: "a simulated machine is slow" },
  TBUSY: {
    us: 0,
    minUs: 0,
    maxUs: Number.POSITIVE_INFINITY,
    clause: "mood",
    meaning: "a simulated machine is not ready",
  },
};

/** How much longer a timer runs once a V.21 carrier or a first frame of a burst has been heard: a burst of three long frames. */
export const BURST_US = 5_000_000;

/** A command without response is sent this often in all (T.30 §5.4.3.1). */
export const COMMAND_TRIES = 3;

/** After this many PPR for one block the sender goes to a lower rate or gives the block up (T.30 annex A.4.1). */
export const PPR_LIMIT = 4;
