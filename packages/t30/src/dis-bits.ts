/** T.30 table 2 for people: every bit of DIS, DTC and DCS with its meaning, as data (editions to 09/2005, 128 bits). */

/** One row: the bits it covers and what their values mean. */
export interface BitRow {
  from: number;
  to: number;
  name: string;
  /** Its name in DCS where it says something else there. */
  dcsName?: string;
  /** Where it is reserved: then it is told only when it is set. */
  reservedIn?: "DIS" | "DCS";
  /** Meaning by value in DIS and DTC; a row without is yes or no. */
  dis?: Readonly<Record<number, string>>;
  /** Meaning by value in DCS where it differs. */
  dcs?: Readonly<Record<number, string>>;
}

const flag = (bit: number, name: string): BitRow => ({ from: bit, to: bit, name });
/** Said of oneself only: what is chosen has no such bit. */
const offered = (bit: number, name: string): BitRow => ({ ...flag(bit, name), reservedIn: "DCS" });
const chosen = (bit: number, name: string): BitRow => ({ ...flag(bit, name), reservedIn: "DIS" });
/** Another octet follows. */
const extended = (bit: number): BitRow => flag(bit, `extended by octet ${bit / 8 + 1}`);

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

const MRC = {
  0: "no",
  1: "mode 1",
  2: "mode 2",
  3: "mode 3",
  4: "mode 4",
  5: "mode 5",
  6: "mode 6",
  7: "mode 7",
};
const MEMORY = { 0: "none", 1: "1 MB", 2: "2 MB", 3: "unlimited" };
const T89 = { 0: "none", 1: "profile 1", 2: "profile 2", 3: "profile 3", 4: "profiles 2 and 3" };

/** The table, in order of bits. Bits without a row are reserved. */
export const DIS_BITS: readonly BitRow[] = [
  flag(1, "Internet fax, simple mode (T.37)"),
  flag(3, "Internet fax, real time (T.38)"),
  flag(4, "3G mobile network"),
  offered(6, "V.8 capabilities"),
  { ...offered(7, "ECM frame size preferred"), dis: { 0: "256 octets", 1: "64 octets" } },
  offered(9, "has a document to be polled"),
  flag(10, "can receive a fax"),
  { from: 11, to: 14, name: "data rate", dis: RATE_DIS, dcs: RATE_DCS },
  flag(15, "fine (R8 x 7.7 lines/mm)"),
  flag(16, "two-dimensional coding (MR)"),
  { from: 17, to: 18, name: "pels per line", dis: WIDTH_DIS, dcs: WIDTH_DCS },
  { from: 19, to: 20, name: "page length", dis: LENGTH_DIS, dcs: LENGTH_DCS },
  { from: 21, to: 23, name: "minimum scan line time", dis: SCAN_DIS, dcs: SCAN_DCS },
  extended(24),
  flag(26, "uncompressed mode"),
  flag(27, "error correction mode (ECM)"),
  { ...chosen(28, "ECM frame size"), dcs: { 0: "256 octets", 1: "64 octets" } },
  flag(31, "T.6 coding (MMR)"),
  extended(32),
  flag(33, "field not valid (FNV)"),
  offered(34, "multiple selective polling"),
  offered(35, "polled sub-address (PSA)"),
  flag(36, "T.43 coding"),
  flag(37, "plane interleave"),
  flag(38, "voice coding G.726"),
  flag(39, "extended voice coding"),
  extended(40),
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
  offered(45, "metric resolution preferred"),
  offered(46, "minimum scan line time halves above fine"),
  offered(47, "selective polling (SEP)"),
  extended(48),
  flag(49, "sub-address (SUB)"),
  { ...flag(50, "password (PWD) or sender id (SID)"), dcsName: "sender id (SID)" },
  offered(51, "data file transmission"),
  flag(53, "binary file transfer (BFT)"),
  flag(54, "document transfer mode (DTM)"),
  flag(55, "EDI transfer"),
  extended(56),
  flag(57, "basic transfer mode (BTM)"),
  offered(59, "character or mixed mode"),
  flag(60, "character mode"),
  flag(62, "mixed mode (T.4 annex E)"),
  extended(64),
  flag(65, "processable mode 26"),
  flag(66, "digital network"),
  {
    ...flag(67, "duplex operation"),
    dis: { 0: "half duplex", 1: "half and full duplex" },
    dcs: { 0: "half duplex", 1: "full duplex" },
  },
  flag(68, "JPEG coding (T.81)"),
  flag(69, "full colour"),
  chosen(70, "preferred Huffman tables"),
  flag(71, "12 bits per component"),
  extended(72),
  flag(73, "no subsampling"),
  flag(74, "custom illuminant"),
  flag(75, "custom gamut range"),
  flag(76, "North American letter"),
  flag(77, "North American legal"),
  flag(78, "JBIG coding (T.85)"),
  flag(79, "JBIG coding (T.85), option L0"),
  extended(80),
  flag(81, "HKM key management"),
  flag(82, "RSA key management"),
  flag(83, "override of security"),
  flag(84, "HFX40 cipher"),
  flag(85, "alternative cipher 2"),
  flag(86, "alternative cipher 3"),
  flag(87, "HFX40-I hashing"),
  extended(88),
  flag(89, "alternative hashing 2"),
  flag(90, "alternative hashing 3"),
  { from: 92, to: 94, name: "mixed raster content (T.44)", dis: MRC },
  { ...flag(95, "longest stripe of mixed raster content"), dis: { 0: "256 lines", 1: "whole page" } },
  extended(96),
  flag(97, "colour at 300 x 300 or 400 x 400 pels/inch"),
  flag(98, "colour at 100 x 100 pels/inch"),
  flag(99, "simple phase C file transfer (BFT) negotiation"),
  offered(100, "extended file transfer (BFT) negotiation"),
  offered(101, "internet selective polling (ISP)"),
  flag(102, "internet routing address (IRA)"),
  extended(104),
  flag(105, "600 x 600 pels/inch"),
  flag(106, "1200 x 1200 pels/inch"),
  flag(107, "300 x 600 pels/inch"),
  flag(108, "400 x 800 pels/inch"),
  flag(109, "600 x 1200 pels/inch"),
  flag(110, "colour at 600 x 600 pels/inch"),
  flag(111, "colour at 1200 x 1200 pels/inch"),
  extended(112),
  flag(113, "double-sided printing, alternating"),
  flag(114, "double-sided printing, continuous"),
  chosen(115, "black and white mixed raster content profile"),
  flag(116, "run-length colour coding (T.45)"),
  { from: 117, to: 118, name: "shared data memory", dis: MEMORY },
  flag(119, "T.44 colour space"),
  extended(120),
  flag(121, "flow control of T.38"),
  flag(122, "K greater than 4"),
  flag(123, "internet-aware fax (T.38), whatever the data rate bits say"),
  { from: 124, to: 126, name: "application profiles of T.88 (T.89)", dis: T89 },
  flag(127, "sYCC-JPEG coding"),
  extended(128),
];
