import type { AttemptOrder, BlobStore, PrintOrder, PrintReport, PrintShop } from "@depesche/ports";
import { describe, expect, it } from "vitest";
import { type LetterDelivery, letterWork } from "./work.ts";

const PDF = new TextEncoder().encode("%PDF-1.4");
const ADDRESS = ["Frau Muster", "Große Straße 12a", "64283 Darmstadt"];
const blobs = { get: async (hash: string) => (hash === "aa" ? PDF : undefined) } as BlobStore;
const OK: PrintReport = { outcome: "OK", cause: { code: "print-acknowledged", text: "Acknowledged." } };

/** A shop that notes what it gets and answers always the same. */
class NotingShop implements PrintShop {
  readonly orders: PrintOrder[] = [];
  tell: Parameters<PrintShop["onDelivery"]>[0] = async () => {};
  readonly #report: PrintReport;

  constructor(report: PrintReport) {
    this.#report = report;
  }

  async submit(order: PrintOrder): Promise<PrintReport> {
    this.orders.push(order);
    return this.#report;
  }

  onDelivery(listener: Parameters<PrintShop["onDelivery"]>[0]): void {
    this.tell = listener;
  }

  async close(): Promise<void> {}
}

function order(more: Partial<AttemptOrder> = {}): AttemptOrder {
  return {
    key: "12.0.2",
    accountId: 1,
    sender: { name: "Muster GmbH" },
    address: "64283 Darmstadt",
    reference: "",
    content: {
      documents: [],
      pages: { hash: "aa", count: 3 },
      letter: { address: ADDRESS, international: false, sheets: 2 },
    },
    options: { colour: true },
    pageCount: 3,
    repeat: false,
    ...more,
  };
}

async function attempt(given: AttemptOrder, report: PrintReport = OK, store = blobs) {
  const shop = new NotingShop(report);
  const work = letterWork({ shop, blobs: store, onDelivery: async () => {} });
  const signal = new AbortController().signal;
  return { orders: shop.orders, report: await work.send(given, { line: 0, signal, progress: () => {} }) };
}

describe("an attempt of the letter channel", () => {
  it("is one letter for the shop, under an id all attempts share", async () => {
    const { orders, report } = await attempt(order());
    const letter = { pdf: PDF, address: ADDRESS, pages: 3, sheets: 2, duplex: true, colour: true, envelope: "DINLANG" };
    expect(orders).toEqual([{ id: "12-0", ...letter }]);
    expect(report).toEqual({ ...OK, pages: 3, carrierId: "12-0" });
    expect((await attempt(order({ key: "12.0.7" }))).orders[0]?.id).toBe("12-0");
  });

  it("is printed on one side when the check counted a sheet for each page, and goes C4 from ten sheets", async () => {
    const content = {
      documents: [],
      pages: { hash: "aa", count: 10 },
      letter: { address: ADDRESS, international: false, sheets: 10 },
    };
    expect((await attempt(order({ content, options: {} }))).orders[0]).toMatchObject({
      duplex: false,
      colour: false,
      envelope: "C4",
    });
  });

  it("without a checked letter or with a PDF that is gone fails for good; nothing is printed", async () => {
    const unchecked = await attempt(order({ content: { documents: [] } }));
    expect(unchecked).toMatchObject({
      orders: [],
      report: { outcome: "SENDFAIL", cause: { code: "letter-unchecked" } },
    });
    const gone = order();
    gone.content.pages = { hash: "bb", count: 3 };
    const { orders, report } = await attempt(gone);
    expect(orders).toEqual([]);
    expect(report).toMatchObject({ outcome: "SENDFAIL", cause: { code: "document-missing" } });
    expect(report.temporary).toBeUndefined();
  });

  it("with a store that is down fails for now", async () => {
    const down = { get: () => Promise.reject(new Error("EIO")) } as unknown as BlobStore;
    expect((await attempt(order(), OK, down)).report).toMatchObject({ outcome: "SENDFAIL", temporary: true });
  });

  it("cut by our own stop is interrupted, refused by the shop it is not", async () => {
    const cut: PrintReport = { outcome: "SENDFAIL", cause: { code: "interrupted", text: "Stopped." }, temporary: true };
    const refused: PrintReport = { outcome: "SENDFAIL", cause: { code: "print-pdf-unreadable", text: "No." } };
    expect((await attempt(order(), cut)).report.interrupted).toBe(true);
    expect((await attempt(order(), refused)).report).toEqual(refused);
  });
});

it("deliveries are told by job and recipient; letters of other senders are not ours to tell", async () => {
  const shop = new NotingShop(OK);
  const told: LetterDelivery[] = [];
  letterWork({ shop, blobs, onDelivery: async (d) => told.push(d) });
  await shop.tell({ id: "12-3", state: "printed" });
  await shop.tell({ id: "fremd-3", state: "printed" });
  await shop.tell({ id: "12-3", state: "returned", detail: "unbekannt verzogen" });
  expect(told).toEqual([
    { job: 12, n: 3, state: "printed" },
    { job: 12, n: 3, state: "returned", detail: "unbekannt verzogen" },
  ]);
});
