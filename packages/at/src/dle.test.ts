import { expect, it } from "vitest";
import { DLE_ETX, newDleState, stuffDle, unstuffDle } from "./dle.ts";
import { encodeResult, RESULT_CODES, type ResultCode, readResult } from "./result-codes.ts";

it("DLE is doubled and comes back single, cut anywhere", () => {
  const data = Uint8Array.of(1, 0x10, 0x10, 3, 0x10, 0x03, 0x10);
  const shielded = Uint8Array.of(...stuffDle(data), ...DLE_ETX);
  for (let cut = 0; cut <= shielded.length; cut++) {
    const state = newDleState();
    const head = unstuffDle(state, shielded.subarray(0, cut));
    const tail = unstuffDle(state, shielded.subarray(cut));
    expect([...head.data, ...tail.data]).toEqual([...data]);
    expect(head.ended || tail.ended).toBe(true);
  }
});

it("what follows DLE ETX is not data", () => {
  const octets = Uint8Array.of(5, 0x10, 0x03, 0x41, 0x54);
  expect(unstuffDle(newDleState(), octets)).toEqual({ data: Uint8Array.of(5), ended: true, used: 3 });
});

it("DLE SUB is two DLE, an unknown pair is nothing (T.31)", () => {
  expect([...unstuffDle(newDleState(), Uint8Array.of(0x10, 0x1a, 7, 0x10, 0x55, 8)).data]).toEqual([0x10, 0x10, 7, 8]);
});

it("result codes in words and numbers are read back", () => {
  for (const code of Object.keys(RESULT_CODES) as ResultCode[]) {
    for (const verbose of [true, false]) {
      expect(readResult(new TextDecoder().decode(encodeResult(code, verbose)))).toBe(code);
    }
  }
  expect(readResult("CONNECT 14400")).toBe("CONNECT");
  expect(readResult("NO DIAL TONE")).toBe("NO DIALTONE");
  expect(readResult("24,48,72")).toBeUndefined();
});
