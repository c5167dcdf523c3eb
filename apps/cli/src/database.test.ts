// The embedded database of a house, with a server of our own that dies when it is told to.

import { expect, it, vi } from "vitest";
import { keepDatabase } from "./database.ts";

/** A server whose lives end on demand; `starts` decides about each restart: a reason when it fails. */
function mortal(starts: (nth: number) => string | undefined = () => undefined) {
  let die = (_: string) => {};
  const life = () =>
    new Promise<string>((done) => {
      die = done;
    });
  const database = {
    exited: life(),
    restart: vi.fn(async () => {
      const failure = starts(database.restart.mock.calls.length);
      if (failure !== undefined) throw new Error(failure);
      database.exited = life();
    }),
    stop: vi.fn(async (_: number) => die("SIGINT")),
  };
  return { database, die: (how: string) => die(how) };
}

function keep(database: ReturnType<typeof mortal>["database"], restartMs: readonly number[] = [0]) {
  const onRestart = vi.fn<(how: string) => void>();
  const onGivenUp = vi.fn<(why: string) => void>();
  return { kept: keepDatabase(database, { onRestart, onGivenUp, restartMs }), onRestart, onGivenUp };
}

it("is started again after each death, however often, and says how it died", async () => {
  const { database, die } = mortal();
  const { onRestart, onGivenUp, kept } = keep(database);
  for (let death = 1; death <= 8; death++) {
    die(death === 1 ? "SIGKILL" : "1");
    await expect.poll(() => database.restart.mock.calls.length).toBe(death);
  }
  expect(onRestart.mock.calls.flat()).toEqual(["SIGKILL", ...Array(7).fill("1")]);
  expect(onGivenUp).not.toHaveBeenCalled();
  await kept.stop(1000);
});

it("starts that fail now and then are tried again", async () => {
  const words = [
    "2026-11-22 20:21:36.030 UTC [7] FATAL:  busy",
    "2026-11-22 20:21:36.031 UTC [7] HINT:  wait",
    "2026-11-22 20:21:36.031 UTC [8] FATAL:  the database system is starting up",
  ].join("\n");
  const { database, die } = mortal((nth) => (nth % 5 === 0 ? undefined : words));
  const { onRestart, onGivenUp, kept } = keep(database);
  die("SIGKILL");
  await expect.poll(() => database.restart.mock.calls.length).toBe(5);
  expect(onRestart.mock.calls.flat()).toEqual(["SIGKILL", ...Array(4).fill("FATAL:  busy")]);
  die("SIGKILL");
  await expect.poll(() => database.restart.mock.calls.length).toBe(10);
  expect(onGivenUp).not.toHaveBeenCalled();
  await kept.stop(1000);
});

it("gives up with the reason after five starts in a row that failed", async () => {
  const { database, die } = mortal(
    () => 'FATAL:  could not create lock file "postmaster.pid": No space left on device',
  );
  const { onGivenUp } = keep(database);
  die("SIGKILL");
  await expect.poll(() => onGivenUp.mock.calls.length).toBe(1);
  expect(onGivenUp.mock.calls).toEqual([
    ['FATAL:  could not create lock file "postmaster.pid": No space left on device'],
  ]);
  expect(database.restart).toHaveBeenCalledTimes(5);
});

it("is not started again by a stop, nor by one within the pause, and nothing is said of it", async () => {
  const asked = mortal();
  const first = keep(asked.database);
  await first.kept.stop(700);
  expect(asked.database.stop).toHaveBeenCalledWith(700);

  const dead = mortal();
  const second = keep(dead.database, [60_000]);
  dead.die("SIGKILL");
  await expect.poll(() => second.onRestart.mock.calls.length).toBe(1);
  await second.kept.stop(700);

  const starting = mortal();
  let fail = (_: Error) => {};
  starting.database.restart.mockImplementation(() => new Promise<void>((_, no) => (fail = no)));
  const third = keep(starting.database);
  starting.die("SIGKILL");
  await expect.poll(() => starting.database.restart.mock.calls.length).toBe(1);
  await third.kept.stop(700);
  fail(new Error("stopped"));

  await new Promise((done) => setImmediate(done));
  expect(first.onRestart).not.toHaveBeenCalled();
  expect(second.onRestart).toHaveBeenCalledTimes(1);
  expect(third.onRestart).toHaveBeenCalledTimes(1);
  for (const { onGivenUp } of [first, second, third]) expect(onGivenUp).not.toHaveBeenCalled();
  expect(asked.database.restart).not.toHaveBeenCalled();
  expect(dead.database.restart).not.toHaveBeenCalled();
  expect(starting.database.restart).toHaveBeenCalledTimes(1);
});
