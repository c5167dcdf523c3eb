// Where everything of a running house is, and how to come in: for people as a banner, for programs as one JSON document.

import { isOutside, type OutsideConfig, type Settings } from "@depesche/core";
import type { Say } from "./language.ts";

export interface HouseSheet {
  dashboard: string;
  /** `apiKey`: that of the demo; a house with lines outside has none. */
  rest: { url: string; documentation: string; apiKey?: string };
  feed: string;
  soap: { wsdl: string; accounts: { account: string; password: string; trial: boolean }[] };
  simulators: {
    control: string;
    sip: { host: string; port: number };
    /** The first of the emulated modems; the other nine count up. */
    modems: { host: string; port: number };
    twilio: { url: string; accountSid: string; authToken: string };
    smtp: { host: string; port: number };
  };
  /** Fax lines outside: modems and SIP trunks. */
  outside: { kind: "class1" | "t38"; at: string; numbers: string[] }[];
  faxNumber?: string;
  data: string;
  database: "embedded" | "external";
  clock: { speed: number; unpaced: boolean };
  lines: number;
}

const LOOPBACK = "127.0.0.1";
const DEMO_ACCOUNTS = [
  { account: "1000", password: "geheim", trial: false },
  { account: "2000", password: "geheim", trial: true },
];

function outsideOf({ fax }: OutsideConfig): HouseSheet["outside"] {
  return (fax?.lines ?? []).map((line) =>
    line.kind === "class1"
      ? { kind: line.kind, at: line.device ?? line.tcp ?? "", numbers: [line.number] }
      : { kind: line.kind, at: `${line.host}:${line.port ?? 5060}`, numbers: line.numbers },
  );
}

/** `at`: address of the gateway as it is called. The credentials are those of the demo (DESIGN section 8). */
export function houseSheet(s: Settings, folder: string, at: string, config: OutsideConfig = {}): HouseSheet {
  const isDemo = !isOutside(config);
  return {
    dashboard: `${at}/`,
    rest: { url: `${at}/v1`, documentation: `${at}/docs`, ...(isDemo && { apiKey: "demo-key" }) },
    feed: `${at.replace(/^http/, "ws")}/v1/feed`,
    soap: {
      wsdl: `${at}/xmlws.exe?wsdl/IntfXMLWS`,
      accounts: isDemo ? DEMO_ACCOUNTS : [],
    },
    simulators: {
      control: `http://${LOOPBACK}:${s.simPort}`,
      sip: { host: LOOPBACK, port: s.sipPort },
      modems: { host: LOOPBACK, port: s.modemPort },
      twilio: { url: `http://${LOOPBACK}:${s.twilioPort}`, accountSid: `AC${"0".repeat(32)}`, authToken: "geheim" },
      smtp: { host: LOOPBACK, port: s.smtpPort },
    },
    outside: outsideOf(config),
    ...(isDemo && { faxNumber: "+493023125900" }),
    data: folder,
    database: s.databaseUrl ? "external" : "embedded",
    // Telephones outside keep real time.
    clock: isDemo ? { speed: s.speed, unpaced: s.unpaced } : { speed: 1, unpaced: false },
    lines: s.lines,
  };
}

/** Printed once everything is up, with two lines on what to try next. */
export function banner(house: HouseSheet, say: Say): string {
  const { rest, soap, simulators, clock, data, outside } = house;
  const [full, trial] = soap.accounts;
  const docs = rest.documentation;
  const restMore = rest.apiKey ? say("up.rest-more", { key: rest.apiKey, docs }) : say("up.rest-docs", { docs });
  const soapMore =
    full && trial ? say("up.soap-more", { account: full.account, trial: trial.account, password: full.password }) : "";
  const rows: [string, string][] = [
    [say("up.dashboard"), house.dashboard],
    [say("up.rest"), `${rest.url}   ${restMore}`],
    [say("up.soap"), `${soap.wsdl}   ${soapMore}`.trimEnd()],
    ...outside.map(({ at, numbers }): [string, string] => [say("up.outside"), `${numbers.join(" ")}   ${at}`]),
    [
      say("up.simulators"),
      `${simulators.control}   Twilio ${new URL(simulators.twilio.url).port}, SIP ${simulators.sip.port}, SMTP ${simulators.smtp.port}`,
    ],
    [say("up.data"), house.database === "external" ? say("up.data-outside", { folder: data }) : data],
    [say("up.clock"), clock.unpaced ? say("up.clock-max") : `${clock.speed}x`],
  ];
  const first = Math.max(...rows.map(([name]) => name.length)) + 2;
  // Commands find a house on the usual port by themselves; elsewhere they are told.
  const port = new URL(house.dashboard).port;
  const url = port === "8080" ? "" : ` --url ${house.dashboard.replace(/\/$/, "")}`;
  const tries: [string, string][] = [
    [say("up.try"), `npx depesche send fax +493023125001 --text 'Guten Tag' --watch${url}`],
    [say("up.try-listen"), `npx depesche listen${url}`],
  ];
  const wide = Math.max(...tries.map(([text]) => text.length)) + 2;
  const isOut = outside.length > 0;
  return [
    "",
    say(isOut ? "up.ready-outside" : "up.ready"),
    "",
    ...rows.map(([name, value]) => `  ${name.padEnd(first)}${value}`),
    "",
    // Who has real lines knows whom to call; and without a demo there is no key to do it with.
    ...(isOut ? [say("up.accounts-outside"), ""] : [...tries.map(([text, line]) => text.padEnd(wide) + line), ""]),
    say("up.how-to-stop"),
  ].join("\n");
}
