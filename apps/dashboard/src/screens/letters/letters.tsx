import type { Client } from "@depesche/client";
import type { RouteOf } from "../../route.ts";

export function Letters(_: { client: Client; here: RouteOf<"letters"> }) {
  return null;
}
