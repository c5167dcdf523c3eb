// Doubles of the ports for the tests of this face: two accounts, jobs and faxes in memory, and an intake that says what it is told to.
import { createHash } from "node:crypto";
import { type Account, type Job, type Recipient, SCOPES } from "@depesche/core";
import {
  type InboundFax,
  type Intake,
  type Spool,
  type SpoolFile,
  SpoolFull,
  type SubmitRequest,
  type SubmitResult,
} from "@depesche/ports";
import type { FaxdeDeps } from "./index.ts";

export const NOON = Date.UTC(2026, 2, 2, 11, 0, 0);

/** A spool in memory that counts the files nobody has dropped or taken, and is full after `room` bytes. */
export class SpoolDouble implements Spool {
  room = Number.POSITIVE_INFINITY;
  open = 0;

  async create() {
    const chunks: Uint8Array[] = [];
    this.open++;
    return {
      write: async (chunk: Uint8Array) => {
        this.room -= chunk.length;
        if (this.room < 0) throw new SpoolFull("disk");
        chunks.push(chunk);
      },
      close: async (): Promise<SpoolFile> => {
        const content = new Uint8Array(Buffer.concat(chunks));
        return {
          path: "memory",
          bytes: content.length,
          sha256: createHash("sha256").update(content).digest("hex"),
          head: content.subarray(0, 64),
          read: async () => content,
          discard: async () => {
            this.open--;
          },
        };
      },
      abort: async () => {
        this.open--;
      },
    };
  }
}

/** A request as the intake got it, the files as text. */
export type Submitted = Omit<SubmitRequest, "files"> & { files: { name: string; text: string | undefined }[] };

export class HouseDouble implements FaxdeDeps {
  readonly account: Account = {
    id: 1,
    name: "1000",
    locked: false,
    channels: ["fax", "sms", "mail", "letter"],
    mass: true,
    foreign: true,
    trial: false,
    duplicateCheck: false,
    faxNumber: "+493023125900",
    blacklist: [],
    statusFileCharset: "utf-8",
  };
  readonly spool = new SpoolDouble();
  readonly submitted: Submitted[] = [];
  readonly faults: unknown[] = [];
  readonly jobs: Job[] = [];
  readonly rows: Recipient[] = [];
  readonly faxes: InboundFax[] = [];
  readonly images = new Map<string, Uint8Array>();
  cancelResult = { found: true, cancelled: 1, inFlight: 0 };
  result: SubmitResult | Error = { ok: true, jobId: 17, recipients: 1, pages: 3, replayed: false, notices: [] };
  ledgerFault: Error | undefined;
  maxBodyBytes = 1024 * 1024;

  now = () => NOON;
  onFault = (fault: unknown) => void this.faults.push(fault);
  blobs = { get: async (hash: string) => this.images.get(hash) };

  intake: Intake = {
    submit: async (request) => {
      const files = [];
      for (const { name, file } of request.files) {
        files.push({ name, text: file && new TextDecoder().decode(await file.read()) });
        await file?.discard();
      }
      this.submitted.push({ ...request, files });
      if (this.result instanceof Error) throw this.result;
      return this.result;
    },
  };

  ledger: FaxdeDeps["ledger"] = {
    authenticate: async (_kind, login, secret, source) => {
      if (this.ledgerFault) throw this.ledgerFault;
      if (source === "192.0.2.66") return { ok: false, reason: "too-many-failures" };
      if (login !== this.account.name) return { ok: false, reason: "unknown" };
      if (secret !== "geheim") return { ok: false, reason: "wrong-secret" };
      return { ok: true, account: this.account, scopes: SCOPES };
    },
    job: async (accountId, id) => this.jobs.find((job) => job.id === id && job.accountId === accountId),
    recipients: async (_id, { from, limit }) => this.rows.filter((row) => row.n >= from).slice(0, limit),
    cancel: async () => this.cancelResult,
    nextInbound: async (accountId) => this.faxes.find((fax) => fax.accountId === accountId),
    deleteInbound: async (_accountId, id) => {
      const at = this.faxes.findIndex((fax) => fax.id === id);
      if (at >= 0) this.faxes.splice(at, 1);
      return at >= 0;
    },
  };

  /** Puts a finished fax job with these rows into the ledger. */
  addJob(id: number, rows: Partial<Recipient>[], job: Partial<Job> = {}): void {
    this.rows.push(
      ...rows.map((row, n) => ({
        n,
        address: `+4930231250${String(n).padStart(2, "0")}`,
        reference: "",
        state: "final" as const,
        attempts: 1,
        outcome: "OK" as const,
        sentAt: NOON,
        repeated: false,
        ...row,
      })),
    );
    this.jobs.push({
      id,
      accountId: 1,
      channel: "fax",
      face: "faxde",
      state: "done",
      priority: 5,
      content: { documents: [] },
      options: {},
      pageCount: 1,
      acceptedAt: NOON,
      simAcceptedAt: NOON,
      dueAt: NOON,
      lastSentAt: NOON + 5000,
      cancelled: false,
      paused: false,
      counted: rows.length,
      total: rows.length,
      final: rows.length,
      outcomes: {},
      ...job,
    });
  }
}
