// A gateway and simulators to talk to: a real HTTP server that answers what a test has laid out and keeps what it was asked.

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Request {
  /** `POST /v1/jobs` */
  what: string;
  body: Buffer;
  key: string | undefined;
}

export interface HouseDouble {
  env: Record<string, string>;
  asked: Request[];
  /** The body of the last request of this kind, as JSON. */
  json(what: string): unknown;
  close(): Promise<void>;
}

type Answer = { status?: number; body: unknown } | Buffer;

/** `answers` by `METHOD /path?query`; several answers to one request are given one after the other, the last one again and again. */
export async function houseDouble(answers: Record<string, Answer | Answer[]>): Promise<HouseDouble> {
  const asked: Request[] = [];
  const queues = new Map(
    Object.entries(answers).map(([what, given]) => [what, Array.isArray(given) ? [...given] : [given]]),
  );
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const what = `${request.method} ${request.url}`;
    asked.push({ what, body: Buffer.concat(chunks), key: request.headers.authorization });
    const queue = queues.get(what);
    const answer = queue && queue.length > 1 ? queue.shift() : queue?.[0];
    if (Buffer.isBuffer(answer)) response.end(answer);
    else {
      const { status = 200, body } = answer ?? { status: 404, body: problem(404, "not-found", `There is no ${what}.`) };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = String((server.address() as AddressInfo).port);
  return {
    env: { DEPESCHE_PORT: port, DEPESCHE_SIM_PORT: port },
    asked,
    json: (what) => JSON.parse(asked.findLast((r) => r.what === what)?.body.toString() ?? "null"),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export function problem(status: number, code: string, detail: string) {
  return { type: `/docs/problems#${code}`, title: code, status, detail, code };
}

const AT = "2026-11-22T12:00:00.000Z";

/** A job as the gateway shows it. */
export function job(fields: object = {}) {
  return {
    id: 17,
    channel: "fax",
    face: "api",
    state: "done",
    cancelled: false,
    paused: false,
    priority: 5,
    title: "letter.pdf",
    pageCount: 2,
    acceptedAt: AT,
    simAcceptedAt: AT,
    dueAt: AT,
    counted: 1,
    total: 1,
    final: 1,
    outcomes: { OK: 1 },
    documents: [],
    options: {},
    ...fields,
  };
}

export function recipient(fields: object = {}) {
  return {
    n: 0,
    address: "+493023125001",
    reference: "",
    state: "final",
    attempts: 1,
    outcome: "OK",
    cause: { code: "ok", text: "All went well." },
    remoteId: "+49 30 23125 001",
    pages: 2,
    durationMs: 48_000,
    repeated: false,
    ...fields,
  };
}
