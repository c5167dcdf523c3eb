// The Options string of SendJob ("KEY=value;KEY"): no return code exists for a bad option, so it is cut or ignored and told.
import { isMailAddress, isSmsSender, type JobOptions } from "@depesche/core";
import { parseNumber } from "@depesche/phone";

export interface ParsedOptions {
  options: JobOptions;
  /** One plain sentence for each switch that was cut or ignored. */
  notices: string[];
}

/** Applies a switch's value; gives a sentence when it was not taken as it is. */
type Apply = (options: JobOptions, value: string, account: OptionAccount) => string | undefined;

export interface OptionAccount {
  /** The only caller id that belongs to the account, in E.164. */
  faxNumber?: string;
}

const SWITCHES: Readonly<Record<string, Apply>> = {
  ISDNABS: (options, value, account) => callerId("ISDNABS", options, value, account),
  CALLERID: (options, value, account) => callerId("CALLERID", options, value, account),
  STATIONID: (options, value) => {
    const taken = toAscii(value).slice(0, 20);
    setText(options, "stationId", taken);
    return cutNotice("STATIONID", value, taken);
  },
  FAXHEADER: (options, value) => {
    const taken = [...value].slice(0, 30).join("");
    setText(options, "faxHeader", taken);
    return cutNotice("FAXHEADER", value, taken);
  },
  FAXRETRY: (options, value) => count("FAXRETRY", value, 12, (n) => (options.busyRedials = n)),
  RETRY: (options, value) => count("RETRY", value, 5, (n) => (options.repeats = n)),
  MAILFROM: (options, value) => {
    if (!isMailAddress(value)) return "MAILFROM is not one mail address and was ignored.";
    options.mailFrom = value;
    return undefined;
  },
  FLASHSMS: (options, value) => {
    options.flashSms = value !== "0";
    return undefined;
  },
  SMSFROM: (options, value) => {
    if (!isSmsSender(value))
      return "SMSFROM is neither up to 16 digits nor up to 11 letters and digits and was ignored.";
    options.smsFrom = value;
    return undefined;
  },
  STATURL: (options, value) => {
    const url = statusUrl(value);
    if (!url.ok) return url.notice;
    options.statusUrl = url.url;
    return undefined;
  },
};

/** Reads an Options string. Keys in any case, blanks around them allowed, the last of several wins. */
export function parseOptions(text: string, account: OptionAccount): ParsedOptions {
  const options: JobOptions = {};
  const notices: string[] = [];
  for (const { key, value } of segments(text)) {
    const apply = Object.hasOwn(SWITCHES, key) ? SWITCHES[key] : undefined;
    const notice = apply
      ? apply(options, value, account)
      : `The option ${key.slice(0, 20)} is not known and was ignored.`;
    if (notice) notices.push(notice);
  }
  return { options, notices };
}

/** Switches in order. What follows a STATURL without being a switch belongs to it, since a URL may hold a semicolon. */
function segments(text: string): { key: string; value: string }[] {
  const found: { key: string; value: string }[] = [];
  for (const segment of text.split(";")) {
    const equals = segment.indexOf("=");
    const key = (equals < 0 ? segment : segment.slice(0, equals)).trim().toUpperCase();
    const last = found.at(-1);
    if (Object.hasOwn(SWITCHES, key)) found.push({ key, value: equals < 0 ? "" : segment.slice(equals + 1).trim() });
    else if (last?.key === "STATURL" && segment !== "") last.value += `;${segment}`;
    else if (key !== "") found.push({ key, value: "" });
  }
  return found;
}

function callerId(key: string, options: JobOptions, value: string, account: OptionAccount): string | undefined {
  const number = parseNumber(value, { country: "49" });
  if (!number.ok) return `${key} is not a telephone number and was ignored.`;
  if (number.e164 !== account.faxNumber) return `${key} is not a number of this account and was ignored.`;
  options.callerId = number.e164;
  return undefined;
}

function count(key: string, value: string, most: number, set: (n: number) => void): string | undefined {
  if (!/^\d{1,9}$/.test(value)) return `${key} is not a number and was ignored.`;
  set(Math.min(Number(value), most));
  return Number(value) > most ? `${key} was cut to ${most}.` : undefined;
}

/** Empty is not given: the account's own name and number stand there then. The last of several wins, also when it is empty. */
function setText(options: JobOptions, key: "stationId" | "faxHeader", value: string): void {
  if (value.trim() === "") delete options[key];
  else options[key] = value;
}

function cutNotice(key: string, given: string, taken: string): string | undefined {
  return given === taken ? undefined : `${key} was cut or respelled to what a fax can show.`;
}

const UMLAUTS: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", Ä: "Ae", Ö: "Oe", Ü: "Ue", ß: "ss" };

/** T.30 station ids have no umlauts: respelled, other accents dropped, anything else outside printable ASCII left out. */
function toAscii(text: string): string {
  return text
    .replace(/[äöüÄÖÜß]/g, (letter) => UMLAUTS[letter]!)
    .normalize("NFD")
    .replace(/[^\x20-\x7e]/g, "");
}

/** A status URL may be this long before its placeholders are filled in. */
const MAX_STATUS_URL = 128;

/**
 * FAX.de's own example has blanks, no scheme and no "?": blanks go, http:// comes in front, and the first "&" becomes the
 * "?" without which no script could read the values.
 */
function statusUrl(value: string): { ok: true; url: string } | { ok: false; notice: string } {
  const bare = value.replace(/\s+/g, "");
  if (bare.length > MAX_STATUS_URL)
    return { ok: false, notice: "STATURL is longer than 128 characters and was ignored." };
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(bare) ? bare : `http://${bare}`;
  const url = absolute.includes("?") ? absolute : absolute.replace("&", "?");
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    return { ok: false, notice: "STATURL is not a web address and was ignored." };
  return { ok: true, url };
}
