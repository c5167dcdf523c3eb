// Country names as the last line of a letter abroad may give them: German, English, French (CLDR names plus usual ones).

/** ISO 3166-1 alpha-2, without Germany. */
const REGIONS =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
  "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
  "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
  "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
  "NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
  "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
  "UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

const LANGUAGES = ["de", "en", "fr"] as const;

/** Names in use on envelopes that CLDR does not list, or not under this spelling. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  BA: ["Bosnien-Herzegowina", "Bosnia-Herzegovina"],
  BY: ["Weißrussland"],
  CD: ["Demokratische Republik Kongo", "Democratic Republic of the Congo", "République démocratique du Congo"],
  CG: ["Republik Kongo", "Republic of the Congo", "République du Congo"],
  CI: ["Elfenbeinküste", "Ivory Coast"],
  CN: ["Volksrepublik China", "People's Republic of China", "République populaire de Chine"],
  CZ: ["Tschechische Republik", "Czech Republic", "République tchèque"],
  GB: ["Großbritannien", "Great Britain", "Grande-Bretagne", "England", "Schottland", "Scotland", "Wales", "UK"],
  HK: ["Hongkong", "Hong Kong"],
  IE: ["Republik Irland", "Republic of Ireland"],
  KR: ["Korea (Republik)", "Republic of Korea", "South Korea"],
  MK: ["Mazedonien", "Macedonia"],
  MO: ["Macau", "Macao"],
  NL: ["Holland", "The Netherlands"],
  RU: ["Russische Föderation", "Russian Federation", "Fédération de Russie"],
  SK: ["Slowakische Republik", "Slovak Republic", "République slovaque"],
  SZ: ["Swasiland", "Swaziland"],
  TR: ["Türkei", "Turkey", "Turquie"],
  US: ["USA", "U.S.A.", "United States of America", "Vereinigte Staaten von Amerika", "États-Unis d'Amérique"],
  VA: ["Vatikan", "Vatican"],
};

const GERMANY = ["Deutschland", "Germany", "Allemagne", "Bundesrepublik Deutschland", "BRD"];

let index: Map<string, string> | undefined;

/** Folded name to ISO code, built once: the names come from the CLDR data of the runtime. */
function names(): Map<string, string> {
  if (index) return index;
  const built = new Map<string, string>();
  const regions = REGIONS.split(" ");
  for (const language of LANGUAGES) {
    const long = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    const short = new Intl.DisplayNames([language], { type: "region", style: "short", fallback: "none" });
    for (const region of regions) {
      for (const name of [long.of(region), short.of(region)]) {
        // Short styles give "US": a code, which no envelope may carry.
        if (name && name.length > 2) for (const form of foldings(name)) built.set(form, region);
      }
    }
  }
  for (const [region, more] of Object.entries(ALSO)) {
    for (const name of more) for (const form of foldings(name)) built.set(form, region);
  }
  for (const name of GERMANY) for (const form of foldings(name)) built.set(form, "DE");
  index = built;
  return built;
}

/** Spellings that count as the same: capitals, umlauts written out or bare, accents dropped, joining words dropped. */
function foldings(name: string): string[] {
  const upper = name.normalize("NFC").replace(/ß/g, "ss").toUpperCase();
  const spelled = upper.replace(/Ä/g, "AE").replace(/Ö/g, "OE").replace(/Ü/g, "UE");
  return [strip(upper), strip(spelled)];
}

function strip(upper: string): string {
  return upper
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/\([^)]*\)/g, " ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .replace(/\b(UND|AND|ET)\b/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** A whole line read as a country's name in German, English or French, whatever its case; "DE" for Germany. */
export function countryOf(line: string): string | undefined {
  if (line.length > 80) return undefined;
  const known = names();
  for (const form of foldings(line)) {
    const region = known.get(form);
    if (region) return region;
  }
  return undefined;
}

/** Is the line an ISO 3166 code of two letters, or looks like one of three ("CHE")? Never one of the names that look so ("USA"). */
export function isCountryCode(line: string): boolean {
  if (!/^\p{L}{2,3}$/u.test(line) || countryOf(line)) return false;
  const code = line.toUpperCase();
  return code.length === 3 || code === "DE" || REGIONS.split(" ").includes(code);
}
