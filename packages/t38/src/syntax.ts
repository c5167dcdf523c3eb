/**
 * Which of both syntaxes of version 0 a peer speaks. Annex A of 1998 writes a field's type in three bits, its corrigendum in
 * four (an extension mark before them); the SDP does not reliably tell, so the peer's own packets do.
 */

import { decodeIfp } from "./ifp.ts";
import type { Ifp, IfpProblem, IfpSyntax } from "./packet.ts";

/** Reads one direction of a session and learns its syntax from it. */
export class SyntaxGuess {
  #syntax: IfpSyntax;
  /** Something was read that the other syntax does not allow. */
  #sure = false;
  /** The frame that is being read has data and no FCS yet. */
  #openFrame = false;

  /** @param syntax what the SDP suggests */
  constructor(syntax: IfpSyntax = "pre-corrigendum") {
    this.#syntax = syntax;
  }

  /** The syntax as far as it is known; what is sent to the peer should follow it. */
  get syntax(): IfpSyntax {
    return this.#syntax;
  }

  /** As `decodeIfp`, in the syntax that makes sense of the packet. */
  decode(bytes: Uint8Array): { ok: true; ifp: Ifp } | { ok: false; problem: IfpProblem; at: number } {
    const here = decodeIfp(bytes, this.#syntax);
    // Only packets with fields differ.
    if (here.ok && (here.ifp.kind === "indicator" || here.ifp.fields.length === 0)) return here;
    const otherSyntax: IfpSyntax = this.#syntax === "corrigendum" ? "pre-corrigendum" : "corrigendum";
    const other = this.#sure ? undefined : decodeIfp(bytes, otherSyntax);
    const sense = (decoded: typeof here | undefined) =>
      decoded?.ok === true && makesSense(decoded.ifp, this.#openFrame);
    if (other && sense(other) && !sense(here)) {
      this.#syntax = otherSyntax;
      this.#sure = !here.ok;
      this.#note(other);
      return other;
    }
    if (sense(here) && other && !other.ok) this.#sure = true;
    this.#note(here);
    return here;
  }

  /** Packets are lost here: a frame may have ended in them. */
  gap(): void {
    this.#openFrame = false;
  }

  #note(decoded: ReturnType<typeof decodeIfp>): void {
    if (decoded.ok && decoded.ifp.kind === "data") this.#openFrame = leavesOpen(decoded.ifp.fields, this.#openFrame);
  }
}

/** False when fields come in an order that no sender uses: a carrier that ends in the midst of a frame, an FCS of nothing. */
function makesSense(ifp: Ifp, openFrame: boolean): boolean {
  if (ifp.kind === "indicator") return true;
  let open = openFrame;
  for (const field of ifp.fields) {
    if (field.type === "hdlc-data") open = true;
    else if (field.type === "hdlc-sig-end") {
      if (open) return false;
    } else if (field.type.startsWith("hdlc-fcs")) {
      if (field.data !== undefined || !open) return false;
      open = false;
    } else if (ifp.modulation === "v21" || (field.type === "t4-non-ecm-data" && !field.data)) return false;
  }
  return true;
}

function leavesOpen(fields: readonly { type: string }[], openFrame: boolean): boolean {
  let open = openFrame;
  for (const { type } of fields) open = type === "hdlc-data";
  return open;
}
