import type { Client } from "@depesche/client";

export function Dial(_: { client: Client }) {
  return null;
}
