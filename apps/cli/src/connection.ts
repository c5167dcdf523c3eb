// Where the gateway and the simulators are, by flag or environment, and clients for both.

import type { Client } from "@depesche/client";
import { type Asked, usage } from "./command.ts";
import type { Io } from "./io.ts";
import type { Simulators } from "./simulators.ts";

const DEMO_KEY = "demo-key";

/** `--url`, else the gateway of DEPESCHE_HOST and DEPESCHE_PORT. Throws a usage Failure. */
export function gatewayUrl(asked: Asked, env: Io["env"]): string {
  return asked.text("url") === undefined
    ? `http://${hostOf(env)}:${portOf(env, "DEPESCHE_PORT", 8080)}`
    : httpUrl(asked.text("url") as string, "--url");
}

export async function gateway(asked: Asked, io: Io): Promise<Client> {
  const baseUrl = gatewayUrl(asked, io.env);
  const { createClient } = await import("@depesche/client");
  return createClient({ baseUrl, apiKey: asked.text("key") ?? (io.env.DEPESCHE_API_KEY || DEMO_KEY) });
}

/** A client with a feed: Node 20 has no WebSocket of its own. */
export async function gatewayWithFeed(asked: Asked, io: Io): Promise<Client> {
  const baseUrl = gatewayUrl(asked, io.env);
  const [{ createClient }, { WebSocket }] = await Promise.all([import("@depesche/client"), import("ws")]);
  return createClient({ baseUrl, apiKey: asked.text("key") ?? (io.env.DEPESCHE_API_KEY || DEMO_KEY), WebSocket });
}

/** `--sim-url`, else the control API on DEPESCHE_SIM_PORT; it is on this machine always. Throws a usage Failure. */
export async function simulators(asked: Asked, env: Io["env"]): Promise<Simulators> {
  const given = asked.text("sim-url");
  const url =
    given === undefined ? `http://127.0.0.1:${portOf(env, "DEPESCHE_SIM_PORT", 8090)}` : httpUrl(given, "--sim-url");
  const { openSimulators } = await import("./simulators.ts");
  return openSimulators(url);
}

function hostOf(env: Io["env"]): string {
  const host = env.DEPESCHE_HOST?.trim();
  // Addresses to listen on, not to call.
  if (!host || host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function portOf(env: Io["env"], variable: string, unset: number): number {
  const given = env[variable]?.trim();
  if (!given) return unset;
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw usage("fail.port", { variable, given });
  return port;
}

function httpUrl(given: string, flag: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw usage("fail.url", { flag, given });
  return given;
}
