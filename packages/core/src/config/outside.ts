/** `depesche.config.json`: what of the outside this house is connected to (the published schema, its types and its reader). */

import { problemsOf, type Shape, type ShapeProblem } from "./shape.ts";

/** A Class 1 modem (ITU-T T.31) as one fax line. */
export interface Class1LineConfig {
  kind: "class1";
  /** Serial device; this or `tcp`. */
  device?: string;
  /** `host:port` of a modem behind TCP: a device server, or an emulated modem. */
  tcp?: string;
  /** The telephone number of the line, E.164. */
  number: string;
  /** Sent as CSI and TSI; default: the account's. */
  stationId?: string;
  /** Commands for this modem, after the reset and before +FCLASS. */
  init?: string[];
  /** Speed of the serial device, bit/s. */
  baud?: 19200 | 38400 | 57600 | 115200;
  /** Put before every number dialled, for example "0," behind a private exchange. */
  dialPrefix?: string;
  /** Country code of the line: its own numbers are dialled with 0, others with 00. Without it: the digits after the plus. */
  country?: string;
  /** False: the line only sends. */
  receive?: boolean;
}

/** Ways in which a call is offered to a SIP peer. */
export type FaxOffer = "own" | "udptl" | "tcp" | "audio";

/** A SIP trunk with T.38. */
export interface T38LineConfig {
  kind: "t38";
  host: string;
  port?: number;
  transport?: "udp" | "tcp";
  user?: string;
  password?: string;
  register?: boolean;
  domain?: string;
  outboundProxy?: string;
  bind?: string;
  sipPort?: number;
  offers?: FaxOffer[];
  udptl?: { redundancy?: { v21?: number; image?: number }; fec?: boolean; portRange?: [number, number] };
  numbers: string[];
  lines?: number;
}

export type FaxLineConfig = Class1LineConfig | T38LineConfig;

/** An account of a house that has no demo accounts. */
export interface AccountConfig {
  id: number;
  name: string;
  /** Password of the FAX.de account of this number. */
  password?: string;
  /** Bearer key of the REST API, the dashboard and the CLI. */
  apiKey?: string;
  /** Fax numbers whose faxes go to this account's inbox. */
  faxNumbers?: string[];
}

export interface OutsideConfig {
  fax?: { lines: FaxLineConfig[] };
  accounts?: AccountConfig[];
}

const NUMBER: Shape = {
  type: "string",
  pattern: "^\\+[1-9]\\d{5,14}$",
  examples: ["+493023125920"],
  description: "Telephone number, E.164 with its plus.",
};
const PORT: Shape = { type: "integer", minimum: 1, maximum: 65_535 };
const NAME: Shape = { type: "string", minLength: 1, maxLength: 200 };
const SECRET: Shape = { type: "string", minLength: 1, maxLength: 200 };
const COMMAND: Shape = {
  type: "string",
  pattern: "^[Aa][Tt][\\x20-\\x7e]{0,200}$",
  examples: ["AT&K3"],
  maxLength: 202,
};

const CLASS1: Shape = {
  title: "Class 1 modem",
  type: "object",
  additionalProperties: false,
  required: ["kind", "number"],
  oneOf: [{ required: ["device"] }, { required: ["tcp"] }],
  properties: {
    kind: { const: "class1", type: "string" },
    device: { type: "string", pattern: "^/", examples: ["/dev/ttyUSB0"], description: "Serial device of the modem." },
    tcp: {
      type: "string",
      pattern: "^(\\[[0-9a-fA-F:.]+\\]|[^\\s:]+):\\d{1,5}$",
      examples: ["192.0.2.7:5801"],
      description: "host:port of a modem behind TCP, in the place of a device.",
    },
    number: NUMBER,
    stationId: {
      type: "string",
      pattern: "^[ +0-9]{1,20}$",
      examples: ["+49 30 23125 920"],
      description: "Sent as CSI and TSI (T.30 §5.3.6.2.4); by default that of the account.",
    },
    init: {
      description: "Commands for this modem, after ATZ and before AT+FCLASS=1.",
      type: "array",
      items: COMMAND,
      maxItems: 20,
    },
    baud: {
      type: "integer",
      enum: [19200, 38400, 57600, 115200],
      default: 115200,
      description: "Speed of the serial device, bit/s; 8 bits, no parity, RTS/CTS.",
    },
    dialPrefix: {
      type: "string",
      pattern: "^[0-9*#,WTPwtp]{0,20}$",
      examples: ["0,"],
      description: "Dialled before every number.",
    },
    country: {
      type: "string",
      pattern: "^[1-9]\\d{0,2}$",
      examples: ["49"],
      description:
        "Country code of the line. With it numbers of the country are dialled with 0, others with 00; without it the digits after the plus are dialled as they are.",
    },
    receive: { type: "boolean", default: true, description: "False: the line only sends." },
  },
};

const T38: Shape = {
  title: "SIP trunk with T.38",
  type: "object",
  additionalProperties: false,
  required: ["kind", "host", "numbers"],
  properties: {
    kind: { const: "t38", type: "string" },
    host: { ...NAME, description: "Host of the PBX or carrier." },
    port: { ...PORT, default: 5060 },
    transport: { type: "string", enum: ["udp", "tcp"], default: "udp" },
    user: { ...NAME, description: "User for digest authentication (RFC 8760); needs a password." },
    password: SECRET,
    register: { type: "boolean", default: false, description: "Register the numbers (RFC 3261 §10)." },
    domain: { ...NAME, description: "Domain of our own addresses; by default the host." },
    outboundProxy: {
      type: "string",
      pattern: "^(\\[[0-9a-fA-F:.]+\\]|[^\\s:]+):\\d{1,5}$",
      examples: ["192.0.2.1:5060"],
    },
    bind: { ...NAME, description: "Own address, the one the far end can reach." },
    sipPort: { ...PORT, description: "Own port for SIP; by default any free one." },
    offers: {
      type: "array",
      items: { type: "string", enum: ["own", "udptl", "tcp", "audio"] },
      minItems: 1,
      uniqueItems: true,
      default: ["udptl", "audio"],
      description: "Ways a call is offered, in order; the next one when the far end refuses with 488, 415 or 606.",
    },
    udptl: {
      type: "object",
      additionalProperties: false,
      properties: {
        redundancy: {
          type: "object",
          additionalProperties: false,
          properties: {
            v21: { type: "integer", minimum: 0, maximum: 7, default: 3 },
            image: { type: "integer", minimum: 0, maximum: 7, default: 1 },
          },
        },
        fec: { type: "boolean", default: false },
        portRange: { type: "array", items: PORT, minItems: 2, maxItems: 2, examples: [[10_000, 10_999]] },
      },
    },
    numbers: { type: "array", items: NUMBER, minItems: 1, uniqueItems: true },
    lines: { type: "integer", minimum: 1, maximum: 1000, description: "Calls at once; by default DEPESCHE_LINES." },
  },
};

const ACCOUNT: Shape = {
  type: "object",
  additionalProperties: false,
  required: ["id", "name"],
  properties: {
    id: { type: "integer", minimum: 1, maximum: 2_000_000_000, description: "Account number, also the FAX.de login." },
    name: NAME,
    password: { ...SECRET, minLength: 8, description: "Password of the SOAP service." },
    apiKey: {
      ...SECRET,
      minLength: 16,
      pattern: "^[\\x21-\\x7e]+$",
      examples: ["a-key-of-your-own"],
      description: "Bearer key of the REST API, the dashboard and the CLI; no spaces.",
    },
    faxNumbers: {
      type: "array",
      items: NUMBER,
      uniqueItems: true,
      description: "Numbers whose faxes are this account's.",
    },
  },
};

/** The published JSON Schema of `depesche.config.json`. */
export const CONFIG_SCHEMA: Shape = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "depesche.config.json",
  description: "What of the outside a Depesche house is connected to.",
  type: "object",
  additionalProperties: false,
  properties: {
    $schema: { type: "string" },
    fax: {
      type: "object",
      additionalProperties: false,
      required: ["lines"],
      properties: {
        lines: { type: "array", items: { type: "object", oneOf: [CLASS1, T38] }, minItems: 1, maxItems: 200 },
      },
    },
    accounts: {
      description:
        "A house with outside lines has no demo accounts: these are made at its start when they are not there.",
      type: "array",
      items: ACCOUNT,
      maxItems: 1000,
    },
  },
};

/** What a configuration file says, or everything that is wrong with it as sentences that name the JSON path. */
export function readConfig(text: string): { ok: true; config: OutsideConfig } | { ok: false; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`$ is not JSON: ${(error as Error).message}`] };
  }
  const problems = problemsOf(value, CONFIG_SCHEMA);
  if (problems.length === 0) problems.push(...contradictions(value as OutsideConfig));
  if (problems.length > 0) return { ok: false, problems: problems.map(({ path, text }) => `${path} ${text}.`) };
  const { fax, accounts } = value as OutsideConfig;
  return { ok: true, config: { ...(fax ? { fax } : {}), ...(accounts ? { accounts } : {}) } };
}

/** What no schema says: things that must not stand twice, or not without each other. */
function contradictions({ fax, accounts }: OutsideConfig): ShapeProblem[] {
  const out: ShapeProblem[] = [];
  const once = (seen: Map<string, string>, value: string | undefined, path: string) => {
    if (value === undefined) return;
    const before = seen.get(value);
    if (before !== undefined) out.push({ path, text: `is already taken by ${before}` });
    else seen.set(value, path);
  };
  const place = (value: string | undefined, path: string) => {
    const port = Number(value?.slice(value.lastIndexOf(":") + 1) ?? 1);
    if (port < 1 || port > 65_535) out.push({ path, text: "must end with a port from 1 to 65535" });
  };
  const [devices, numbers, given, ids] = [new Map(), new Map(), new Map(), new Map()] as Map<string, string>[];
  for (const [i, line] of (fax?.lines ?? []).entries()) {
    const path = `$.fax.lines[${i}]`;
    if (line.kind === "class1") {
      place(line.tcp, `${path}.tcp`);
      once(devices!, line.device ?? line.tcp, `${path}.${line.device === undefined ? "tcp" : "device"}`);
      continue;
    }
    for (const [n, number] of line.numbers.entries()) once(numbers!, number, `${path}.numbers[${n}]`);
    if ((line.user === undefined) !== (line.password === undefined)) {
      out.push({ path, text: 'needs both "user" and "password", or neither' });
    }
    place(line.outboundProxy, `${path}.outboundProxy`);
    const [from, to] = line.udptl?.portRange ?? [0, 0];
    if (from > to) out.push({ path: `${path}.udptl.portRange`, text: "must go from the lower to the higher port" });
  }
  for (const [i, account] of (accounts ?? []).entries()) {
    once(ids!, String(account.id), `$.accounts[${i}].id`);
    for (const [n, number] of (account.faxNumbers ?? []).entries())
      once(given!, number, `$.accounts[${i}].faxNumbers[${n}]`);
  }
  return out;
}

/** Whether calls of this house reach telephones outside: then it has no demo accounts, and its clock is the wall's. */
export function isOutside(config: OutsideConfig): boolean {
  return (config.fax?.lines.length ?? 0) > 0;
}
