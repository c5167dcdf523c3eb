// The whole API on doubles, for tests: one call answers the app and what stands behind it.

import type { LineView } from "@depesche/client";
import { openRecorder } from "../exchanges/index.ts";
import { createAccountStats } from "../feed/account-stats.ts";
import { ManualClock, MemoryBlobs, MemoryIntake, MemoryLedger, MemorySpool } from "../memory-ledger.double.ts";
import type { ApiDeps } from "./deps.ts";
import { apiFace } from "./face.ts";

export function house(change: Partial<ApiDeps> = {}) {
  const wall = new ManualClock();
  const ledger = new MemoryLedger(wall);
  const spool = new MemorySpool();
  const blobs = new MemoryBlobs(spool);
  const intake = new MemoryIntake(ledger);
  const faults: unknown[] = [];
  const lines: LineView[] = [];
  const exchanges = openRecorder({ ledger, onFault: (fault) => faults.push(fault) });
  const deps: ApiDeps = {
    ledger,
    intake,
    spool,
    blobs,
    wall,
    lines: { snapshot: () => lines, onChange: () => () => {} },
    stats: createAccountStats(ledger),
    exchanges,
    renderPage: async (bytes, index) => {
      if (bytes[0] !== 0x25) return "unsupported";
      return index < 2 ? Uint8Array.of(0x89, 0x50, 0x4e, 0x47, index) : "none";
    },
    tiffToPdf: () => Uint8Array.of(0x25, 0x50, 0x44, 0x46),
    renderLadder: (stored, untilUs = stored.length) => [
      { lineUs: untilUs, from: "answerer", kind: "frame", name: "DIS", meaning: "ready", fields: [] },
    ],
    ladderPcap: () => Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1),
    clockSettable: true,
    allowLoopback: true,
    allowPrivate: false,
    onFault: (fault) => faults.push(fault),
    ...change,
  };
  const app = apiFace(deps);
  /** A request with the demo key; an object body goes as JSON. */
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: {
        authorization: "Bearer demo-key",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  return { app, ask, ledger, spool, blobs, intake, wall, faults, lines, exchanges, deps };
}
