/** A T.38 trunk: the FaxTrunk port over SIP signalling and T.38 on TCP. */

import { setMaxListeners } from "node:events";
import type { FaxAnswerHandler, FaxCallOrder, FaxCallReport, FaxTrunk } from "@depesche/ports";
import { type IncomingCall, openSipEndpoint, type SipEndpoint, type Target } from "@depesche/wire-sip";
import { MediaConnections, type MediaPort, openMediaPort } from "@depesche/wire-t38";
import { answerCall } from "./inbound.ts";
import { Outage } from "./outage.ts";
import { placeCall } from "./outbound.ts";
import { Registration } from "./registration.ts";

export interface T38TrunkConfig {
  exchange: Target;
  /** Address our own ends listen on, the one the exchange can reach. */
  bind: string;
  /** Port for SIP; 0 (default): any free one. */
  sipPort?: number;
  /** Domain in our own addresses; default: the exchange's host. */
  domain?: string;
  /** Product name for User-Agent. */
  product?: string;
  /** Wall time without progress after which a call is given up, ms; default 30,000. */
  stallMs?: number;
  /** How long a call may ring in wall time, ms; default 120,000. */
  ringMs?: number;
  /** How long calls wait in wall time for an exchange that has just gone, ms; default 20,000. */
  outageMs?: number;
  /** Lifetime of a registration in seconds; default 60. It is refreshed at half of it. */
  registerSeconds?: number;
}

/** What every call of the trunk uses. */
export interface TrunkParts {
  readonly config: T38TrunkConfig;
  readonly domain: string;
  readonly endpoint: SipEndpoint;
  readonly mediaPort: MediaPort;
  readonly connections: MediaConnections;
  readonly outage: Outage;
  /** Falls when the trunk closes. */
  readonly closing: AbortSignal;
}

/** Opens the trunk. Rejects when its ports cannot be bound; the exchange need not be there yet. */
export async function openT38Trunk(config: T38TrunkConfig): Promise<FaxTrunk> {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const running = new Set<Promise<unknown>>();
  const lines: { numbers: Set<string>; handler: FaxAnswerHandler }[] = [];
  const registrations: Registration[] = [];
  const keep = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    void work.finally(() => running.delete(work));
    return work;
  };

  const mediaPort = await openMediaPort({ host: config.bind });
  const onInvite = (call: IncomingCall) => {
    const digits = digitsOf(call.called);
    const line = lines.find(({ numbers }) => numbers.has(digits));
    if (line && !closing.signal.aborted) void keep(answerCall(parts, call, line.handler));
    else call.reject(404);
  };
  const product = config.product ?? "Depesche";
  let endpoint: SipEndpoint;
  try {
    endpoint = await openSipEndpoint({ host: config.bind, port: config.sipPort ?? 0, product }, { invite: onInvite });
  } catch (error) {
    await mediaPort.close();
    throw error;
  }
  const domain = config.domain ?? config.exchange.host;
  const parts: TrunkParts = {
    config,
    domain,
    endpoint,
    mediaPort,
    connections: new MediaConnections(),
    outage: new Outage(config.exchange, config.outageMs),
    closing: closing.signal,
  };

  return {
    call: (order: FaxCallOrder, signal: AbortSignal): Promise<FaxCallReport> => keep(placeCall(parts, order, signal)),
    async answer(numbers, handler) {
      lines.push({ numbers: new Set(numbers.map(digitsOf)), handler });
      const added = numbers.map((number) => new Registration(parts, number));
      registrations.push(...added);
      await Promise.all(added.map((registration) => registration.begin()));
    },
    answered: () => registrations.filter((registration) => registration.stands).map(({ number }) => number),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await Promise.all(registrations.map((registration) => registration.end()));
      await Promise.allSettled(running);
      await endpoint.close();
      await Promise.all([mediaPort.close(), parts.connections.close()]);
    },
  };
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, "");
}
