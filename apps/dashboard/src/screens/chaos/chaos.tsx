import type { Client } from "@depesche/client";

export function Chaos(_: { client: Client }) {
  return null;
}
