// What every MailRoute must do, whatever server stands behind it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Mail, MailRoute } from "../mail-route.ts";

/** A route with the server behind it, as the contract needs it. */
export interface MailRouteRig {
  route: MailRoute;
  /** Addresses the server knows: takes at once, does not know, full, refuses the first time, never answers. */
  addresses: { good: string; unknown: string; full: string; deferredFirst: string; silent: string };
  /** Mails the server has taken so far, in order. */
  taken(): Promise<TakenMail[]>;
  /** Resolves when the server has a mail for the address that never answers. */
  silentAsked(): Promise<void>;
  /** The server goes away: nothing listens any more. */
  leave(): Promise<void>;
  /** Frees what the rig holds; the route is closed by the contract. */
  dispose(): Promise<void>;
}

export interface TakenMail {
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  attachments: { name: string; mediaType: string; content: Uint8Array }[];
}

const NEVER = new AbortController().signal;
const BYTES = Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
let count = 0;

function mail(to: string, more: Partial<Mail> = {}): Mail {
  count++;
  return {
    id: `${count}-0`,
    from: "absender@ok.example",
    to,
    subject: "Probe",
    text: "Guten Tag",
    attachments: [],
    ...more,
  };
}

/** Registers the contract as tests; call it in a test file of the implementation. */
export function mailRouteContract(name: string, open: () => Promise<MailRouteRig>): void {
  describe(`${name} keeps the contract of a mail route`, () => {
    let rig: MailRouteRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(async () => {
      await rig.route.close();
      await rig.dispose();
    });

    it("a mail arrives with subject, text and attachments as they were given", async () => {
      const attachments = [
        { name: "Angebot für Müller.pdf", mediaType: "application/pdf", content: BYTES },
        { name: "leer.txt", mediaType: "text/plain", content: new Uint8Array() },
      ];
      const text = "Grüße aus Köln €\n.\n..Punkt am Anfang\nFrom hier";
      const report = await rig.route.send(
        mail(rig.addresses.good, { subject: "Größe – 5 €", text, attachments }),
        NEVER,
      );
      expect(report).toMatchObject({ outcome: "OK", cause: { code: expect.stringMatching(/^[a-z0-9-]+$/) } });
      const [got] = await rig.taken();
      expect(got).toMatchObject({ from: "absender@ok.example", to: [rig.addresses.good], subject: "Größe – 5 €" });
      expect(got?.text.replaceAll("\r\n", "\n").trimEnd()).toBe(text);
      expect(got?.attachments.map((a) => [a.name, a.mediaType])).toEqual([
        ["Angebot für Müller.pdf", "application/pdf"],
        ["leer.txt", "text/plain"],
      ]);
      expect(Buffer.from(got?.attachments[0]?.content ?? []).equals(BYTES)).toBe(true);
    });

    it("many mails at once all arrive, each once", async () => {
      const mails = Array.from({ length: 60 }, (_, i) => mail(rig.addresses.good, { subject: `Nr. ${i}` }));
      const reports = await Promise.all(mails.map((m) => rig.route.send(m, new AbortController().signal)));
      expect(reports.filter((r) => r.outcome !== "OK")).toEqual([]);
      const taken = await rig.taken();
      expect(taken.map((t) => t.subject).sort()).toEqual(mails.map((m) => m.subject).sort());
      expect(new Set(taken.map((t) => t.messageId)).size).toBe(60);
    });

    it("a repeat of the same mail carries the same Message-ID", async () => {
      const twice = mail(rig.addresses.good);
      await rig.route.send(twice, NEVER);
      await rig.route.send({ ...twice, subject: "noch einmal" }, NEVER);
      const ids = (await rig.taken()).map((t) => t.messageId);
      expect(ids).toEqual([ids[0], ids[0]]);
      expect(ids[0]).toMatch(/^<[^<>\s@]+@[^<>\s@]+>$/);
    });

    it("an unknown mailbox is NORING for good", async () => {
      const report = await rig.route.send(mail(rig.addresses.unknown), NEVER);
      expect(report.outcome).toBe("NORING");
      expect(report.temporary).toBeFalsy();
      expect(await rig.taken()).toEqual([]);
    });

    it("a full mailbox is SENDFAIL, and no unknown one", async () => {
      expect(await rig.route.send(mail(rig.addresses.full), NEVER)).toMatchObject({ outcome: "SENDFAIL" });
    });

    it("a mail that is put off is a temporary failure and goes the second time", async () => {
      const patient = mail(rig.addresses.deferredFirst);
      expect(await rig.route.send(patient, NEVER)).toMatchObject({ outcome: "SENDFAIL", temporary: true });
      expect(await rig.taken()).toEqual([]);
      expect(await rig.route.send(patient, NEVER)).toMatchObject({ outcome: "OK" });
      expect(await rig.taken()).toHaveLength(1);
    });

    it("an address is one address: a comma makes no second recipient, a line break no second command", async () => {
      for (const to of [
        `${rig.addresses.good}, opfer@ok.example`,
        `${rig.addresses.good}>\r\nRCPT TO:<opfer@ok.example`,
      ]) {
        const report = await rig.route.send(mail(to), NEVER);
        expect(report.outcome === "OK" ? "taken" : report.temporary).toBeFalsy();
      }
      expect((await rig.taken()).flatMap((t) => t.to).filter((to) => to.includes("opfer"))).toEqual([]);
    });

    it("a subject or a name with line breaks adds no header", async () => {
      const attachments = [{ name: 'a"\r\nX-Evil: 1.pdf', mediaType: "application/pdf\r\nX-Evil: 2", content: BYTES }];
      const report = await rig.route.send(
        mail(rig.addresses.good, { subject: "Hallo\r\nBcc: opfer@ok.example\r\n\r\nWeg", attachments }),
        NEVER,
      );
      expect(report.outcome).toBe("OK");
      const [got] = await rig.taken();
      expect(got?.to).toEqual([rig.addresses.good]);
      expect(got?.text.trim()).toBe("Guten Tag");
      expect(got?.attachments).toHaveLength(1);
    });

    it("a server that is gone is a temporary failure, never an exception", async () => {
      await rig.leave();
      const report = await rig.route.send(mail(rig.addresses.good), NEVER);
      expect(report).toMatchObject({ outcome: "SENDFAIL", temporary: true });
    });

    it("a mail stopped before it went out is interrupted and never sent", async () => {
      const report = await rig.route.send(mail(rig.addresses.good), AbortSignal.abort());
      expect(report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      expect(await rig.taken()).toEqual([]);
    });

    it("a mail stopped while the server is silent ends as interrupted", async () => {
      const stop = new AbortController();
      const report = rig.route.send(mail(rig.addresses.silent), stop.signal);
      await rig.silentAsked();
      stop.abort();
      expect(await report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
    });

    it("closing ends what is in flight, can be repeated, and sends nothing more", async () => {
      const report = rig.route.send(mail(rig.addresses.silent), NEVER);
      await rig.silentAsked();
      await rig.route.close();
      expect(await report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      await rig.route.close();
      expect(await rig.route.send(mail(rig.addresses.good), NEVER)).toMatchObject({ temporary: true });
      expect(await rig.taken()).toEqual([]);
    });
  });
}
