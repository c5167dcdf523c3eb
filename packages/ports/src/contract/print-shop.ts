// What every PrintShop must do, whatever shop stands behind it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PrintOrder, PrintShop } from "../print-shop.ts";

/** A print shop with the floor behind it, as the contract needs it. */
export interface PrintShopRig {
  /** The driver under test; `reopen` replaces it. */
  shop: PrintShop;
  /** Letters the floor has printed so far, with the bytes it got, in order. */
  printed(): Promise<{ id: string; pdf: Uint8Array; address: string[] }[]>;
  /** Simulated hours pass on the floor: letters are printed and handed over. */
  pass(): Promise<void>;
  /** The floor stops looking at what comes in, and goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Lets the driver's waiting time for an answer pass. */
  losePatience(): Promise<void>;
  /** Closes the driver and opens another on the same shop, as after a restart. */
  reopen(): Promise<PrintShop>;
  /** Frees everything, the current driver included. */
  dispose(): Promise<void>;
}

const NEVER = new AbortController().signal;
let count = 0;

/** A PDF of blank A4 pages, told apart by `mark`. */
export function blankPdf(pages: number, mark: string): Uint8Array {
  const kids = Array.from({ length: pages }, (_, i) => `${i + 3} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`,
    ...Array.from({ length: pages }, () => "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"),
  ];
  let text = `%PDF-1.4\n% ${mark}\n`;
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const xref = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${xref}trailer\n`;
  text += `<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.indexOf("xref\n0")}\n%%EOF\n`;
  return new TextEncoder().encode(text);
}

export function printOrder(more: Partial<PrintOrder> = {}): PrintOrder {
  count++;
  const id = more.id ?? `${count}-0`;
  return {
    id,
    pdf: blankPdf(more.pages ?? 2, id),
    address: ["Frau Änne Müßig-Öztürk", 'Große "Straße" 12a, Hof', "64283 Darmstadt"],
    pages: 2,
    sheets: 1,
    duplex: true,
    colour: false,
    envelope: "DINLANG",
    ...more,
  };
}

/** Registers the contract as tests. */
export function printShopContract(name: string, open: () => Promise<PrintShopRig>): void {
  describe(`${name} keeps the contract of a print shop`, () => {
    let rig: PrintShopRig;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.dispose());

    it("an acknowledged letter is OK, and the shop has its very bytes and address", async () => {
      const order = printOrder();
      expect(await rig.shop.submit(order, NEVER)).toMatchObject({ outcome: "OK" });
      const [letter] = await rig.printed();
      expect(letter).toMatchObject({ id: order.id, address: order.address });
      expect(Buffer.from(letter?.pdf ?? []).equals(order.pdf)).toBe(true);
    });

    it("many letters at once are all printed, each once", async () => {
      const orders = Array.from({ length: 150 }, () => printOrder());
      const reports = await Promise.all(orders.map((o) => rig.shop.submit(o, new AbortController().signal)));
      expect(reports.filter((r) => r.outcome !== "OK")).toEqual([]);
      expect((await rig.printed()).map((l) => l.id).sort()).toEqual(orders.map((o) => o.id).sort());
    });

    it("a repeat of the same letter is acknowledged without a second print", async () => {
      const order = printOrder();
      await rig.shop.submit(order, NEVER);
      expect(await rig.shop.submit(order, NEVER)).toMatchObject({ outcome: "OK" });
      const later = await rig.reopen();
      expect(await later.submit(order, NEVER)).toMatchObject({ outcome: "OK" });
      expect(await rig.printed()).toHaveLength(1);
    });

    it("another letter under the same id is refused for good", async () => {
      const order = printOrder();
      await rig.shop.submit(order, NEVER);
      const report = await rig.shop.submit({ ...order, pdf: blankPdf(2, "another") }, NEVER);
      expect(report.outcome).toBe("SENDFAIL");
      expect(report.temporary).toBeFalsy();
      expect(await rig.printed()).toHaveLength(1);
    });

    it("what is no PDF, or not of the pages it is said to have, is refused for good", async () => {
      const faulty = [
        printOrder({ pdf: new TextEncoder().encode("Guten Tag") }),
        printOrder({ pdf: blankPdf(3, "three") }),
      ];
      for (const order of faulty) {
        const report = await rig.shop.submit(order, NEVER);
        expect(report.outcome).toBe("SENDFAIL");
        expect(report.temporary).toBeFalsy();
        expect(report.cause.code).toMatch(/^[a-z0-9-]+$/);
      }
      expect(await rig.printed()).toEqual([]);
    });

    it("a bad letter does not harm its neighbours", async () => {
      const orders = [printOrder(), printOrder({ pdf: new TextEncoder().encode("kaputt") }), printOrder()];
      const reports = await Promise.all(orders.map((o) => rig.shop.submit(o, NEVER)));
      expect(reports.map((r) => r.outcome)).toEqual(["OK", "SENDFAIL", "OK"]);
    });

    it("printed and handed over are told once for each letter, in that order", async () => {
      const told: string[] = [];
      rig.shop.onDelivery(async ({ id, state }) => {
        told.push(`${id} ${state}`);
      });
      const orders = [printOrder(), printOrder()];
      await Promise.all(orders.map((o) => rig.shop.submit(o, NEVER)));
      await rig.pass();
      await expect.poll(() => told.length).toBe(4);
      for (const { id } of orders) {
        expect(told.filter((t) => t.startsWith(`${id} `))).toEqual([`${id} printed`, `${id} handed-over`]);
      }
    });

    it("deliveries of letters of an earlier run are told to the next, and to no other after it", async () => {
      const order = printOrder();
      await rig.shop.submit(order, NEVER);
      const second = await rig.reopen();
      await rig.pass();
      const told: string[] = [];
      second.onDelivery(async ({ id, state }) => {
        told.push(`${id} ${state}`);
      });
      await expect.poll(() => told).toEqual([`${order.id} printed`, `${order.id} handed-over`]);
      const third = await rig.reopen();
      third.onDelivery(async ({ state }) => {
        told.push(state);
      });
      await third.submit(printOrder(), NEVER);
      expect(told).toHaveLength(2);
    });

    it("a delivery whose listener fails is told again", async () => {
      let tries = 0;
      const told: string[] = [];
      rig.shop.onDelivery(async ({ state }) => {
        tries++;
        if (tries === 1) throw new Error("the ledger is away");
        told.push(state);
      });
      await rig.shop.submit(printOrder(), NEVER);
      await rig.pass();
      await expect.poll(() => [...told].sort()).toEqual(["handed-over", "printed"]);
    });

    it("a shop that does not answer is a temporary failure, and the next try prints once", async () => {
      await rig.pause();
      const order = printOrder();
      const report = rig.shop.submit(order, NEVER);
      await rig.losePatience();
      expect(await report).toMatchObject({ outcome: "SENDFAIL", temporary: true });
      const again = rig.shop.submit(order, NEVER);
      await rig.resume();
      expect(await again).toMatchObject({ outcome: "OK" });
      expect(await rig.printed()).toHaveLength(1);
    });

    it("a letter left with a closed shop is recognised by the next run", async () => {
      await rig.pause();
      const order = printOrder();
      const stop = new AbortController();
      const report = rig.shop.submit(order, stop.signal);
      await rig.losePatience();
      await report;
      const next = await rig.reopen();
      const again = next.submit(order, NEVER);
      await rig.resume();
      expect(await again).toMatchObject({ outcome: "OK" });
      expect(await rig.printed()).toHaveLength(1);
    });

    it("a letter stopped before it went out is interrupted and never printed", async () => {
      const report = await rig.shop.submit(printOrder(), AbortSignal.abort());
      expect(report).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      await rig.shop.submit(printOrder(), NEVER);
      expect(await rig.printed()).toHaveLength(1);
    });

    it("a stop and a close end what is waiting as interrupted, and nothing more is taken", async () => {
      await rig.pause();
      const stop = new AbortController();
      const [stopped, closed] = [rig.shop.submit(printOrder(), stop.signal), rig.shop.submit(printOrder(), NEVER)];
      stop.abort();
      expect(await stopped).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      await rig.shop.close();
      expect(await closed).toMatchObject({ temporary: true, cause: { code: "interrupted" } });
      await rig.shop.close();
      expect(await rig.shop.submit(printOrder(), NEVER)).toMatchObject({ cause: { code: "interrupted" } });
    });
  });
}
