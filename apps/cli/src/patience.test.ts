import { expect, it } from "vitest";
import { EXIT } from "./exit-code.ts";
import { Failure } from "./failure.ts";
import { ioDouble } from "./io.double.ts";
import { patiently } from "./patience.ts";

const silent = () => new Failure(EXIT.unreachable, "fail.gateway-silent", { url: "http://127.0.0.1:9" });

it("asks until somebody answers", async () => {
  const io = ioDouble();
  const answer = await patiently(io, async () => {
    if (io.monotonic() < 10_000) throw silent();
    return "here";
  });
  expect(answer).toBe("here");
});

it("gives up after half a minute, and at once when it is refused", async () => {
  const io = ioDouble();
  await expect(patiently(io, () => Promise.reject(silent()))).rejects.toThrow("No answer");
  expect(io.monotonic()).toBeGreaterThan(30_000);
  const before = io.monotonic();
  await expect(patiently(io, () => Promise.reject(new Error("no credit")))).rejects.toThrow("no credit");
  expect(io.monotonic()).toBe(before);
});
