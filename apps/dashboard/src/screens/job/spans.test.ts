import type { AttemptView, RecipientView } from "@depesche/client";
import { expect, test } from "vitest";
import { courseOf } from "./spans.ts";

const T = Date.parse("2026-03-01T12:00:00Z");
const iso = (seconds: number) => new Date(T + seconds * 1000).toISOString();
const attempt = (from: number, to: number) => ({ startedAt: iso(from), endedAt: iso(to) }) as AttemptView;
const recipient = (rest: Partial<RecipientView>) => ({ state: "final", attempts: 1, ...rest }) as RecipientView;
const seconds = (span: { kind: string; from: number; to: number } | undefined) =>
  span && [span.kind, (span.from - T) / 1000, (span.to - T) / 1000];

test("between two attempts there is a wait, and each attempt has a row of its own", () => {
  const attempts = [attempt(2, 5), attempt(65, 80)];
  const { lanes, axis } = courseOf({ recipient: recipient({}), attempts, since: T, now: T + 900_000 });
  expect(lanes.map(({ wait, call }) => [seconds(wait), seconds(call)])).toEqual([
    [
      ["waiting", 0, 2],
      ["calling", 2, 5],
    ],
    [
      ["waiting", 5, 65],
      ["calling", 65, 80],
    ],
  ]);
  expect([axis.from - T, axis.to - T]).toEqual([0, 80_000]);
});

test("a redial that is due is a wait into the future, and one whose time has come only waits", () => {
  const attempts = [attempt(2, 5)];
  const facts = { recipient: recipient({ state: "retry", dueAt: iso(60) }), attempts, since: T };
  expect(seconds(courseOf({ ...facts, now: T + 30_000 }).lanes[1]?.wait)).toEqual(["due", 5, 60]);
  expect(seconds(courseOf({ ...facts, now: T + 70_000 }).lanes[1]?.wait)).toEqual(["waiting", 5, 70]);
});

test("the attempt under way reaches to now, from where it was heard to begin", () => {
  const facts = { recipient: recipient({ state: "sending" }), attempts: [], since: T, now: T + 9000 };
  expect(seconds(courseOf({ ...facts, liveSince: T + 4000 }).lanes[0]?.call)).toEqual(["live", 4, 9]);
  expect(seconds(courseOf(facts).lanes[0]?.call)).toEqual(["live", 9, 9]);
});

test("what came after the outcome lies on the same axis", () => {
  const facts = { attempts: [attempt(1, 2)], since: T, now: T + 60_000 };
  const { axis, deliveredAt } = courseOf({
    ...facts,
    recipient: recipient({ delivery: "delivered", deliveryAt: iso(40) }),
  });
  expect(deliveredAt).toBe(T + 40_000);
  expect(axis.to).toBe(T + 40_000);
});

test("an attempt from before the job was due, or with no length, still lies within its axis", () => {
  const { lanes, axis } = courseOf({ recipient: recipient({}), attempts: [attempt(-3, -3)], since: T, now: T });
  expect(lanes[0]?.wait).toBeUndefined();
  expect(axis.from).toBe(T - 3000);
});
