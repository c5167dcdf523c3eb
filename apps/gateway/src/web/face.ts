// The dashboard as the gateway serves it: built files, one page for all its URLs, and the demo's key for a browser on this machine.

import { fileURLToPath } from "node:url";
import { systemClock, type WallClock } from "@depesche/ports";
import { Hono } from "hono";
import { clientAddress } from "../api/deps.ts";
import { problemResponse } from "../api/problems.ts";
import { addressAllowed } from "../webhooks/target.ts";
import { webFiles } from "./files.ts";

export interface WebDeps {
  /** Set in a simulation with demo accounts: the key the dashboard signs in with by itself. */
  demoKey?: string;
  /** The built dashboard; default: that of this checkout. */
  folder?: string;
  wall?: WallClock;
}

const DASHBOARD = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));

/** First parts of the dashboard's own URLs; every other path belongs to somebody else or to nobody. */
const PAGES = new Set([
  "",
  "jobs",
  "dispatch",
  "calls",
  "failures",
  "inbound",
  "send",
  "phone",
  "mailbox",
  "letters",
  "scenario",
  "chaos",
]);

// Nothing from other hosts, no inline script or style; pictures of pages come as blobs, since they need the key.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const SECURITY = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** Does this Host header name this machine? A page elsewhere whose name resolves to us carries its own name here. */
function isLocalHost(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || name === "127.0.0.1" || name === "[::1]";
}

function isLoopback(address: string): boolean {
  const none = { allowLoopback: false, allowPrivate: false };
  return !addressAllowed(address, none) && addressAllowed(address, { ...none, allowLoopback: true });
}

/** Mount at `/` after all other faces. */
export function webFace(deps: WebDeps): Hono {
  const { folder = DASHBOARD, wall = systemClock, demoKey } = deps;
  const files = webFiles(folder, () => wall.monotonic());
  const app = new Hono();

  app.get("/demo-session", (c) => {
    const site = c.req.header("sec-fetch-site");
    const ownPage = site === undefined || site === "same-origin" || site === "none";
    if (demoKey === undefined || !ownPage || !isLoopback(clientAddress(c)) || !isLocalHost(c.req.header("host"))) {
      return problemResponse("not-found", "There is no demo session here: sign in with an API key.");
    }
    return c.json({ apiKey: demoKey }, 200, { "cache-control": "no-store" });
  });

  app.get("/*", async (c) => {
    const path = c.req.path;
    const isPage = PAGES.has(path.split("/", 2)[1] ?? "");
    const file = await files.get(isPage ? "/index.html" : path);
    if (!file) {
      return isPage
        ? c.text("The dashboard is not built. Run: npm run build -w apps/dashboard\n", 503)
        : problemResponse("not-found", `There is nothing at ${path}.`);
    }
    return c.body(file.content, 200, {
      ...SECURITY,
      "content-type": file.mediaType,
      "cache-control": file.hashed ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
  return app;
}
