import { expect, test } from "vitest";
import { createAnswerer, createCaller, type Event, type Session, step } from "./index.ts";
import type { Action } from "./protocol.ts";
import { FINE, octets } from "./test-support.ts";

const frame = (...octets: number[]): Event => ({
  type: "frame",
  ok: true,
  bytes: Uint8Array.of(0xff, 0xc8, ...octets),
});

const CALLER_EVENTS: Event[] = [
  { type: "connected" },
  frame(0x01, 0, 0x77, 0x1f, 0x22),
  frame(0x22),
  { type: "timeout", timer: "T4" },
  frame(0x21),
  { type: "page", index: 0, octets: octets(3000) },
  frame(0x3d, ...new Array(32).fill(0xff)),
  frame(0x37),
  frame(0x31),
];
const ANSWERER_EVENTS: Event[] = [
  { type: "connected" },
  frame(0xc1, 0, 0x46, 0x1f, 0x22),
  { type: "training", octets: 2700, errors: 0 },
  { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, 0x60, 0x00, 1, 2, 3) },
  frame(0xfd, 0xf4, 0, 0, 0x80),
  { type: "frame", ok: true, bytes: Uint8Array.of(0xff, 0xc0, 0x60, 0x80, 4, 5, 6) },
  frame(0xfd, 0xf4, 0, 0, 0x80),
  { type: "local", what: "page-stored" },
  frame(0xdf),
];

test("a session saved and restored before every event goes on as if nothing had been", () => {
  const cases: [Session, Event[]][] = [
    [createCaller({ pages: [FINE] }), CALLER_EVENTS],
    [createAnswerer(), ANSWERER_EVENTS],
  ];
  for (const [session, events] of cases) {
    let restored = structuredClone(session);
    const plain: Action[] = [];
    const saved: Action[] = [];
    for (const event of events) {
      restored = structuredClone(restored);
      step(session, event, plain);
      step(restored, event, saved);
    }
    expect(saved).toEqual(plain);
    expect(plain.at(-1)).toMatchObject({ type: "hang-up", result: { cause: "completed" } });
  }
});

test("a page handed up is the frames' data in order, whatever the order they came in", () => {
  const session = createAnswerer();
  const out: Action[] = [];
  for (const event of ANSWERER_EVENTS) step(session, event, out);
  const page = out.find((action) => action.type === "received-page");
  expect(page).toMatchObject({ index: 0, octets: Uint8Array.of(1, 2, 3, 4, 5, 6) });
});
