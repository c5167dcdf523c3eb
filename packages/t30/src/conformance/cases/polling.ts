/** Polling: the called station sends, the calling one receives; alone and after pages of the caller's own. */

import type { ConformanceCase, Step } from "../case.ts";
import {
  ANSWERED,
  CALLER_DCN,
  called,
  DCN,
  DCS_MR,
  DIS_PLAIN,
  EOM,
  FIRST,
  givesUp,
  hear,
  hearWithin,
  MCF,
  mhPage,
  named,
  pageWith,
  pprAbout,
  pps,
  SECOND,
  SET_MH,
  say,
  setUp,
  setUpBy,
  T2,
  T4,
  THREE_FRAMES,
} from "./words.ts";

const caller = { group: "polling", side: "caller", options: { poll: {} } } as const;
const answerer = { group: "polling", side: "answerer", options: {} } as const;

/** DIS of a station that can receive and has a document (bit 9): without ECM; with it; with SEP and PWD (bits 47, 50). */
const DIS_DOCUMENT = "ff c8 01 00 f7 1e";
const DIS_DOCUMENT_ECM = "ff c8 01 00 f7 1f 22";
const DIS_SELECTIVE = "ff c8 01 00 f7 1f 23 01 03 40";
/** DTC of a caller that can do what DIS_PLAIN says. */
const DTC = "ff c8 81 00 77 1e";
const ANY_DTC = "ff c8 81 *";

/** The called station sends with X = 0: it has received no DIS. The polling one answers with X = 1. */
const POLLED_DCS = "ff c8 41 00 46 1e";
const POLLED_EOP = "ff c8 74";
const POLLED_MPS = "ff c8 72";
const POLLER_CFR = "ff c8 a1";
const POLLER_FTT = "ff c8 a2";
const POLLER_MCF = "ff c8 b1";

const TCF: Step = { expect: "training", modulation: "v17-14400", octets: 2700 };
const OFFERED: readonly Step[] = [{ expect: "tone", tone: "ced" }, hear("ff c8 01 00 80&80 *")];

/** The machine sends its document at 14400 in MR, one page, and ends the call. */
const SENDS_FIRST: readonly Step[] = [
  hear("ff c8 41 00 47 1e&fe"),
  TCF,
  say(POLLER_CFR),
  ...pageWith(POLLED_EOP),
  { expect: "received", sheet: FIRST, coding: "mr" },
  say(POLLER_MCF),
  hear(DCN),
];

/** The tester sets up as a polled station. */
function setUpPolled(dcs = POLLED_DCS): Step[] {
  return [say(dcs), { send: "training", modulation: "v17-14400" }, hear(POLLER_CFR)];
}

export const POLLING: readonly ConformanceCase[] = [
  {
    ...caller,
    id: "P01",
    title: "A caller that polls answers DIS with DTC and receives the document",
    clause: "T.30 §5.3.6.1.2 DTC",
    steps: [
      ...called(DIS_DOCUMENT),
      hear("ff c8 81 00 77&7f *"),
      ...setUpPolled(),
      mhPage(FIRST),
      say(POLLED_EOP),
      { expect: "stored", sheet: FIRST },
      hear(POLLER_MCF),
      say(DCN),
      { expect: "hang-up", cause: "completed", pages: 0, polled: 1 },
    ],
  },
  {
    ...caller,
    id: "P02",
    title: "PWD, SEP and CIG go before DTC, in this order",
    clause: "T.30 §5.3.6.1.2 PWD, SEP, CIG",
    options: { poll: { sep: "12", pwd: "3456" }, stationId: "+49 30 23125 900" },
    steps: [
      ...called(DIS_SELECTIVE),
      hear(named("83", "3456"), named("85", "12"), named("82", "+49 30 23125 900"), ANY_DTC),
      say(DCN),
      { expect: "hang-up", cause: "polled-disconnected", pages: 0, polled: 0 },
    ],
  },
  {
    ...caller,
    id: "P03",
    title: "A station without a document (bit 9) is not polled",
    clause: "T.30 table 2 bit 9",
    steps: [...called(DIS_PLAIN), ...givesUp(CALLER_DCN, "nothing-to-poll", 0)],
  },
  {
    ...caller,
    id: "P04",
    title: "DTC goes out three times, T4 apart; then DCN",
    clause: "T.30 §5.4.3.1 T4",
    steps: [
      ...called(DIS_DOCUMENT),
      hear(ANY_DTC),
      hearWithin(T4, ANY_DTC),
      hearWithin(T4, ANY_DTC),
      hearWithin(T4, CALLER_DCN),
      { expect: "hang-up", cause: "no-answer-to-dtc", pages: 0, polled: 0 },
    ],
  },
  {
    ...caller,
    id: "P05",
    title: "Training from the polled station fails and succeeds like any other: FTT, then CFR",
    clause: "T.30 §5.3.6.1.4 FTT",
    steps: [
      ...called(DIS_DOCUMENT),
      hear(ANY_DTC),
      say(POLLED_DCS),
      { send: "training", modulation: "v17-14400", errors: 500 },
      hear(POLLER_FTT),
      ...setUpPolled(),
      mhPage(FIRST),
      say(POLLED_MPS),
      hear(POLLER_MCF),
      mhPage(SECOND),
      say(POLLED_EOP),
      { expect: "stored", sheet: FIRST },
      { expect: "stored", sheet: SECOND },
      hear(POLLER_MCF),
      say(DCN),
      { expect: "hang-up", cause: "completed", pages: 0, polled: 2 },
    ],
  },
  {
    ...caller,
    id: "P06",
    title: "A polled document with error correction: PPR and MCF with X = 1",
    clause: "T.30 annex A.4",
    steps: [
      ...called(DIS_DOCUMENT_ECM),
      hear(ANY_DTC),
      ...setUpPolled("ff c8 41 00 46 1f 22"),
      {
        send: "block",
        modulation: "v17-14400",
        short: true,
        sheet: THREE_FRAMES,
        coding: "mmr",
        size: 256,
        damaged: [2],
      },
      say(pps("f4", 0, 0, 3).replace("fd f4", "7d 74")),
      hear(pprAbout([2], 3).replace("3d", "bd")),
      { send: "block", modulation: "v17-14400", short: true, sheet: THREE_FRAMES, coding: "mmr", size: 256, only: [2] },
      say(pps("f4", 0, 0, 3).replace("fd f4", "7d 74")),
      { expect: "stored", sheet: THREE_FRAMES },
      hear(POLLER_MCF),
      say(DCN),
      { expect: "hang-up", cause: "completed", pages: 0, polled: 1 },
    ],
  },
  {
    ...caller,
    id: "P07",
    title: "Turnaround: after its own page the caller says EOM and polls at the next DIS",
    clause: "T.30 §5.3.6.1.6 EOM, figure 5-2",
    sheets: [FIRST],
    steps: [
      ...called(DIS_DOCUMENT),
      ...setUpBy(DCS_MR),
      ...pageWith(EOM),
      { expect: "received", sheet: FIRST, coding: "mr" },
      say(MCF),
      { send: "frames", frames: [DIS_DOCUMENT], afterUs: 6_000_000 },
      hear(ANY_DTC),
      ...setUpPolled(),
      mhPage(SECOND),
      say(POLLED_EOP),
      { expect: "stored", sheet: SECOND },
      hear(POLLER_MCF),
      say(DCN),
      { expect: "hang-up", cause: "completed", pages: 1, polled: 1 },
    ],
  },
  {
    ...answerer,
    id: "P08",
    title: "An answerer with a document offers it and sends it in answer to DTC, with X = 0",
    clause: "T.30 §5.3.6.1.2 DTC",
    documents: [{ sheets: [FIRST] }],
    steps: [...OFFERED, say(DTC), ...SENDS_FIRST, { expect: "hang-up", cause: "completed", pages: 0, polled: 1 }],
  },
  {
    ...answerer,
    id: "P09",
    title: "An answerer without a document says so in DIS, and DCN to DTC",
    clause: "T.30 table 2 bit 9",
    steps: [
      { expect: "tone", tone: "ced" },
      hear("ff c8 01 00 00&80 *"),
      say(DTC),
      ...givesUp(DCN, "polling-not-offered", 0),
    ],
  },
  {
    ...answerer,
    id: "P10",
    title: "SEP chooses the document",
    clause: "T.30 §5.3.6.1.2 SEP",
    documents: [
      { sep: "11", sheets: [SECOND] },
      { sep: "12", sheets: [FIRST] },
    ],
    steps: [
      ...OFFERED,
      say(named("85", "12"), DTC),
      ...SENDS_FIRST,
      { expect: "hang-up", cause: "completed", pages: 0, polled: 1 },
    ],
  },
  {
    ...answerer,
    id: "P11",
    title: "A SEP for which there is no document gets none",
    clause: "T.30 §5.3.6.1.2 SEP",
    documents: [{ sep: "11", sheets: [SECOND] }],
    steps: [...OFFERED, say(named("85", "12"), DTC), ...givesUp(DCN, "unknown-document", 0)],
  },
  {
    ...answerer,
    id: "P12",
    title: "A document with a password is given out with it",
    clause: "T.30 §5.3.6.1.2 PWD",
    documents: [{ pwd: "geheim", sheets: [FIRST] }],
    steps: [
      ...OFFERED,
      say(named("83", "geheim"), DTC),
      ...SENDS_FIRST,
      { expect: "hang-up", cause: "completed", pages: 0, polled: 1 },
    ],
  },
  {
    ...answerer,
    id: "P13",
    title: "A document with a password is not given out with another, or without",
    clause: "T.30 §5.3.6.1.2 PWD",
    documents: [{ pwd: "geheim", sheets: [FIRST] }],
    steps: [...OFFERED, say(named("83", "geheimer"), DTC), ...givesUp(DCN, "wrong-password", 0)],
  },
  {
    ...answerer,
    id: "P14",
    title: "Turnaround: pages of the caller, EOM, DIS again, DTC, and the document goes back",
    clause: "T.30 §5.3.6.1.6 EOM, figure 5-2",
    documents: [{ sheets: [FIRST] }],
    steps: [
      ...OFFERED,
      ...setUp(SET_MH),
      mhPage(SECOND),
      say(EOM),
      { expect: "stored", sheet: SECOND },
      hear(MCF),
      hearWithin(T2, "ff c8 01 00 80&80 *"),
      say(DTC),
      ...SENDS_FIRST,
      { expect: "hang-up", cause: "completed", pages: 1, polled: 1 },
    ],
  },
  {
    ...answerer,
    id: "P15",
    title: "FTT from the poller leads down the rates here, too",
    clause: "T.30 §5.3.6.1.4 FTT",
    documents: [{ sheets: [FIRST] }],
    steps: [
      ...OFFERED,
      say(DTC),
      hear("ff c8 41 00 47 1e&fe"),
      TCF,
      say(POLLER_FTT),
      hear("ff c8 41 00 57 1e&fe"),
      { expect: "training", modulation: "v17-12000", octets: 2250 },
      say(CALLER_DCN),
      { expect: "hang-up", cause: "disconnected-in-phase-b", pages: 0, polled: 0 },
    ],
  },
  {
    ...answerer,
    id: "P16",
    title: "DTC again, because DCS was lost, has DCS and TCF sent again",
    clause: "T.30 §5.4.2",
    documents: [{ sheets: [FIRST] }],
    steps: [
      ...OFFERED,
      say(DTC),
      hear("ff c8 41 00 47 1e&fe"),
      TCF,
      say(DTC),
      ...SENDS_FIRST,
      { expect: "hang-up", cause: "completed", pages: 0, polled: 1 },
    ],
  },
  {
    ...answerer,
    id: "P17",
    title: "A password for sending: without it the caller is turned away",
    clause: "T.30 §5.3.6.1.3 PWD",
    options: { password: "geheim" },
    steps: [...ANSWERED, say(SET_MH), ...givesUp(DCN, "wrong-password", 0)],
  },
];
