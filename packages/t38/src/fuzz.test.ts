import { describe, expect, it } from "vitest";
import { decodeIfp, encodeIfp } from "./ifp.ts";
import type { Field, Ifp } from "./packet.ts";
import { FIELD_TYPES } from "./packet.ts";
import { TpktSplitter } from "./tpkt.ts";
import { decodeUdptl, encodeUdptl } from "./udptl.ts";
import { UdptlReceiver } from "./udptl-receiver.ts";

/** xorshift32: the same sequence for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const copy = bytes.slice(0, next(4) === 0 ? next(bytes.length + 1) : bytes.length);
  for (let i = next(4); i >= 0 && copy.length > 0; i--) copy[next(copy.length)] = next(256);
  return copy;
}

describe("malformed input", () => {
  const next = random(20260119);
  const ifps = Array.from({ length: 200 }, (): Uint8Array => {
    const fields: Field[] = Array.from({ length: next(6) }, () => {
      const type = FIELD_TYPES[next(FIELD_TYPES.length)]!;
      return next(2) ? { type, data: new Uint8Array(1 + next(40)).map(() => next(256)) } : { type };
    });
    const ifp: Ifp = { kind: "data", modulation: "v17-14400", fields };
    return encodeIfp(ifp);
  });

  it("an IFP either decodes to something that encodes to the same meaning, or is refused within its octets", () => {
    for (let round = 0; round < 5000; round++) {
      const bytes = mutated(ifps[next(ifps.length)]!, next);
      const result = decodeIfp(bytes);
      if (result.ok) expect(decodeIfp(encodeIfp(result.ifp))).toEqual(result);
      else expect(result.at).toBeLessThanOrEqual(bytes.length);
    }
  });

  it("a datagram never makes the receiver throw or hand out more than it was given", () => {
    const receiver = new UdptlReceiver();
    let given = 0;
    let taken = 0;
    for (let round = 0; round < 5000; round++) {
      const packets = [ifps[next(200)]!, ifps[next(200)]!];
      const recovery = next(2)
        ? ({ kind: "redundancy", packets } as const)
        : ({ kind: "fec", span: next(5), entries: packets } as const);
      const wire = encodeUdptl({ sequence: round & 0xffff, primary: ifps[next(200)]!, recovery });
      const result = decodeUdptl(mutated(wire, next));
      if (!result.ok) continue;
      const { recovery: extra } = result.datagram;
      given += 1 + (extra.kind === "redundancy" ? extra.packets.length : extra.entries.length);
      taken += receiver.receive(result.datagram).filter((received) => received.kind === "ifp").length;
    }
    expect(taken).toBeLessThanOrEqual(given);
    expect(taken).toBeGreaterThan(0);
  });

  it("a TPKT stream never makes the splitter throw", () => {
    for (let round = 0; round < 2000; round++) {
      const splitter = new TpktSplitter({ maxOctets: 1024 });
      for (let piece = 0; piece < 5; piece++) {
        const result = splitter.push(mutated(Uint8Array.of(3, 0, 0, 6, 1, 2, 3, 0, 0, 5, 9), next));
        for (const ifp of result.ifps) expect(ifp.length).toBeLessThanOrEqual(1020);
      }
    }
  });
});
