// The gateway: all faces, the dashboard and the feed on one port (DESIGN section 6).

import { resolve } from "node:path";
import { type AccountConfig, CONFIG_SCHEMA, type Settings, simulatedAt } from "@depesche/core";
import { createDocuments, renderPagePng, tiffToPdf } from "@depesche/documents";
import {
  checkpointClock,
  collectBlobs,
  createFaceLedger,
  followClock,
  forgetIdempotencyKeys,
  isConnectionError,
  liveWorkers,
  migrate,
  openBlobFolder,
  openListener,
  openPool,
  startClock,
  unansweredNumbers,
  workerTroubles,
} from "@depesche/ledger";
import { systemClock } from "@depesche/ports";
import { openFigures } from "@depesche/telemetry";
import { ladderPcap, renderLadder } from "@depesche/wire-t38";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Logger } from "pino";
import { apiFace, pagePicture } from "./api/index.ts";
import { twilioCallbacks } from "./callbacks.ts";
import { keepConfiguredAccounts } from "./configured-accounts.ts";
import { DEMO_API_KEY, dropDemoCredentials, makeDemoAccounts, TWILIO_DEMO } from "./demo.ts";
import { openRecorder } from "./exchanges/index.ts";
import { openFaultLog } from "./fault-log.ts";
import { faxdeFace } from "./faxde/index.ts";
import { attachFeed, createAccountStats } from "./feed/index.ts";
import { openGatewayFigures } from "./figures.ts";
import { healthFace } from "./health.ts";
import { housePartChecks, NEEDED_PARTS } from "./health-parts.ts";
import { watchRequests } from "./http-watch.ts";
import { createIntake, watchedIntake } from "./intake/index.ts";
import { openLineBoard } from "./line-board.ts";
import { metricsFace } from "./metrics.ts";
import { openControl } from "./simulation/control.ts";
import { pushClock } from "./simulators.ts";
import { webFace } from "./web/index.ts";
import { startWebhooks } from "./webhooks/index.ts";

export interface GatewayConfig {
  settings: Settings & { databaseUrl: string };
  /** Simulators are the carriers: demo accounts, settable clock, loopback callbacks. */
  simulation: boolean;
  /** Accounts that are made at the start when they are not there. */
  accounts?: readonly AccountConfig[];
  /** The house has been up before this process: it died and was started again. */
  restarted?: boolean;
  log: Logger;
}

export interface Gateway {
  port: number;
  close(): Promise<void>;
}

const CHECKPOINT_MS = 1_000;
/** So many queries that wait for a connection take some seconds; who comes after them is told at once. */
const MOST_WAITING = 400;
const COLLECT_MS = 3_600_000;

export async function startGateway(config: GatewayConfig): Promise<Gateway> {
  const { settings, simulation, log } = config;
  const pool = openPool(settings.databaseUrl, 20);
  await migrate(pool);
  // A gateway that its launcher starts again keeps the speed that was set in the meantime.
  const { speed, unpaced } = settings;
  await startClock(pool, config.restarted ? { simulated: simulation } : { simulated: simulation, speed, unpaced });
  if (simulation) await makeDemoAccounts(pool);
  else await dropDemoCredentials(pool);
  await keepConfiguredAccounts(pool, config.accounts ?? []);

  const listener = openListener(settings.databaseUrl);
  const ledger = createFaceLedger(pool, listener);
  const clock = await followClock(pool, listener, systemClock);
  const { blobs, spool } = await openBlobFolder(resolve(settings.data));
  const documents = createDocuments({});
  const stats = createAccountStats(ledger);
  const lines = openLineBoard(listener, () => performance.now());
  const onFault = openFaultLog({ error: (data, text) => log.error(data, text), now: () => performance.now() });
  const exchanges = openRecorder({ ledger, onFault });
  const now = () => clock.now();
  const processFigures = openFigures();
  const figures = openGatewayFigures(processFigures);
  const monotonic = () => performance.now();
  const intake = watchedIntake(
    createIntake({ documents, blobs, ledger, now, isBusy: () => pool.waitingCount > MOST_WAITING, onFault }),
    { figures, log, monotonic },
  );

  const app = new Hono();
  // Faces answer their own faults in their own words; this is for the rest (callbacks, metrics, pages).
  app.onError((fault, c) => {
    onFault(fault, `${c.req.method} ${c.req.path}`);
    return isConnectionError(fault)
      ? c.text("The database does not answer. Try again.", 503, { "retry-after": "1" })
      : c.text("A fault on our side.", 500);
  });
  app.use(watchRequests(figures, monotonic));
  const workers = async () => (await liveWorkers(pool)).length;
  let isStopping = false;
  const parts = housePartChecks({
    database: async () => void (await pool.query("SELECT 1")),
    folder: resolve(settings.data),
    workers,
    troubles: () => workerTroubles(pool),
    unanswered: () => unansweredNumbers(pool),
    simulators: simulation ? `http://127.0.0.1:${settings.simPort}/health` : undefined,
    monotonic,
  });
  app.route("/", healthFace({ parts, needed: NEEDED_PARTS, isStopping: () => isStopping }));
  const noFeed = { peers: 0, sent: 0, skipped: 0 };
  let feedCounts = () => noFeed;
  app.route(
    "/",
    metricsFace({
      pool,
      figures: processFigures,
      workers,
      speed: () => clock.setting().speed,
      feed: () => feedCounts(),
    }),
  );
  app.route("/", faxdeFace({ ledger, intake, spool, blobs, exchanges, now, onFault }));
  app.route("/", twilioCallbacks({ ledger, baseUrl: callbackBase(settings), authToken: TWILIO_DEMO.authToken }));
  app.route(
    "/",
    apiFace({
      ledger,
      intake,
      spool,
      blobs,
      wall: systemClock,
      lines,
      stats,
      exchanges,
      renderPage: (document, index) =>
        pagePicture({ renderPagePng, pdfPagePng: documents.pdfPagePng }, document, index),
      tiffToPdf,
      renderLadder,
      ladderPcap,
      ...(simulation ? { simulators: openControl(`http://127.0.0.1:${settings.simPort}`) } : {}),
      clockSettable: simulation,
      allowLoopback: simulation,
      allowPrivate: false,
      onFault,
    }),
  );
  app.get("/config.schema.json", (c) => c.json(CONFIG_SCHEMA));
  app.route("/", webFace(simulation ? { demoKey: DEMO_API_KEY } : {}));

  const server = await listen(app, settings.host, settings.port);
  const feed = attachFeed({
    server,
    ledger,
    lines,
    stats,
    simulated: simulation,
    wall: systemClock,
    onFault,
    onFed: figures.fed,
  });
  feedCounts = () => feed.counts;
  const webhooks = startWebhooks({
    ledger,
    wall: systemClock,
    allowLoopback: simulation,
    allowPrivate: false,
    onPosted: figures.posted,
    onFault,
  });

  const timers = [
    setInterval(() => void checkpointClock(pool).catch(() => undefined), CHECKPOINT_MS),
    setInterval(
      () => void collectBlobs(pool, blobs, Date.now()).catch((error) => onFault(error, "blob collection")),
      COLLECT_MS,
    ),
    setInterval(
      () => void forgetIdempotencyKeys(pool).catch((error) => onFault(error, "expired idempotency keys")),
      COLLECT_MS,
    ),
  ];
  const stopPush = simulation ? pushClock(clock, `http://127.0.0.1:${settings.simPort}`) : () => undefined;
  log.info(
    { port: settings.port, simTime: new Date(simulatedAt(clock.setting(), Date.now())).toISOString() },
    "gateway is up",
  );

  return {
    port: settings.port,
    async close() {
      isStopping = true;
      for (const t of timers) clearInterval(t);
      stopPush();
      feed.close();
      await webhooks.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
      clock.close();
      lines.close();
      await exchanges.close();
      await checkpointClock(pool).catch(() => undefined);
      await Promise.allSettled([documents.close(), listener.close(), pool.end()]);
    },
  };
}

/** Where carriers reach the gateway's callbacks. */
export function callbackBase(settings: Pick<Settings, "port">): string {
  return `http://127.0.0.1:${settings.port}/callbacks/twilio`;
}

function listen(app: Hono, hostname: string, port: number): Promise<import("node:http").Server> {
  return new Promise((done, fail) => {
    const server = serve({ fetch: app.fetch, hostname, port }) as import("node:http").Server;
    server.once("listening", () => done(server));
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "EADDRINUSE"
          ? new Error(`port ${port} is taken: choose another with DEPESCHE_PORT (--port)`)
          : error,
      ),
    );
  });
}
