// Writing E.164 for people (ITU-T E.123): country code, area code, subscriber, in groups.
import { countryCodeOf } from "./countries.ts";

// German area codes of two and three digits; all others have four (five in parts of the east, where grouping by four is
// still readable). BNetzA, list of area codes.
const TWO_DIGIT_AREAS = new Set(["30", "40", "69", "89"]);
const THREE_DIGIT_AREAS = new Set(
  "201 202 203 208 209 211 212 214 221 228 231 234 241 251 261 271 281 291 335 340 341 345 351 355 361 365 371 375 381 385 391 395 421 431 441 451 461 471 481 491 511 521 531 541 551 561 571 581 591 611 621 631 641 651 661 671 681 711 721 731 741 751 761 771 781 791 811 821 831 841 851 861 871 881 906 911 921 931 941 951 961 971 981 991".split(
    " ",
  ),
);

/** "+493023125001" as "+49 30 23125 001"; text that is not E.164 comes back unchanged. Groups are a reading aid only. */
export function formatNumber(e164: string): string {
  if (!/^\+[0-9]{3,15}$/.test(e164)) return e164;
  const digits = e164.slice(1);
  const country = countryCodeOf(digits);
  if (country === undefined) return e164;
  const national = digits.slice(country.length);
  const area = national.slice(0, country === "49" ? germanAreaLength(national) : foreignAreaLength(country));
  const groups = [`+${country}`, area, ...groupSubscriber(national.slice(area.length), country)];
  return groups.filter((group) => group !== "").join(" ");
}

function germanAreaLength(national: string): number {
  if (national.startsWith("11")) return national.length;
  if (national.startsWith("1805") || national.startsWith("1809")) return 4;
  if (national.startsWith("1") || /^(?:700|800|900)/.test(national)) return 3;
  if (national.startsWith("32")) return 2;
  if (TWO_DIGIT_AREAS.has(national.slice(0, 2))) return 2;
  return THREE_DIGIT_AREAS.has(national.slice(0, 3)) ? 3 : 4;
}

function foreignAreaLength(country: string): number {
  return country === "1" || country === "7" ? 3 : 2;
}

function groupSubscriber(subscriber: string, country: string): string[] {
  if (country === "1") return [subscriber.slice(0, 3), subscriber.slice(3)];
  if (subscriber.length <= 5) return [subscriber];
  if (subscriber.length === 6) return [subscriber.slice(0, 3), subscriber.slice(3)];
  return [subscriber.slice(0, 5), subscriber.slice(5)];
}
