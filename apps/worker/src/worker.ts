// A worker: the four channels with their carriers, the engine that feeds them, dispatcher and reconciler (DESIGN section 1).

import { join, resolve } from "node:path";
import { faxInbox, openFaxWork } from "@depesche/channels-fax";
import { letterWork } from "@depesche/channels-letter";
import { mailWork } from "@depesche/channels-mail";
import { openSmsWork } from "@depesche/channels-sms";
import type { Channel, OutsideConfig, Settings } from "@depesche/core";
import { openT38Trunk } from "@depesche/fax-lines-t38";
import {
  accountOfNumber,
  awaitSchema,
  faxNumbers,
  followClock,
  keepInboundLadder,
  keepMissedCall,
  leaveFigures,
  noteAnswered,
  noteDelivery,
  openBlobFolder,
  openListener,
  openPool,
  readAccount,
  storeInbound,
} from "@depesche/ledger";
import { openSmtp } from "@depesche/mail-routes-smtp";
import { type ChannelWork, systemClock } from "@depesche/ports";
import { openHotFolder } from "@depesche/print-shops-hot-folder";
import { openSchedule } from "@depesche/queue";
import { openTwilio } from "@depesche/sms-carriers-twilio";
import { openFigures } from "@depesche/telemetry";
import type { Logger } from "pino";
import { startDispatcher } from "./dispatcher.ts";
import { startEngine } from "./engine.ts";
import { type OutsideFax, openFaxTrunks } from "./fax-trunks.ts";
import { openWorkerFigures } from "./figures.ts";
import { openLineReporter } from "./line-reporter.ts";
import { nullWork } from "./null-work.ts";

export interface WorkerConfig {
  settings: Settings & { databaseUrl: string };
  log: Logger;
  /** Where the SMS carrier sends its status callbacks; `{attempt}` stands for the attempt. */
  statusCallback: string;
  twilio: { accountSid: string; authToken: string; from: string };
  mailFrom: string;
  /** What is connected outside; what is not goes to the simulators. */
  outside?: OutsideConfig;
  /** Channels of this worker. Default: all. */
  channels?: Channel[];
}

/** How often the worker looks whether an account was given another fax number. */
const NUMBERS_MS = 1_000;
/** How often it looks which of them the exchange has taken, to tell the ledger. */
const ANSWERED_MS = 100;
/** How often it leaves its figures for Prometheus. */
const FIGURES_MS = 5_000;

/** The lines outside when there are some, else those to the simulated exchange. */
async function openFaxLines({ settings, outside }: WorkerConfig): Promise<OutsideFax> {
  if (outside?.fax) return openFaxTrunks(outside.fax.lines, settings.lines);
  const exchange = { host: "127.0.0.1", port: settings.sipPort, transport: "tcp" } as const;
  return { trunk: await openT38Trunk({ bind: "127.0.0.1", exchange }), lines: settings.lines };
}

export interface Worker {
  close(): Promise<void>;
}

export async function startWorker(config: WorkerConfig): Promise<Worker> {
  const { settings, log } = config;
  const pool = openPool(settings.databaseUrl, 20);
  await awaitSchema(pool);
  const listener = openListener(settings.databaseUrl);
  const clock = await followClock(pool, listener, systemClock);
  const { blobs } = await openBlobFolder(resolve(settings.data), { keepSpool: true });
  const schedule = await openSchedule({
    databaseUrl: settings.databaseUrl,
    ...(settings.redisUrl ? { redisUrl: settings.redisUrl } : {}),
    onError: (error) => log.warn({ err: error.message }, "the schedule's store"),
  });

  const timers: NodeJS.Timeout[] = [];
  let answered = (): string[] => [];
  const openers: Record<Channel, () => Promise<ChannelWork>> = {
    async fax() {
      const { trunk, lines } = await openFaxLines(config);
      const inbox = faxInbox({
        blobs,
        accountOf: async (number) => {
          const id = await accountOfNumber(pool, number);
          const account = id === undefined ? undefined : await readAccount(pool, id);
          return account && { id: account.id, stationId: (account.faxNumber ?? account.name).slice(0, 20) };
        },
        store: (fax) => storeInbound(pool, fax),
        keepLadder: (callId, complete, ladder) => keepInboundLadder(pool, callId, complete, ladder),
        keepMissed: (call) => keepMissedCall(pool, call),
        log,
      });
      const given = new Set<string>();
      const answerNew = async () => {
        const fresh = (await faxNumbers(pool)).filter((number) => !given.has(number));
        if (fresh.length === 0) return;
        for (const number of fresh) given.add(number);
        await trunk.answer(fresh, inbox);
      };
      answered = () => trunk.answered().sort();
      await answerNew();
      timers.push(
        setInterval(() => void answerNew().catch((error) => log.warn({ err: error }, "inbound numbers")), NUMBERS_MS),
      );
      return openFaxWork({ trunk, blobs, clock, lines });
    },
    async sms() {
      const { accountSid, authToken, from } = config.twilio;
      const baseUrl = `http://127.0.0.1:${settings.twilioPort}`;
      return openSmsWork({
        carrier: openTwilio({ accountSid, authToken, from, baseUrl, statusCallback: config.statusCallback }),
      });
    },
    async mail() {
      return mailWork({
        route: openSmtp({ host: "127.0.0.1", port: settings.smtpPort, tls: "none" }),
        blobs,
        from: config.mailFrom,
      });
    },
    async letter() {
      const shop = await openHotFolder({ folder: join(resolve(settings.data), "print-shop") });
      shop.onDelivery(async ({ id, state, detail }) => {
        const [, job, n] = /^(\d+)-(\d+)$/.exec(id) ?? [];
        if (job !== undefined && n !== undefined)
          await noteDelivery(pool, { job: Number(job), n: Number(n), state, ...(detail ? { detail } : {}) });
      });
      return letterWork({ shop, blobs });
    },
    async null() {
      return nullWork();
    },
  };
  const wanted: Channel[] = config.channels ?? ["fax", "sms", "mail", "letter", "null"];
  const channels = await Promise.all(wanted.map((c) => openers[c]()));

  let incarnation = () => 0;
  const processFigures = openFigures();
  const figures = openWorkerFigures(processFigures);
  const reporter = openLineReporter(pool, () => incarnation());
  const dispatcher = startDispatcher({
    pool,
    schedule,
    channels: channels.map((c) => ({ channel: c.channel, window: Math.max(16, c.slots * 2) })),
    onWake: (wake) => listener.on("depesche_wake", wake),
    figures,
    log,
  });
  const engine = await startEngine({
    pool,
    schedule,
    channels,
    figures,
    log,
    onLine: (p) => reporter.report(p),
    onRunEnded: dispatcher.runEnded,
  });
  incarnation = engine.incarnation;
  let told = "";
  let telling = false;
  const tellAnswered = async () => {
    const [id, numbers] = [engine.incarnation(), answered()];
    const now = `${id} ${numbers}`;
    // One at a time: a database that hangs would be asked ten times a second, and might hear the older news last.
    if (now === told || telling) return;
    telling = true;
    try {
      await noteAnswered(pool, id, numbers);
      told = now;
    } finally {
      telling = false;
    }
  };
  await tellAnswered();
  // The database may be away: the next look tells it.
  timers.push(setInterval(() => void tellAnswered().catch(() => undefined), ANSWERED_MS));
  const leave = async () =>
    leaveFigures(
      pool,
      engine.incarnation(),
      await processFigures.values(),
      dispatcher.trouble === undefined ? [] : [dispatcher.trouble],
    );
  await leave().catch(() => undefined);
  timers.push(setInterval(() => void leave().catch(() => undefined), FIGURES_MS)); // a picture: the next one comes soon
  log.info({ incarnation: engine.incarnation(), schedule: schedule.backend, lines: settings.lines }, "worker is up");

  return {
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled([engine.stop(), dispatcher.stop()]);
      reporter.close();
      await Promise.race([
        Promise.allSettled(channels.map((c) => c.close())),
        new Promise((late) => setTimeout(late, 500)),
      ]);
      clock.close();
      await Promise.race([
        Promise.allSettled([schedule.close(), listener.close(), pool.end()]),
        new Promise((late) => setTimeout(late, 500)),
      ]);
    },
  };
}
