import type { Client } from "@depesche/client";
import type { RouteOf } from "../../route.ts";

export function Mailbox(_: { client: Client; here: RouteOf<"mailbox"> }) {
  return null;
}
