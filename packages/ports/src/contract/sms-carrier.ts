// What every SmsCarrier must do, whatever network stands behind it. Each implementation runs it against a counterpart of its own.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SmsCarrier, SmsMessage } from "../sms-carrier.ts";

/** A carrier with the network behind it, as the contract needs it. */
export interface SmsCarrierRig {
  carrier: SmsCarrier;
  /** Numbers the network knows: takes at once, does not know, throttles the first time, never answers. */
  numbers: { good: string; unknown: string; throttledFirst: string; silent: string };
  /** Messages the network has taken so far. */
  taken(): { to: string; text: string }[];
  /** Resolves when the network has seen a request for the number that never answers. */
  silentAsked(): Promise<void>;
  /** The network takes the next message, and the connection breaks before the carrier hears of it. */
  loseNextAnswer(): void;
  /** The network goes away: nothing listens any more. */
  leave(): Promise<void>;
  /** Frees what the rig holds; the carrier is closed by the contract. */
  dispose(): Promise<void>;
}

let count = 0;

function message(to: string, text = "Guten Tag"): SmsMessage {
  count++;
  return { id: `${count}.0.1`, to, text, flash: false, parts: 1 };
}

const NEVER = new AbortController().signal;

/** Registers the contract as tests; call it in a test file of the implementation. */
export function smsCarrierContract(name: string, open: () => Promise<SmsCarrierRig>): void {
  describe(`${name} keeps the contract of an SMS carrier`, () => {
    let rig: SmsCarrierRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(async () => {
      await rig.carrier.close();
      await rig.dispose();
    });

    it("a message the network takes is OK and has the carrier's id", async () => {
      const report = await rig.carrier.submit(message(rig.numbers.good, "€ ж 😀"), NEVER);
      expect(report).toMatchObject({ outcome: "OK" });
      expect(report.carrierId).toBeTruthy();
      expect(rig.taken()).toEqual([{ to: rig.numbers.good, text: "€ ж 😀" }]);
    });

    it("many messages at once get an id each and none is lost", async () => {
      const texts = Array.from({ length: 60 }, (_, i) => `Nr. ${i}`);
      const reports = await Promise.all(
        texts.map((t) => rig.carrier.submit(message(rig.numbers.good, t), new AbortController().signal)),
      );
      expect(new Set(reports.map((r) => r.carrierId)).size).toBe(60);
      expect(
        rig
          .taken()
          .map((t) => t.text)
          .sort(),
      ).toEqual([...texts].sort());
    });

    it("an unknown number is NORING for good, with its cause", async () => {
      const report = await rig.carrier.submit(message(rig.numbers.unknown), NEVER);
      expect(report).toMatchObject({ outcome: "NORING", cause: { code: expect.stringMatching(/^[a-z0-9-]+$/) } });
      expect(report.temporary).toBeFalsy();
      expect(rig.taken()).toEqual([]);
    });

    it("a throttled message is a temporary failure, and may be sent again", async () => {
      const throttled = message(rig.numbers.throttledFirst);
      expect(await rig.carrier.submit(throttled, NEVER)).toMatchObject({ outcome: "SENDFAIL", temporary: true });
      expect(await rig.carrier.submit(throttled, NEVER)).toMatchObject({ outcome: "OK" });
      expect(rig.taken()).toHaveLength(1);
    });

    it("a message that was taken while its answer got lost is not sent twice", async () => {
      const first = message(rig.numbers.good, "einmal");
      rig.loseNextAnswer();
      let report = await rig.carrier.submit(first, NEVER);
      if (report.temporary) report = await rig.carrier.submit({ ...first, id: first.id.replace(/1$/, "2") }, NEVER);
      expect(report).toMatchObject({ outcome: "OK" });
      expect(rig.taken()).toHaveLength(1);
    });

    it("a network that is gone is a temporary failure, never an exception", async () => {
      await rig.leave();
      expect(await rig.carrier.submit(message(rig.numbers.good), NEVER)).toMatchObject({
        outcome: "SENDFAIL",
        temporary: true,
      });
    });

    it("a message stopped before it went out is interrupted and never sent", async () => {
      const report = await rig.carrier.submit(message(rig.numbers.good), AbortSignal.abort());
      expect(report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      expect(rig.taken()).toEqual([]);
    });

    it("a message stopped while the network is silent ends as interrupted", async () => {
      const stop = new AbortController();
      const report = rig.carrier.submit(message(rig.numbers.silent), stop.signal);
      await rig.silentAsked();
      stop.abort();
      expect(await report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
    });

    it("closing ends what is in flight, can be repeated, and sends nothing more", async () => {
      const report = rig.carrier.submit(message(rig.numbers.silent), NEVER);
      await rig.silentAsked();
      await rig.carrier.close();
      expect(await report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      await rig.carrier.close();
      expect(await rig.carrier.submit(message(rig.numbers.good), NEVER)).toMatchObject({ temporary: true });
      expect(rig.taken()).toEqual([]);
    });
  });
}
