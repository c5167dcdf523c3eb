/** A T.38 trunk: the FaxTrunk port over SIP, to our own exchange or to anybody's. */

import { setMaxListeners } from "node:events";
import type { FaxAnswerHandler, FaxCallOrder, FaxCallReport, FaxTrunk } from "@depesche/ports";
import { type IncomingCall, openSipEndpoint, type SipEndpoint, type Target } from "@depesche/wire-sip";
import { MediaConnections, type MediaPort, monotonicWall, openMediaPort, type Wall } from "@depesche/wire-t38";
import { calledNumber } from "./called-number.ts";
import { answerCall } from "./inbound.ts";
import type { FaxOfferKind } from "./offers.ts";
import { Outage } from "./outage.ts";
import { placeCall, userPart } from "./outbound.ts";
import { Registration } from "./registration.ts";

export interface T38TrunkConfig {
  exchange: Target;
  /** Address our own ends listen on, the one the exchange can reach. */
  bind: string;
  /** Port for SIP; 0 (default): any free one. */
  sipPort?: number;
  /** Domain of our own addresses and of those we call; default: the exchange. */
  domain?: string;
  /** Where all requests go instead of to the exchange (RFC 3261 §8.1.2). */
  outboundProxy?: Target;
  /** For exchanges that ask who we are (RFC 7616). The user is also the one address that is registered. */
  credentials?: { user: string; password: string };
  /** False: the exchange knows where we are. Default true. */
  register?: boolean;
  /** In what order a call is offered in different ways, until one is taken; default `own`, `udptl`, `audio`: our own exchange. */
  offers?: readonly FaxOfferKind[];
  udptl?: {
    /** How many earlier packets each datagram repeats: behind V.21 control and behind image data. Default 3 and 1. */
    redundancy?: { v21: number; image: number };
    /** Parity instead of repetition in our offers. */
    fec?: boolean;
    /** First and last UDP port for T.38 and sound. */
    portRange?: readonly [number, number];
  };
  /** Product name for User-Agent. */
  product?: string;
  /** Wall time without progress after which a call is given up, ms; default 30,000. */
  stallMs?: number;
  /** How long a call may ring in wall time, ms; default 60,000 (T0 of T.30). */
  ringMs?: number;
  /** How long calls wait in wall time for an exchange that has just gone, ms; default 20,000. */
  outageMs?: number;
  /** The time of calls with foreign ends; default: the process's monotonic clock. */
  wall?: Wall;
  /** Lifetime of a registration in seconds; default 60. It is refreshed at half of it. */
  registerSeconds?: number;
}

const OWN_EXCHANGE: readonly FaxOfferKind[] = ["own", "udptl", "audio"];

/** What every call of the trunk uses. */
export interface TrunkParts {
  readonly config: T38TrunkConfig;
  readonly offers: readonly FaxOfferKind[];
  /** Where requests go. */
  readonly target: Target;
  readonly domain: string;
  /** The URI of a number we call, and of one of ours. */
  addressOf(number: string): string;
  ownAddressOf(number: string): string;
  readonly endpoint: SipEndpoint;
  readonly mediaPort: MediaPort;
  readonly connections: MediaConnections;
  readonly outage: Outage;
  /** The time of calls with foreign ends. */
  readonly wall: Wall;
  /** Falls when the trunk closes. */
  readonly closing: AbortSignal;
}

/** Opens the trunk. Rejects when its ports cannot be bound; the exchange need not be there yet. */
export async function openT38Trunk(config: T38TrunkConfig): Promise<FaxTrunk> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<unknown>>();
  const lines: { numbers: readonly string[]; handler: FaxAnswerHandler }[] = [];
  /** By user. */
  const registrations = new Map<string, Registration>();
  const keep = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  };

  const mediaPort = await openMediaPort({ host: config.bind });
  const onInvite = (call: IncomingCall) => {
    const numbers = lines.flatMap((line) => line.numbers);
    const isOurName = call.called === config.credentials?.user;
    const number = calledNumber(call, numbers) ?? (isOurName ? numbers[0] : undefined);
    const line = lines.find((line) => number !== undefined && line.numbers.includes(number));
    if (line && number !== undefined && !closing.signal.aborted) {
      void keep(answerCall(parts, call, number, line.handler));
    } else call.reject(404);
  };
  const product = config.product ?? "Depesche";
  let endpoint: SipEndpoint;
  try {
    endpoint = await openSipEndpoint({ host: config.bind, port: config.sipPort ?? 0, product }, { invite: onInvite });
  } catch (error) {
    await mediaPort.close();
    throw error;
  }
  const { exchange } = config;
  const domain = config.domain ?? exchange.host;
  const callee = config.domain ?? `${exchange.host}:${exchange.port}`;
  const target = config.outboundProxy ?? exchange;
  const parts: TrunkParts = {
    config,
    offers: config.offers ?? OWN_EXCHANGE,
    target,
    domain,
    addressOf: (number) => `sip:${userPart(number)}@${callee}`,
    ownAddressOf: (number) => `sip:${userPart(number)}@${domain}`,
    endpoint,
    mediaPort,
    connections: new MediaConnections(),
    outage: new Outage(target, config.outageMs),
    wall: config.wall ?? monotonicWall,
    closing: closing.signal,
  };

  return {
    call: (order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> => keep(placeCall(parts, order, signal)),
    async answer(numbers, handler) {
      lines.push({ numbers: [...numbers], handler });
      if (config.register === false) return;
      const added: Registration[] = [];
      for (const user of config.credentials ? [config.credentials.user] : numbers) {
        if (registrations.has(user)) continue;
        const registration = new Registration(parts, user);
        registrations.set(user, registration);
        added.push(registration);
      }
      await Promise.all(added.map((registration) => registration.begin()));
    },
    answered: () =>
      lines
        .flatMap(({ numbers }) => numbers)
        .filter((number) => {
          if (config.register === false) return true;
          return registrations.get(config.credentials?.user ?? number)?.stands ?? false;
        }),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await Promise.all([...registrations.values()].map((registration) => registration.end()));
      await Promise.allSettled(running);
      await endpoint.close();
      await Promise.all([mediaPort.close(), parts.connections.close()]);
    },
  };
}
