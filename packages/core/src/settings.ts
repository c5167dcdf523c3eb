// The outside contract's settings (DESIGN section 8) as one table: environment variables, and flags of `depesche up`.

export const SETTINGS = [
  {
    variable: "DEPESCHE_PORT",
    kind: "port",
    fallback: "8080",
    meaning: "gateway: all faces, dashboard, feed, documentation",
  },
  {
    variable: "DEPESCHE_DATA",
    kind: "text",
    fallback: "./data",
    meaning: "data folder: embedded database, blobs, print-shop hot folder",
  },
  {
    variable: "DEPESCHE_SPEED",
    kind: "speed",
    fallback: "1",
    meaning: "speed of the simulated clock, 1 to 1000, or max",
  },
  { variable: "DEPESCHE_LINES", kind: "count", fallback: "24", meaning: "fax lines of the worker" },
  { variable: "DEPESCHE_SIM_PORT", kind: "port", fallback: "8090", meaning: "control API of the simulators" },
  { variable: "DEPESCHE_SIP_PORT", kind: "port", fallback: "5070", meaning: "exchange, SIP over UDP and TCP" },
  {
    variable: "DEPESCHE_MODEM_PORT",
    kind: "port",
    fallback: "5801",
    meaning: "first emulated Class 1 modem; the other nine count up",
  },
  { variable: "DEPESCHE_TWILIO_PORT", kind: "port", fallback: "8091", meaning: "Twilio-compatible API" },
  { variable: "DEPESCHE_SMTP_PORT", kind: "port", fallback: "2525", meaning: "mailbox" },
  { variable: "DEPESCHE_HOST", kind: "text", fallback: "127.0.0.1", meaning: "address of the gateway" },
  {
    variable: "DEPESCHE_DEMO",
    kind: "yes",
    fallback: undefined,
    meaning: "let the demo credentials serve an address other than loopback (1)",
  },
  {
    variable: "DEPESCHE_CONFIG",
    kind: "text",
    fallback: undefined,
    meaning: "what of the outside the house is connected to; depesche.config.json where there is one",
  },
  { variable: "DATABASE_URL", kind: "text", fallback: undefined, meaning: "external PostgreSQL 15+" },
  { variable: "REDIS_URL", kind: "text", fallback: undefined, meaning: "external Redis 7+ for the schedule" },
] as const;

export type SettingVariable = (typeof SETTINGS)[number]["variable"];

export interface Settings {
  /** Demo credentials may serve an address other than loopback. */
  demo: boolean;
  port: number;
  host: string;
  data: string;
  speed: number;
  unpaced: boolean;
  lines: number;
  simPort: number;
  sipPort: number;
  modemPort: number;
  twilioPort: number;
  smtpPort: number;
  databaseUrl?: string;
  redisUrl?: string;
}

/** `--port` for DEPESCHE_PORT, `--database-url` for DATABASE_URL. */
export function flagOf(variable: SettingVariable): string {
  return `--${variable
    .replace(/^DEPESCHE_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}

/**
 * Reads the settings from an environment. Every value that cannot be right is named, with what would be. `outside`: the house
 * has outside lines, and so no demo credentials that would have to be kept from others.
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>>,
  { outside = false }: { outside?: boolean } = {},
): { ok: true; settings: Settings } | { ok: false; problems: string[] } {
  const problems: string[] = [];
  const text = (variable: SettingVariable): string | undefined => {
    const given = env[variable]?.trim();
    return given ? given : SETTINGS.find((s) => s.variable === variable)?.fallback;
  };
  const whole = (variable: SettingVariable, least: number, most: number): number => {
    const value = Number(text(variable));
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    problems.push(
      `${variable} (${flagOf(variable)}) must be a whole number from ${least} to ${most}, not "${text(variable)}".`,
    );
    return least;
  };
  const port = (variable: SettingVariable) => whole(variable, 1, 65_535);
  const speed = text("DEPESCHE_SPEED");
  const unpaced = speed === "max";
  const factor = unpaced ? 1000 : Number(speed);
  if (!(factor >= 1 && factor <= 1000))
    problems.push(`DEPESCHE_SPEED (--speed) must be a number from 1 to 1000, or max, not "${speed}".`);
  const host = text("DEPESCHE_HOST") as string;
  const demo = text("DEPESCHE_DEMO") === "1";
  if (!demo && !outside && !isLoopback(host))
    problems.push(
      `DEPESCHE_HOST is ${host}, where the demo credentials would serve anybody: say DEPESCHE_DEMO=1 (--demo 1) if that is meant.`,
    );
  const databaseUrl = text("DATABASE_URL");
  const redisUrl = text("REDIS_URL");
  const settings: Settings = {
    port: port("DEPESCHE_PORT"),
    host,
    demo,
    data: text("DEPESCHE_DATA") as string,
    speed: factor,
    unpaced,
    lines: whole("DEPESCHE_LINES", 1, 1000),
    simPort: port("DEPESCHE_SIM_PORT"),
    sipPort: port("DEPESCHE_SIP_PORT"),
    modemPort: port("DEPESCHE_MODEM_PORT"),
    twilioPort: port("DEPESCHE_TWILIO_PORT"),
    smtpPort: port("DEPESCHE_SMTP_PORT"),
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(redisUrl ? { redisUrl } : {}),
  };
  for (const [variable, url] of [
    ["DATABASE_URL", databaseUrl],
    ["REDIS_URL", redisUrl],
  ] as const)
    if (url !== undefined && !/^[a-z]+:\/\/\S+$/.test(url)) problems.push(`${variable} is not a URL: "${url}".`);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
