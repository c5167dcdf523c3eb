// The town: all simulators in one process, and the control API over them.

import * as fs from "node:fs";
import * as path from "node:path";
import { systemClock } from "@depesche/ports";
import { type ServerType, serve } from "@hono/node-server";
import { Chaos, chaosRoutes } from "./chaos.ts";
import { openTownClock, readClockSetting, type TownClock } from "./clock.ts";
import { controlApi } from "./control.ts";
import { BadRequest, type House, type Route, type Surroundings } from "./house.ts";
import { openExchangeHouse } from "./houses/exchange.ts";
import { openMailHouse } from "./houses/mail.ts";
import { openModemHouse } from "./houses/modems.ts";
import { openPrintShopHouse } from "./houses/print-shop.ts";
import { openSmsHouse } from "./houses/sms.ts";
import { Scenario, scenarioRoutes } from "./scenario.ts";
import { PORT_VARIABLES, SettingProblem, type TownConfig, type TownPorts } from "./settings.ts";
import { asStream, wireLines } from "./wire-log.ts";

export interface Town {
  /** What really listens, port 0 resolved. */
  readonly ports: TownPorts;
  readonly clock: TownClock;
  /** Stops everything; can be repeated. */
  close(): Promise<void>;
}

/** One simulator, one line: its port setting (if it has one) and how it opens. */
const HOUSES: readonly { port?: keyof TownPorts; open(port: number, around: Surroundings): Promise<House> }[] = [
  { port: "sip", open: openExchangeHouse },
  { port: "modem", open: openModemHouse },
  { port: "twilio", open: openSmsHouse },
  { port: "smtp", open: openMailHouse },
  { open: openPrintShopHouse },
];

/**
 * Starts every simulator and the control API, all on 127.0.0.1. Rejects with SettingProblem when a port is taken;
 * then nothing is left running.
 */
export async function startTown(config: TownConfig): Promise<Town> {
  const folder = path.join(config.dataFolder, "simulators");
  fs.mkdirSync(folder, { recursive: true });
  const clock = openTownClock(systemClock);
  const scenario = new Scenario(path.join(folder, "scenario.json"));
  const chaos = new Chaos(path.join(folder, "chaos.json"));
  const around: Surroundings = { scenario, chaos, clock, wall: systemClock, folder, dataFolder: config.dataFolder };
  const houses: House[] = [];
  const ports = { ...config.ports };
  let control: ServerType | undefined;
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= closeAll(control, houses);
    return closed;
  };
  try {
    for (const { port, open } of HOUSES) {
      const house = await named(port, config, () => open(port === undefined ? 0 : config.ports[port], around));
      houses.push(house);
      if (port !== undefined && house.port !== undefined) ports[port] = house.port;
    }
    const routes = houses.flatMap((house) => house.routes);
    const api = controlApi([
      ...routes,
      ...scenarioRoutes(scenario),
      ...chaosRoutes(chaos),
      ...townRoutes(clock, houses, ports),
    ]);
    control = await named("control", config, () => listen(api.fetch, config.ports.control));
    const address = control.address();
    if (typeof address === "object" && address !== null) ports.control = address.port;
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, clock, close };
}

function listen(fetch: (request: Request) => Response | Promise<Response>, port: number): Promise<ServerType> {
  const server = serve({ fetch, port, hostname: "127.0.0.1" });
  return new Promise((resolve, reject) => {
    server.once("listening", () => resolve(server)).once("error", reject);
  });
}

/** Says which setting is meant when a port is taken or may not be used. */
async function named<T>(port: keyof TownPorts | undefined, config: TownConfig, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (port === undefined || (code !== "EADDRINUSE" && code !== "EACCES")) throw error;
    const why = code === "EADDRINUSE" ? "is already taken by another program" : "may not be used by this user";
    throw new SettingProblem(PORT_VARIABLES[port], `port ${config.ports[port]} ${why}; set another one.`);
  }
}

async function closeAll(control: ServerType | undefined, houses: readonly House[]): Promise<void> {
  const server = control;
  const stopped = server && new Promise<void>((resolve) => server.close(() => resolve()));
  if (server && "closeAllConnections" in server) server.closeAllConnections();
  await Promise.allSettled([stopped, ...houses.map((house) => house.close())]);
}

/** What belongs to no single simulator. */
function townRoutes(clock: TownClock, houses: readonly House[], ports: TownPorts): Route[] {
  const logs = houses.flatMap((house) => (house.wireLog === undefined ? [] : [house.wireLog]));
  const shownClock = () => ({ json: { ...clock.setting(), now: clock.now() } });
  return [
    {
      method: "get",
      path: "/health",
      summary: "Whether every simulator listens, and where.",
      response: { type: "object", properties: { ok: { type: "boolean" }, ports: { type: "object" } } },
      answer: () => ({ json: { ok: true, ports } }),
    },
    {
      method: "get",
      path: "/clock",
      summary: "The simulated clock: its setting and what it shows.",
      response: CLOCK,
      answer: shownClock,
    },
    {
      method: "put",
      path: "/clock",
      summary: "Sets the simulated clock; the gateway does this.",
      request: CLOCK,
      response: CLOCK,
      answer({ body }) {
        const setting = readClockSetting(body);
        if (setting === undefined)
          throw new BadRequest("A clock needs anchorWall, anchorSim, speed (1 to 1000) and unpaced.");
        clock.set(setting);
        return shownClock();
      },
    },
    {
      method: "get",
      path: "/wire-log",
      summary: "What really went over the wires, a JSON line for every call, message, mail and letter.",
      query: { channel: "Only fax, sms, mail or letter." },
      mediaType: "application/x-ndjson",
      answer({ query }) {
        const channel = query.get("channel");
        const chosen = logs.filter((log) => channel === null || log.channel === channel);
        if (channel !== null && chosen.length === 0)
          throw new BadRequest(`There is no wire log of "${channel.slice(0, 40)}".`);
        return { mediaType: "application/x-ndjson", body: asStream(wireLines(chosen)) };
      },
    },
  ];
}

const CLOCK = {
  type: "object",
  required: ["anchorWall", "anchorSim", "speed", "unpaced"],
  properties: {
    anchorWall: { type: "number" },
    anchorSim: { type: "number" },
    speed: { type: "number", minimum: 1, maximum: 1000 },
    unpaced: { type: "boolean" },
    now: { type: "number", readOnly: true },
  },
};
