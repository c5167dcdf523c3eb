import type { Ifp } from "@depesche/t38";
import { expect, it } from "vitest";
import { ifpPair } from "./ifp-pair.ts";
import { VirtualWall } from "./virtual-wall.ts";

const CED: Ifp = { kind: "indicator", indicator: "ced" };
const CNG: Ifp = { kind: "indicator", indicator: "cng" };

it("brings what is said to the other end after the delay, in order, and the end of the line behind it", async () => {
  const wall = new VirtualWall();
  const [a, b] = ifpPair({ wall, delayUs: 40_000 });
  const heard: string[] = [];
  b.listen({
    ifp: (ifp) => heard.push(`${wall.nowUs()} ${ifp.kind === "indicator" ? ifp.indicator : ""}`),
    gap: () => heard.push("gap"),
    lost: (problem) => heard.push(`${wall.nowUs()} ${problem}`),
  });
  a.send(CNG);
  wall.at(10_000, () => {
    a.send(CED);
    a.close();
  });
  await wall.run(1_000_000);
  expect(heard).toEqual(["40000 cng", "50000 ced", "50000 peer-closed"]);
});

it("keeps what comes before anybody listens", async () => {
  const wall = new VirtualWall();
  const [a, b] = ifpPair({ wall, delayUs: 40_000 });
  a.send(CED);
  await wall.run(1_000_000);
  const heard: Ifp[] = [];
  b.listen({ ifp: (ifp) => heard.push(ifp), gap: () => {}, lost: () => {} });
  await wall.run(2_000_000);
  expect(heard).toEqual([CED]);
});

it("leaves nothing waiting when both ends are closed", async () => {
  const wall = new VirtualWall();
  const [a, b] = ifpPair({ wall });
  b.listen({ ifp: () => {}, gap: () => {}, lost: () => {} });
  a.send(CED);
  b.close();
  a.close();
  expect(wall.waiting).toBe(0);
});
