import type { Client } from "@depesche/client";

export function ScenarioScreen(_: { client: Client }) {
  return null;
}
