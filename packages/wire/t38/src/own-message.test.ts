import { decodeIfp } from "@depesche/t38";
import { expect, it } from "vitest";
import { decodeOwn, encodeOwn, isOwnMessage, type OwnMessage } from "./index.ts";

const MESSAGES: OwnMessage[] = [
  { kind: "hello", token: "abc123" },
  { kind: "at", us: 7_200_000_000 },
  { kind: "idle", sent: 12, received: 4_000_000_000, deadlineUs: undefined },
  { kind: "idle", sent: 0, received: 0, deadlineUs: 0 },
  { kind: "hang-up", us: 1 },
];

it("a message between our own ends is read as it was written", () => {
  for (const message of MESSAGES) expect(decodeOwn(encodeOwn(message))).toEqual(message);
});

it("no IFP of version 0 can be taken for one", () => {
  for (const message of MESSAGES) {
    expect(isOwnMessage(encodeOwn(message))).toBe(true);
    expect(decodeIfp(encodeOwn(message))).toMatchObject({ ok: false, problem: "ifp-indicator-unknown" });
  }
});

it("a malformed one is refused", () => {
  for (const message of MESSAGES) {
    const bytes = encodeOwn(message);
    if (message.kind !== "hello") expect(decodeOwn(bytes.subarray(0, -1))).toBeUndefined();
  }
  expect(decodeOwn(Uint8Array.of(0x3e, 9))).toBeUndefined();
  expect(decodeOwn(Uint8Array.of(0x3e, 1, 0x20))).toBeUndefined();
});
