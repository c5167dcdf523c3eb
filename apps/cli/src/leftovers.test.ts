import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { endLeftovers } from "./leftovers.ts";

it("processes of a dead owner are given time to end by themselves, and are ended when they do not", async () => {
  const stubborn = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log(1)"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(stubborn.stdout, "data");
  const ended = once(stubborn, "exit");
  await endLeftovers([{ pid: stubborn.pid as number, started: "" }], 20);
  expect(await ended).toEqual([null, "SIGKILL"]);
});

it("a process that has taken over the number of one that is gone is left alone", async () => {
  // Were it not, this process would be killed here.
  await endLeftovers([{ pid: process.pid, started: "another boot/1" }], 0);
});
