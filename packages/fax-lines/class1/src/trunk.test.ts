import type { FaxCallReport } from "@depesche/ports";
import { contractPage, contractSource, keepingHandler } from "@depesche/ports/contract/fax-trunk";
import { equalBitmaps } from "@depesche/t4";
import { renderLadder } from "@depesche/wire-t38";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PLAIN, TelephoneNetwork } from "./telephone-network.double.ts";
import { type Class1LineOptions, openClass1Trunk } from "./trunk.ts";

const OWN = "+493023125920";
const NEVER = new AbortController().signal;
const MACHINE = "+493023125000";

let network: TelephoneNetwork;
let trunk: ReturnType<typeof openClass1Trunk>;
beforeEach(() => {
  network = new TelephoneNetwork();
  network.farEnds.set("493023125000", { kind: "machine" });
});
afterEach(async () => {
  await trunk.close();
  network.stop();
});

function open(options: Partial<Class1LineOptions> = {}): void {
  trunk = openClass1Trunk({
    lines: [{ place: { host: "modem.example", port: 5801 }, number: OWN, ...options }],
    wall: network.wall,
    openStream: network.openStream,
  });
}

function send(to = MACHINE, pages = [contractPage(1)], signal = NEVER): Promise<FaxCallReport> {
  const ids = { id: "1.0.1", to, from: OWN, stationId: "+49 30 23125 920" };
  return trunk.call({ ...ids, pages: contractSource(pages) }, signal);
}

describe("a modem as a fax line", () => {
  it("sends a page with error correction, pel for pel", async () => {
    open();
    const page = contractPage(1);
    const report = await send(MACHINE, [page]);
    if (process.env.R8) console.log(network.talk.join("\n"), report);
    expect(report).toMatchObject({ outcome: "OK", pagesConfirmed: 1, ecm: true, coding: "MMR", rateBps: 14400 });
    expect(equalBitmaps(network.received.get("493023125000")![0]!, page)).toBe(true);
    const names = renderLadder(report.ladder)!.map(({ name }) => name);
    if (process.env.R8) console.log(names.join(", "));
  });
});
