// A batch as files: PDFs, manifest, sums (FORMAT.md).

import { createHash } from "node:crypto";
import type { PrintOrder } from "@depesche/ports";

export interface BatchFile {
  name: string;
  bytes: Uint8Array;
}

export const SUMS = "SHA256SUMS";
export const READY = "READY";
const ADDRESS_LINES = 7;

export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Why an order cannot be put into a batch; our own fault, not the shop's. */
export function orderFault(order: PrintOrder): { code: string; text: string } | undefined {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(order.id)) {
    return { code: "print-id-invalid", text: "The letter's id has characters that a print shop cannot take." };
  }
  if (order.address.length > ADDRESS_LINES) {
    return { code: "print-address-too-long", text: `The address has more than ${ADDRESS_LINES} lines.` };
  }
  return undefined;
}

/** The files of a batch in the order they are to be written; READY comes last. */
export function batchFiles(orders: readonly (PrintOrder & { sha256: string })[]): BatchFile[] {
  const manifest = new TextEncoder().encode(manifestOf(orders));
  const sums = [...orders.map((o) => `${o.sha256}  ${o.id}.pdf\n`), `${sha256(manifest)}  manifest.csv\n`].join("");
  return [
    ...orders.map((o) => ({ name: `${o.id}.pdf`, bytes: o.pdf })),
    { name: "manifest.csv", bytes: manifest },
    { name: SUMS, bytes: new TextEncoder().encode(sums) },
    { name: READY, bytes: new TextEncoder().encode(`${sha256(sums)}\n`) },
  ];
}

function manifestOf(orders: readonly PrintOrder[]): string {
  const places = Array.from({ length: ADDRESS_LINES }, (_, i) => i);
  const head = [
    "id",
    "file",
    "pages",
    "sheets",
    "duplex",
    "colour",
    "envelope",
    ...places.map((i) => `address${i + 1}`),
  ];
  const rows = orders.map((o) => [
    o.id,
    `${o.id}.pdf`,
    String(o.pages),
    String(o.sheets),
    o.duplex ? "1" : "0",
    o.colour ? "1" : "0",
    o.envelope,
    ...places.map((i) => o.address[i] ?? ""),
  ]);
  return [head, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

function quoted(field: string): string {
  return `"${field.replace(/[\r\n]+/g, " ").replaceAll('"', '""')}"`;
}

/** Ids and hashes of a batch written earlier, read back from its sums. */
export function lettersOfSums(sums: string): { id: string; sha256: string }[] {
  return sums.split("\n").flatMap((line) => {
    const m = /^([0-9a-f]{64}) {2}([A-Za-z0-9-]{1,64})\.pdf$/.exec(line);
    return m ? [{ sha256: m[1] as string, id: m[2] as string }] : [];
  });
}
