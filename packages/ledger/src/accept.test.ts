// Accepting: what is stored as it came, what is told twice, and what an answer means when the connection breaks on the way.

import { connect, createServer, type Server, type Socket } from "node:net";
import type { JobOrder } from "@depesche/core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AcceptanceUnknown, accept, forgetIdempotencyKeys } from "./accept.ts";
import { putAccount } from "./accounts.ts";
import { cancelJob } from "./cancel.ts";
import { changeClock } from "./clock.ts";
import { openPool, type Pool, toJson } from "./database.ts";
import { readEvents } from "./feed.ts";
import { readJob, readRecipients } from "./read.ts";
import { freshDatabase } from "./test-database.ts";

let pool: Pool;
let url: string;
let drop: () => Promise<void>;
let account: number;

beforeAll(async () => {
  ({ pool, url, drop } = await freshDatabase());
  account = await putAccount(pool, { name: "Test" });
});
afterAll(() => drop());

function order(more: Partial<JobOrder> = {}): JobOrder {
  return {
    accountId: account,
    channel: "null",
    recipients: [
      { address: "a", reference: "1" },
      { address: "b", reference: "2" },
    ],
    content: { documents: [] },
    options: {},
    priority: 5,
    pageCount: 1,
    face: "test",
    ...more,
  };
}

const jobs = async () => (await pool.query<{ count: number }>("SELECT count(*) AS count FROM job")).rows[0]?.count;

describe("texts from outside", () => {
  it("keeps an escape that somebody wrote out, and replaces only what PostgreSQL cannot hold", () => {
    expect(JSON.parse(toJson({ a: "C:\\u0000 and \\ud800", b: ["\0", "\ud800x", "😀"] }))).toEqual({
      a: "C:\\u0000 and \\ud800",
      b: ["\ufffd", "\ufffdx", "😀"],
    });
  });

  it("are accepted whatever they hold, in content, options, recipients and causes", async () => {
    const odd = 'C:\\u0000 \0 \ud83d "\\';
    const refused = { outcome: "NORING" as const, cause: { code: "number-invalid", text: odd }, counted: false };
    const answer = await accept(
      pool,
      order({
        content: { text: odd, documents: [{ hash: "0".repeat(64), name: odd, bytes: 1, mediaType: odd }] },
        options: { subject: odd },
        recipients: [
          { address: odd, reference: odd },
          { address: odd, reference: odd, refused },
        ],
      }),
    );
    if (!answer.ok) throw new Error(answer.problem);
    const job = await readJob(pool, answer.jobId);
    const kept = 'C:\\u0000 \ufffd \ufffd "\\';
    expect(job?.content.text).toBe(kept);
    expect(job?.options.subject).toBe(kept);
    const rows = await readRecipients(pool, answer.jobId, { from: 0, limit: 2 });
    expect(rows.map((r) => r.address)).toEqual([kept, kept]);
    expect(rows[1]?.cause?.text).toBe(kept);
    const events = (await readEvents(pool, 0, 10_000)).filter((e) => e.job === answer.jobId);
    expect(events.find((e) => e.type === "recipient.final")?.data).toEqual({
      cause: { code: "number-invalid", text: kept },
    });
  });
});

describe("a job told twice", () => {
  it("is a duplicate for ten simulated minutes, not longer, and not after it was cancelled", async () => {
    const first = await accept(pool, order({ fingerprint: "f" }));
    if (!first.ok) throw new Error(first.problem);
    const forward = async (ms: number) => {
      const { rows } = await pool.query<{ ms: number }>("SELECT sim_accepted_at AS ms FROM job WHERE id = $1", [
        first.jobId,
      ]);
      await changeClock(pool, { setTo: (rows[0]?.ms as number) + ms });
    };
    const again = () => accept(pool, order({ fingerprint: "f" }));
    await forward(10 * 60_000 - 30_000);
    expect(await again()).toEqual({ ok: false, problem: "duplicate", jobId: first.jobId });
    await forward(10 * 60_000);
    const second = await again();
    expect(second).toMatchObject({ ok: true });
    await cancelJob(pool, account, second.ok ? second.jobId : 0);
    expect(await again()).toMatchObject({ ok: true });
  });

  it("belongs to its account: another may send the same", async () => {
    const other = await putAccount(pool, { name: "Other" });
    await accept(pool, order({ fingerprint: "g" }));
    expect(await accept(pool, order({ fingerprint: "g", accountId: other }))).toMatchObject({ ok: true });
  });

  it("is one job when ten send it at the same moment", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => accept(pool, order({ fingerprint: "h" }))));
    expect(answers.filter((a) => a.ok)).toHaveLength(1);
  });

  it("takes a list of nothing but refused recipients, however long", { timeout: 120_000 }, async () => {
    const refused = {
      outcome: "NORING" as const,
      cause: { code: "number-invalid", text: "no number" },
      counted: false,
    };
    const recipients = Array.from({ length: 20_000 }, (_, i) => ({ address: `x${i}`, reference: "", refused }));
    const answer = await accept(pool, order({ recipients }));
    expect(await readJob(pool, answer.ok ? answer.jobId : 0)).toMatchObject({
      outcomes: { NORING: 20_000 },
      state: "done",
    });
  });

  it("leaves its idempotency key free when it was refused as a duplicate", async () => {
    await accept(pool, order({ fingerprint: "i" }));
    const idempotency = { key: "refused", requestHash: "a" };
    expect(await accept(pool, order({ fingerprint: "i", idempotency }))).toMatchObject({ problem: "duplicate" });
    expect(await accept(pool, order({ idempotency: { key: "refused", requestHash: "b" } }))).toMatchObject({
      ok: true,
      replayed: false,
    });
  });

  it("forgets expired idempotency keys that nobody uses again", async () => {
    await accept(pool, order({ idempotency: { key: "old", requestHash: "a" } }));
    await accept(pool, order({ idempotency: { key: "young", requestHash: "a" } }));
    await pool.query("UPDATE idempotency SET at = at - 24 * 3600000 - 1 WHERE key = 'old'");
    await forgetIdempotencyKeys(pool);
    const { rows } = await pool.query("SELECT key FROM idempotency WHERE key IN ('old', 'young')");
    expect(rows).toEqual([{ key: "young" }]);
  });

  it("may reuse a key of another account, and its own after a day", async () => {
    const other = await putAccount(pool, { name: "Other" });
    const idempotency = { key: "day", requestHash: "a" };
    const first = await accept(pool, order({ idempotency }));
    expect(await accept(pool, order({ idempotency, accountId: other }))).toMatchObject({ replayed: false });
    expect(await accept(pool, order({ idempotency }))).toMatchObject({ replayed: true });
    await pool.query("UPDATE idempotency SET at = at - 24 * 3600000 - 1 WHERE key = 'day'");
    const second = await accept(pool, order({ idempotency }));
    expect(second).toMatchObject({ ok: true, replayed: false });
    expect(second.ok && first.ok && second.jobId !== first.jobId).toBe(true);
  });
});

/** The database's own end, a socket in a folder or a port. */
function connectTo({ hostname, port, searchParams }: URL): Socket {
  const folder = searchParams.get("host");
  return folder ? connect(`${folder}/.s.PGSQL.${port}`) : connect(Number(port), hostname);
}

/** A line to the database that is cut at a COMMIT: before it arrives, after it was answered, or while the server is at it. */
class CutLine {
  readonly server: Server;
  cut: "before" | "after" | "at-once" | undefined;
  /** So many connections find nobody; with the cut, all others break too. */
  misses = 0;
  missesAfterCut = 0;
  readonly sockets = new Set<Socket>();

  constructor(target: URL) {
    this.server = createServer((near) => {
      if (this.misses > 0) {
        this.misses--;
        return void near.destroy();
      }
      const far = connectTo(target);
      for (const s of [near, far]) {
        this.sockets.add(s);
        s.on("error", () => undefined);
        s.on("close", () => this.sockets.delete(s));
      }
      let dead = false;
      near.on("data", (bytes: Buffer) => {
        const commits = bytes.includes("COMMIT");
        if (!commits || this.cut === undefined) return void far.write(bytes);
        const how = this.cut;
        this.cut = undefined;
        this.misses = this.missesAfterCut;
        if (this.misses > 0) for (const s of this.sockets) if (s !== near && s !== far) s.destroy();
        dead = true;
        if (how === "before") {
          far.destroy();
          near.destroy();
          return;
        }
        far.write(bytes);
        if (how === "at-once") near.destroy();
      });
      far.on("data", (bytes: Buffer) => {
        if (!dead) return void near.write(bytes);
        near.destroy();
        far.destroy();
      });
      near.on("close", () => {
        if (!dead) far.destroy();
      });
      far.on("close", () => near.destroy());
    });
  }

  async open(): Promise<number> {
    await new Promise<void>((ready) => this.server.listen(0, "127.0.0.1", ready));
    return (this.server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    for (const s of this.sockets) s.destroy();
    await new Promise((closed) => this.server.close(closed));
  }
}

describe("a connection that breaks at the COMMIT", () => {
  let line: CutLine;
  let over: Pool;
  beforeAll(async () => {
    const target = new URL(url);
    line = new CutLine(target);
    const near = new URL(url);
    near.hostname = "127.0.0.1";
    near.port = String(await line.open());
    near.search = "";
    over = openPool(near.href, 4);
  });
  afterAll(async () => {
    await over.end();
    await line.close();
  });

  it("is accepted when the server had committed", async () => {
    for (const cut of ["after", "at-once"] as const) {
      line.cut = cut;
      const answer = await accept(over, order());
      expect(answer).toMatchObject({ ok: true, counted: 2, replayed: false });
      expect(await readJob(pool, answer.ok ? answer.jobId : 0)).toMatchObject({ total: 2 });
    }
  });

  it("is refused when the COMMIT never arrived, and nothing is there", async () => {
    const before = await jobs();
    line.cut = "before";
    await expect(accept(over, order())).rejects.toThrow();
    expect(await jobs()).toBe(before);
  });

  it("waits for a server that is still at the COMMIT behind the broken line", async () => {
    const before = await jobs();
    // The commit is held up by a trigger that waits for a lock of ours.
    await pool.query(/* sql */ `
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER held AFTER INSERT ON job DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold();`);
    const holder = await pool.connect();
    await holder.query("SELECT pg_advisory_lock(4711)");
    line.cut = "at-once";
    let answered = false;
    const accepting = accept(over, order()).finally(() => {
      answered = true;
    });
    // both the COMMIT and the question about it wait
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        // Other test files have databases of their own on the same server, and wait for locks in them.
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'",
      );
      expect(rows).toHaveLength(2);
    }, 15_000);
    expect(answered).toBe(false);
    await holder.query("SELECT pg_advisory_unlock(4711)");
    holder.release();
    expect(await accepting).toMatchObject({ ok: true, counted: 2 });
    expect(await jobs()).toBe((before ?? 0) + 1);
    await pool.query("DROP TRIGGER held ON job");
  });

  it("asks on while the server is away, and says so when it stays away", async () => {
    line.cut = "after";
    line.missesAfterCut = 3;
    expect(await accept(over, order())).toMatchObject({ ok: true });
    expect(line.misses).toBe(0);
    line.cut = "after";
    line.missesAfterCut = 1000;
    await expect(accept(over, order(), 50)).rejects.toThrow(AcceptanceUnknown);
    line.missesAfterCut = line.misses = 0;
  });
});

describe("a process whose database goes away in the midst of a transaction", () => {
  it("gets an error, not its end", async () => {
    const victim = openPool(url, 1);
    const client = await victim.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const ended = new Promise<void>((done) => client.once("end", done));
    await pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    await ended;
    await expect(client.query("SELECT 1")).rejects.toThrow();
    client.release(true);
    expect((await victim.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await victim.end();
  });
});
