import type { Client } from "@depesche/client";

export function Dispatch(_: { client: Client }) {
  return null;
}
