import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ManualClock } from "../memory-ledger.double.ts";
import { webFace } from "./index.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function site(demoKey?: string) {
  const folder = mkdtempSync(join(tmpdir(), "depesche-web-"));
  folders.push(folder);
  mkdirSync(join(folder, "dist", "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "dist", "index.html"), "<title>Depesche</title>");
  writeFileSync(join(folder, "dist", "assets", "index-abc.js"), "1");
  const wall = new ManualClock();
  const app = webFace({ folder: join(folder, "dist"), wall, demoKey });
  const from = (address: string) => ({ incoming: { socket: { remoteAddress: address } } });
  const ask = (path: string, headers: Record<string, string> = {}, address = "127.0.0.1") =>
    app.request(path, { headers: { host: "localhost:8080", ...headers } }, from(address));
  return { ask, folder: join(folder, "dist"), wall };
}

test("every URL of the dashboard is the one page, not kept by caches; hashed files are kept for good", async () => {
  const { ask } = site();
  for (const path of ["/", "/jobs/7", "/jobs/7/recipients/3", "/calls/7.0.1", "/inbound", "/send/fax"]) {
    const page = await ask(path);
    expect(await page.text()).toContain("Depesche");
    expect(page.headers.get("cache-control")).toBe("no-cache");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  }
  const script = await ask("/assets/index-abc.js");
  expect(script.headers.get("cache-control")).toContain("immutable");
  expect(script.headers.get("content-type")).toContain("javascript");
});

test("no path leads out of the folder", async () => {
  const { ask } = site();
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/assets/../../secret.txt",
  ]) {
    expect((await ask(path)).status).toBe(404);
  }
});

test("a dashboard built while the gateway runs is found", async () => {
  const { ask, folder, wall } = site();
  expect((await ask("/assets/late.css")).status).toBe(404);
  writeFileSync(join(folder, "assets", "late.css"), "a{}");
  wall.time += 1001;
  expect((await ask("/assets/late.css")).status).toBe(200);
});

test("the demo's key goes to a browser on this machine and to nobody else", async () => {
  const { ask } = site("demo-key");
  expect(await (await ask("/demo-session")).json()).toEqual({ apiKey: "demo-key" });
  expect((await ask("/demo-session", {}, "192.0.2.1")).status).toBe(404);
  // A foreign page whose name resolves to this machine, or that asks across sites.
  expect((await ask("/demo-session", { host: "rebound.example:8080" })).status).toBe(404);
  expect((await ask("/demo-session", { "sec-fetch-site": "cross-site" })).status).toBe(404);
  const production = site();
  expect((await production.ask("/demo-session")).status).toBe(404);
});
