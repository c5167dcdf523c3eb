// The left rail: where one can go, what time it is, whether the feed is live, and how the board looks.

import { useEffect, useRef, useState } from "preact/hooks";
import { clockTime, dateTime } from "../format.ts";
import { language, setLanguage, t, type Word } from "../language.ts";
import { type Route, urlOf } from "../route.ts";
import { signOut } from "../session.ts";
import { useSignal } from "../signal.ts";
import { setTheme, THEMES, theme } from "../theme.ts";
import { feedState, world } from "../world.ts";
import { Icon, type IconName } from "./icons.tsx";

interface Place {
  to: Route;
  pages: Route["page"][];
  word: Word;
  icon: IconName;
}

/** What the house does, and below it what the simulated world holds. */
const PLACES: Place[] = [
  { to: { page: "board" }, pages: ["board"], word: "board", icon: "board" },
  { to: { page: "jobs" }, pages: ["jobs", "job", "call"], word: "jobs", icon: "list" },
  { to: { page: "dispatch" }, pages: ["dispatch"], word: "dispatch", icon: "chart" },
  { to: { page: "failures" }, pages: ["failures"], word: "failures", icon: "alert" },
  { to: { page: "inbound" }, pages: ["inbound", "dial"], word: "inbound", icon: "tray" },
  { to: { page: "send", channel: "fax" }, pages: ["send"], word: "send", icon: "plane" },
];
const SIMULATED: Place[] = [
  { to: { page: "phone" }, pages: ["phone"], word: "phone", icon: "handset" },
  { to: { page: "mailbox" }, pages: ["mailbox"], word: "mailbox", icon: "mail" },
  { to: { page: "letters" }, pages: ["letters"], word: "letters", icon: "letter" },
  { to: { page: "scenario" }, pages: ["scenario"], word: "scenario", icon: "script" },
  { to: { page: "chaos" }, pages: ["chaos"], word: "chaos", icon: "dice" },
];

const FEED_WORDS = {
  connecting: "feedConnecting",
  live: "feedLive",
  waiting: "feedWaiting",
  refused: "feedRefused",
  closed: "feedClosed",
} as const satisfies Record<string, Word>;

const THEME_WORDS = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const satisfies Record<
  string,
  Word
>;

export function Rail({ here }: { here: Route }) {
  const feed = useSignal(feedState);
  const { simulated } = useSignal(world);
  return (
    <header class="rail">
      <div class="rail-inner">
        <a class="brand" href="/">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 5h20v14H2zM2 5l10 8L22 5" />
          </svg>
          {t("appName")}
        </a>
        <nav aria-label={t("appName")}>
          <Places places={PLACES} here={here} />
          {simulated && (
            <>
              <p class="rail-group">{t("simulators")}</p>
              <Places places={SIMULATED} here={here} />
            </>
          )}
        </nav>
        <div class="status">
          <SimClock />
          <p class={`feed ${feed}`}>
            <i aria-hidden="true" />
            <span>{t(FEED_WORDS[feed])}</span>
          </p>
        </div>
      </div>
    </header>
  );
}

function Places({ places, here }: { places: Place[]; here: Route }) {
  const current = useRef<HTMLAnchorElement>(null);
  // Where the places are one row, the one we are at may lie beyond its end.
  useEffect(() => current.current?.scrollIntoView({ block: "nearest", inline: "nearest" }), [here.page]);
  return places.map(({ to, pages, word, icon }) => {
    const isHere = pages.includes(here.page);
    return (
      <a key={word} href={urlOf(to)} ref={isHere ? current : undefined} aria-current={isHere ? "page" : undefined}>
        <Icon name={icon} />
        {t(word)}
      </a>
    );
  });
}

/** Whose board it is and how it looks: below the rail, on small screens below the page. */
export function Foot({ onKeys }: { onKeys(): void }) {
  const { account } = useSignal(world);
  return (
    <footer class="foot">
      <p class="who">{account?.name}</p>
      <Settings />
      <p class="small">
        <button type="button" class="plain" onClick={onKeys}>
          {t("keys")} <kbd>?</kbd>
        </button>
        <a href="/docs">{t("apiDocs")}</a>
        <button type="button" class="plain" onClick={() => signOut()}>
          {t("signOut")}
        </button>
      </p>
    </footer>
  );
}

/** The simulated clock runs on by itself between two words of the gateway. */
function SimClock() {
  const { clock } = useSignal(world);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!clock) return null;
  const now = Date.parse(clock.now) + Math.max(0, Date.now() - Date.parse(clock.wall)) * clock.speed;
  return (
    <p class="sim-clock">
      <span>{clock.settable ? t("simClock") : t("clock")}</span>
      <time dateTime={new Date(now).toISOString()} title={dateTime(now)}>
        {clockTime(now)}
      </time>
      {clock.speed > 1 && <b>×{clock.speed}</b>}
    </p>
  );
}

function Settings() {
  const words = useSignal(language);
  const colours = useSignal(theme);
  return (
    <div class="settings">
      <label>
        <span>{t("language")}</span>
        <select value={words} onChange={(event) => setLanguage(event.currentTarget.value === "de" ? "de" : "en")}>
          <option value="de">Deutsch</option>
          <option value="en">English</option>
        </select>
      </label>
      <label>
        <span>{t("theme")}</span>
        <select
          value={colours}
          onChange={(event) => setTheme(THEMES.find((name) => name === event.currentTarget.value) ?? "auto")}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {t(THEME_WORDS[name])}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
