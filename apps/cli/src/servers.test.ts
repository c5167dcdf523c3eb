import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { assertAnswers, placeOf } from "./servers.ts";

it("a server that is wanted and does not answer is named by its variable and place", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await assertAnswers("REDIS_URL", `redis://127.0.0.1:${port}/2`, 6379);
  await assertAnswers("REDIS_URL", undefined, 6379);
  server.close();
  // Nobody is given that port; the one of a closed server may be another's already.
  await expect(assertAnswers("REDIS_URL", "redis://127.0.0.1:1/2", 6379)).rejects.toMatchObject({
    message: expect.stringContaining("127.0.0.1:1, where REDIS_URL says"),
  });
});

it("a server that has answered counts, also where the process itself was away until its patience was over", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asked = assertAnswers("REDIS_URL", `redis://127.0.0.1:${port}`, 6379);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100);
  await asked;
  server.close();
});

it("an address without a port means the usual one", () => {
  expect(placeOf("redis://[::1]", 6379)).toEqual({ host: "::1", port: 6379, text: "::1:6379" });
});
