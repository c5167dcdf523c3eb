// What the composer's form says, as an order to the exchange.

import type { SimCallOrder } from "@depesche/client";

/** As much as the gateway takes with one order, base64 left out. */
export const FILE_LIMIT = 20 * 1024 * 1024;

function field(form: FormData, name: string): string | undefined {
  const value = form.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** Octets as base64, in pieces that a call's arguments can hold. */
export function base64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 0x8000) text += String.fromCharCode(...octets.subarray(at, at + 0x8000));
  return btoa(text);
}

/** A TIFF goes as it is, any other file is made into pages first; `empty` and `too-big` are the form's own complaints. */
export async function orderOf(form: FormData): Promise<SimCallOrder | "empty" | "too-big"> {
  const file = form.get("file");
  const order: SimCallOrder = {
    from: field(form, "from") ?? "",
    to: field(form, "to") ?? "",
    mood: field(form, "mood"),
    stationId: field(form, "stationId"),
  };
  if (file instanceof File && file.size > 0) {
    if (file.size > FILE_LIMIT) return "too-big";
    const content = base64(new Uint8Array(await file.arrayBuffer()));
    if (/\.tiff?$/i.test(file.name)) return { ...order, tiff: content };
    return { ...order, document: content, name: file.name };
  }
  const text = field(form, "text");
  return text === undefined ? "empty" : { ...order, text };
}
