import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { readSettings } from "@depesche/core";
import { afterEach, describe, expect, it } from "vitest";
import { type HouseDouble, houseDouble } from "../house.double.ts";
import { insideFindings } from "./findings-inside.ts";
import { evictionPolicy } from "./inside.ts";

/** The servers live in this very process: when it is away, they do not answer either. */
const PATIENCE_MS = 15_000;

let redis: Server | undefined;
let house: HouseDouble | undefined;
afterEach(async () => {
  redis?.close();
  redis = undefined;
  await house?.close();
  house = undefined;
});

/** A Redis that answers whatever it is asked with these octets. */
async function redisDouble(answer: string): Promise<{ port: number; asked(): string }> {
  let asked = "";
  redis = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      asked += data;
      socket.end(answer);
    });
  }).listen(0, "127.0.0.1");
  await once(redis, "listening");
  return { port: (redis.address() as AddressInfo).port, asked: () => asked };
}

const policy = (word: string) => `*2\r\n$16\r\nmaxmemory-policy\r\n$${word.length}\r\n${word}\r\n+OK\r\n`;

async function findings(env: Record<string, string>) {
  const read = readSettings({ DEPESCHE_DATA: "/nowhere", DEPESCHE_PORT: "1", ...env });
  if (!read.ok) throw new Error(read.problems.join());
  return new Map((await insideFindings(read.settings, "demo-key", PATIENCE_MS)).map((f) => [f.check, f]));
}

describe("what the doctor asks", () => {
  it("Redis: with another policy than noeviction jobs may be lost", async () => {
    const { port } = await redisDouble(policy("allkeys-lru"));
    const found = await findings({ REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(found.get("queue")).toMatchObject({
      state: "wrong",
      key: "doctor.queue.evicts",
      values: { policy: "allkeys-lru" },
    });
  });

  it("Redis: with the password of the address, after which noeviction is well", async () => {
    const double = await redisDouble(`+OK\r\n${policy("noeviction")}`);
    expect(await evictionPolicy(`redis://:gehe%20im@127.0.0.1:${double.port}`, PATIENCE_MS)).toBe("noeviction");
    expect(double.asked()).toContain("*2\r\n$4\r\nAUTH\r\n$7\r\ngehe im\r\n");
  });

  it("Redis: what it answers instead is said", async () => {
    const { port } = await redisDouble("-NOAUTH Authentication required.\r\n");
    const found = await findings({ REDIS_URL: `redis://127.0.0.1:${port}` });
    expect(found.get("queue")).toMatchObject({ state: "wrong", values: { why: "NOAUTH Authentication required." } });
  });

  it("the gateway: a clock that is a minute off is something to mind, and the simulated one is told", async () => {
    const wall = new Date(Date.now() + 60_000).toISOString();
    house = await houseDouble({ "GET /v1/clock": { body: { wall, now: wall, speed: 20, unpaced: false } } });
    const found = await findings({ DEPESCHE_PORT: house.env.DEPESCHE_PORT as string });
    expect(found.get("clock-gateway")).toMatchObject({ state: "warning", key: "doctor.clock.gateway-off" });
    expect(found.get("clock-simulated")?.values).toMatchObject({ speed: 20 });
  });

  it("nobody: without a house there is nothing to tell but where the queue would be", async () => {
    expect([...(await findings({})).keys()]).toEqual(["queue"]);
  });
});
