/** Names that nobody can guess. */

import { randomBytes } from "node:crypto";

/** Random and unguessable, letters and digits only (RFC 3261 §19.3 wants at least 32 bits). */
export function newId(): string {
  return randomBytes(8).toString("hex");
}
