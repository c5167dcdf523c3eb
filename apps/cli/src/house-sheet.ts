// Where everything of a running house is, and how to come in: for people as a banner, for programs as one JSON document.

import type { Settings } from "@depesche/core";
import type { Say } from "./language.ts";

export interface HouseSheet {
  dashboard: string;
  rest: { url: string; documentation: string; apiKey: string };
  feed: string;
  soap: { wsdl: string; accounts: { account: string; password: string; trial: boolean }[] };
  simulators: {
    control: string;
    sip: { host: string; port: number };
    twilio: { url: string; accountSid: string; authToken: string };
    smtp: { host: string; port: number };
  };
  faxNumber: string;
  data: string;
  database: "embedded" | "external";
  clock: { speed: number; unpaced: boolean };
  lines: number;
}

const LOOPBACK = "127.0.0.1";

/** `at`: address of the gateway as it is called. The credentials are those of the demo (DESIGN section 8). */
export function houseSheet(s: Settings, folder: string, at: string): HouseSheet {
  return {
    dashboard: `${at}/`,
    rest: { url: `${at}/v1`, documentation: `${at}/docs`, apiKey: "demo-key" },
    feed: `${at.replace(/^http/, "ws")}/v1/feed`,
    soap: {
      wsdl: `${at}/xmlws.exe?wsdl/IntfXMLWS`,
      accounts: [
        { account: "1000", password: "geheim", trial: false },
        { account: "2000", password: "geheim", trial: true },
      ],
    },
    simulators: {
      control: `http://${LOOPBACK}:${s.simPort}`,
      sip: { host: LOOPBACK, port: s.sipPort },
      twilio: { url: `http://${LOOPBACK}:${s.twilioPort}`, accountSid: `AC${"0".repeat(32)}`, authToken: "geheim" },
      smtp: { host: LOOPBACK, port: s.smtpPort },
    },
    faxNumber: "+493023125900",
    data: folder,
    database: s.databaseUrl ? "external" : "embedded",
    clock: { speed: s.speed, unpaced: s.unpaced },
    lines: s.lines,
  };
}

/** Printed once everything is up, with two lines on what to try next. */
export function banner(house: HouseSheet, say: Say): string {
  const { rest, soap, simulators, clock, data } = house;
  const [full, trial] = soap.accounts.map(({ account }) => account) as [string, string];
  const soapWords = { account: full, trial, password: soap.accounts[0]?.password ?? "" };
  const rows: [string, string][] = [
    [say("up.dashboard"), house.dashboard],
    [say("up.rest"), `${rest.url}   ${say("up.rest-more", { key: rest.apiKey, docs: rest.documentation })}`],
    [say("up.soap"), `${soap.wsdl}   ${say("up.soap-more", soapWords)}`],
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
  const next = [say("up.try"), say("up.try-listen")];
  const wide = Math.max(...next.map((text) => text.length)) + 2;
  return [
    "",
    say("up.ready"),
    "",
    ...rows.map(([name, value]) => `  ${name.padEnd(first)}${value}`),
    "",
    `${next[0]?.padEnd(wide)}npx depesche send fax +493023125001 --text 'Guten Tag' --watch${url}`,
    `${next[1]?.padEnd(wide)}npx depesche listen${url}`,
    "",
    say("up.how-to-stop"),
  ].join("\n");
}
