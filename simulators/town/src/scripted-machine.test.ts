// A machine with a script, all the way: over the control API into the scenario, called, heard and looked up.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { blankBitmap, writeTiff } from "@depesche/t4";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTown, type Town } from "./index.ts";

const MACHINE = "+493023125950";
const CALLER = "+493023125951";

let folder: string;
let town: Town;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "depesche-scripted-"));
  town = await startTown({ ports: { control: 0, sip: 0, modem: 0, twilio: 0, smtp: 0 }, dataFolder: folder });
});
afterAll(async () => {
  await town.close();
  fs.rmSync(folder, { recursive: true });
});

async function ask(method: string, place: string, body?: unknown) {
  const response = await fetch(`http://127.0.0.1:${town.ports.control}${place}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: JSON of every route
  return { status: response.status, body: (await response.json()) as any };
}

const scripted = (numbers: Record<string, unknown>) =>
  ask("POST", "/scenario/numbers", {
    numbers: Object.fromEntries(
      Object.entries(numbers).map(([number, script]) => [number, { call: { kind: "machine", script } }]),
    ),
  });

function twoPages(): string {
  const bitmap = blankBitmap(1728, 600);
  for (let i = 0; i < bitmap.data.length; i++) if ((i * 7919) % 23 === 0) bitmap.data[i] = i & 0xff;
  const page = { bitmap, xDpi: 204, yDpi: 196 };
  return Buffer.from(writeTiff([page, page])).toString("base64");
}

async function fax(from: string, to: string) {
  const { status, body } = await ask("POST", "/exchange/calls", { from, to, tiff: twoPages() });
  expect(status).toBe(201);
  return body;
}

it("does in each of its calls what the script has for it", async () => {
  expect((await scripted({ [MACHINE]: { calls: "odd", paper: 1 } })).status).toBe(200);
  const ends = [];
  for (let i = 0; i < 3; i++) {
    const { result, pages, cause } = await fax("+493023125001", MACHINE);
    ends.push([result, pages, cause]);
  }
  const noPaper = ["SENDFAIL", 1, "disconnected-after-page"];
  expect(ends).toEqual([noPaper, ["OK", 2, "completed"], noPaper]);
});

it("makes its own calls by its script, too, and takes the longer for it", async () => {
  const plain = await fax("+493023125001", "+493023125002");
  await scripted({ [CALLER]: { trainsUpTo: 4800 } });
  const slow = await fax(CALLER, "+493023125002");
  expect([slow.result, slow.pages]).toEqual(["OK", 2]);
  expect(slow.lineUs).toBeGreaterThan(plain.lineUs + 6 * 5_000_000);
});

it("leaves its repeated blocks in the ladder of the call", async () => {
  await scripted({ [MACHINE]: { damage: [{ page: 1, attempt: 1, frames: [2, 5] }] } });
  const call = await fax("+493023125001", MACHINE);
  expect(call.result).toBe("OK");
  const { body } = await ask("GET", `/exchange/calls/${call.id}/ladder`);
  expect(JSON.stringify(body)).toContain("PPR");
});

it("has its schema published, and is refused in the words of it", async () => {
  const { body: api } = await ask("GET", "/openapi.json");
  const schema = api.paths["/scenario"].put.requestBody.content["application/json"].schema;
  const { call } = schema.properties.numbers.additionalProperties.properties;
  expect(Object.keys(call.properties.script.properties)).toContain("notReady");
  const { status, body } = await scripted({ [MACHINE]: { noise: { frameErorRate: 0.1 } } });
  expect([status, body.error]).toEqual([
    400,
    expect.stringContaining('call.script.noise has no field "frameErorRate" (did you mean "frameErrorRate"?)'),
  ]);
});
