// The Twilio carrier against the Twilio-compatible simulator, over a real socket; and its callbacks read back.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SmsCarrierRig, smsCarrierContract } from "@depesche/ports/contract/sms-carrier";
import { openTwilio, readStatusCallback } from "@depesche/sms-carriers-twilio";
import {
  DEMO_ACCOUNT_SID,
  DEMO_AUTH_TOKEN,
  type MoodName,
  openTwilioSimulator,
  type TwilioSimulator,
} from "@depesche/twilio-simulator";
import { expect, it } from "vitest";

const GOOD = "+491713920001";
const SILENT = "+491713920011";

/** Simulated time that jumps to whatever is waited for. */
let now = Date.UTC(2026, 0, 5, 9);
const clock = {
  now: () => now,
  until: async (sim: number) => {
    now = Math.max(now, sim);
  },
};

function carrierTo(simulator: TwilioSimulator, statusCallback?: string) {
  return openTwilio({
    accountSid: DEMO_ACCOUNT_SID,
    authToken: DEMO_AUTH_TOKEN,
    baseUrl: `http://127.0.0.1:${simulator.port}`,
    from: "+4930231250",
    stopGraceMs: 20,
    statusCallback,
  });
}

smsCarrierContract("twilio with the simulator", async (): Promise<SmsCarrierRig> => {
  const folder = await mkdtemp(join(tmpdir(), "depesche-sms-"));
  let losesNext = false;
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const moodOf = (to: string): MoodName | undefined => {
    if (to === SILENT) {
      ask();
      return "silent";
    }
    if (!losesNext) return undefined;
    losesNext = false;
    return "answer-lost";
  };
  const simulator = await openTwilioSimulator({ port: 0, clock, moodOf, wireLog: join(folder, "sms.ndjson") });
  return {
    carrier: carrierTo(simulator),
    numbers: { good: GOOD, unknown: "+491713920090", throttledFirst: "+491713920070", silent: SILENT },
    taken: () =>
      simulator
        .messages()
        .map(({ to, text }) => ({ to, text }))
        .reverse(),
    silentAsked: () => asked,
    loseNextAnswer: () => {
      losesNext = true;
    },
    leave: () => simulator.close(),
    dispose: async () => {
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
});

it("what the simulator calls back is a receipt of the very message", async () => {
  const receipts: unknown[] = [];
  let done = () => {};
  const both = new Promise<void>((resolve) => {
    done = resolve;
  });
  const gateway = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const url = `http://${request.headers.host}${request.url}`;
    const fields = Object.fromEntries(new URLSearchParams(body));
    const signature = String(request.headers["x-twilio-signature"]);
    receipts.push({ url, receipt: readStatusCallback(DEMO_AUTH_TOKEN, url, fields, signature) });
    response.writeHead(204).end();
    if (receipts.length === 2) done();
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/callbacks/twilio?attempt=`;
  const simulator = await openTwilioSimulator({ port: 0, clock });
  const carrier = carrierTo(simulator, `${base}{attempt}`);
  try {
    const message = { id: "7.12.1", to: "+491713920050", text: "Hallo", flash: false, parts: 1 };
    const { carrierId } = await carrier.submit(message, new AbortController().signal);
    await both;
    const url = `${base}7.12.1`;
    expect(receipts).toEqual([
      { url, receipt: { carrierId, state: "accepted", detail: "sent" } },
      { url, receipt: { carrierId, state: "undelivered", detail: "30003: the handset cannot be reached" } },
    ]);
  } finally {
    await carrier.close();
    await simulator.close();
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
  }
});
