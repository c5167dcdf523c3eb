import type { Client } from "@depesche/client";
import type { RouteOf } from "../../route.ts";

export function Failures(_: { client: Client; here: RouteOf<"failures"> }) {
  return null;
}
