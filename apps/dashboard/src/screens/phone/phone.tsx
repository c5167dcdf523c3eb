import type { Client } from "@depesche/client";
import type { RouteOf } from "../../route.ts";

export function Phone(_: { client: Client; here: RouteOf<"phone"> }) {
  return null;
}
