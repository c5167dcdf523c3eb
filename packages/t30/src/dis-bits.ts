/** T.30 table 2 for people: every bit of DIS, DTC and DCS with its meaning, as data. */

/** One row: the bits it covers and what their values mean. */
export interface BitRow {
  from: number;
  to: number;
  name: string;
  /** Its name in DCS where it says something else there. */
  dcsName?: string;
  /** Meaning by value in DIS and DTC; a row without is yes or no. */
  dis?: Readonly<Record<number, string>>;
  /** Meaning by value in DCS where it differs. */
  dcs?: Readonly<Record<number, string>>;
}

const flag = (bit: number, name: string): BitRow => ({ from: bit, to: bit, name });

const WIDTH_DIS = { 0: "1728", 1: "1728, 2048, 2432", 2: "1728, 2048", 3: "invalid, read as 1728, 2048, 2432" };
const WIDTH_DCS = { 0: "1728", 1: "2432", 2: "2048", 3: "invalid" };
const LENGTH_DIS = { 0: "A4", 1: "unlimited", 2: "A4 and B4", 3: "invalid" };
const LENGTH_DCS = { 0: "A4", 1: "unlimited", 2: "B4", 3: "invalid" };
const SCAN_DIS = {
  0: "20 ms",
  1: "40 ms",
  2: "10 ms",
  3: "10 ms, fine 5 ms",
  4: "5 ms",
  5: "40 ms, fine 20 ms",
  6: "20 ms, fine 10 ms",
  7: "0 ms",
};
const SCAN_DCS = { 0: "20 ms", 1: "40 ms", 2: "10 ms", 4: "5 ms", 7: "0 ms" };
const RATE_DIS = {
  0: "V.27ter 2400",
  4: "V.27ter",
  8: "V.29",
  12: "V.27ter, V.29",
  13: "V.27ter, V.29, V.17",
};
const RATE_DCS = {
  0: "2400 bit/s V.27ter",
  4: "4800 bit/s V.27ter",
  8: "9600 bit/s V.29",
  12: "7200 bit/s V.29",
  1: "14400 bit/s V.17",
  5: "12000 bit/s V.17",
  9: "9600 bit/s V.17",
  13: "7200 bit/s V.17",
};

/** The table, in order of bits. Bits without a row are reserved. */
export const DIS_BITS: readonly BitRow[] = [
  flag(1, "Internet fax, simple mode (T.37)"),
  flag(3, "Internet fax, real time (T.38)"),
  flag(4, "3G mobile network"),
  flag(6, "V.8 capabilities"),
  {
    from: 7,
    to: 7,
    name: "ECM frame size preferred",
    dis: { 0: "256 octets", 1: "64 octets" },
    dcs: { 0: "-", 1: "invalid" },
  },
  flag(9, "has a document to be polled"),
  flag(10, "can receive a fax"),
  { from: 11, to: 14, name: "data rate", dis: RATE_DIS, dcs: RATE_DCS },
  flag(15, "fine (R8 x 7.7 lines/mm)"),
  flag(16, "two-dimensional coding (MR)"),
  { from: 17, to: 18, name: "pels per line", dis: WIDTH_DIS, dcs: WIDTH_DCS },
  { from: 19, to: 20, name: "page length", dis: LENGTH_DIS, dcs: LENGTH_DCS },
  { from: 21, to: 23, name: "minimum scan line time", dis: SCAN_DIS, dcs: SCAN_DCS },
  flag(24, "extended by octet 4"),
  flag(26, "uncompressed mode"),
  flag(27, "error correction mode (ECM)"),
  { from: 28, to: 28, name: "ECM frame size", dis: { 0: "-", 1: "-" }, dcs: { 0: "256 octets", 1: "64 octets" } },
  flag(31, "T.6 coding (MMR)"),
  flag(32, "extended by octet 5"),
  flag(33, "field not valid (FNV)"),
  flag(34, "multiple selective polling"),
  flag(35, "polled sub-address (PSA)"),
  flag(36, "T.43 coding"),
  flag(37, "plane interleave"),
  flag(38, "voice coding G.726"),
  flag(39, "extended voice coding"),
  flag(40, "extended by octet 6"),
  flag(41, "superfine (R8 x 15.4 lines/mm)"),
  flag(42, "300 x 300 pels/inch"),
  flag(43, "R16 x 15.4 lines/mm or 400 x 400 pels/inch"),
  {
    from: 44,
    to: 44,
    name: "inch-based resolution preferred",
    dcsName: "resolution type",
    dcs: { 0: "metric", 1: "inch-based" },
  },
  flag(45, "metric resolution preferred"),
  flag(46, "minimum scan line time halves above fine"),
  flag(47, "selective polling (SEP)"),
  flag(48, "extended by octet 7"),
  flag(49, "sub-address (SUB)"),
  { ...flag(50, "password (PWD) or sender id (SID)"), dcsName: "sender id (SID)" },
  flag(51, "data file transmission"),
  flag(53, "binary file transfer (BFT)"),
  flag(54, "document transfer mode (DTM)"),
  flag(55, "EDI transfer"),
  flag(56, "extended by octet 8"),
  flag(57, "basic transfer mode (BTM)"),
  flag(59, "character or mixed mode"),
  flag(60, "character mode"),
  flag(62, "mixed mode (T.4 annex E)"),
  flag(64, "extended by octet 9"),
  flag(65, "processable mode 26"),
  flag(66, "digital network"),
  flag(68, "JPEG coding (T.81)"),
  flag(69, "full colour"),
  flag(71, "12 bits per component"),
  flag(72, "extended by octet 10"),
  flag(73, "no subsampling"),
  flag(74, "custom illuminant"),
  flag(75, "custom gamut range"),
  flag(76, "North American letter"),
  flag(77, "North American legal"),
  flag(78, "JBIG coding (T.85)"),
  flag(79, "JBIG coding (T.85), option L0"),
  flag(80, "extended by octet 11"),
];
