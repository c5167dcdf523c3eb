import { type AttemptKey, attemptKey } from "@depesche/core";
import { type ClaimRequest, claim, finish, type Pool, registerWorker } from "@depesche/ledger";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Claims, createClaims } from "./claims.ts";
import { noFigures } from "./figures.double.ts";
import { type FreshLedger, freshLedger } from "./fresh-ledger.double.ts";

let ledger: FreshLedger;
let pool: Pool;
let id: number;
let claims: Claims;
const sending = new Set<AttemptKey>();

beforeAll(async () => {
  ledger = await freshLedger();
  pool = ledger.pool;
  id = await registerWorker(pool);
});
afterEach(() => {
  claims.close();
  sending.clear();
  vi.useRealTimers();
});
afterAll(() => ledger.drop());

async function requestFor(recipients: number): Promise<ClaimRequest> {
  const { job, accountId } = await ledger.accepted(recipients);
  return { job, chunk: 0, accountId, channel: "null", count: recipients };
}

/** The ledger, whose answers to the first `lost` claims nobody hears. */
function deaf(lost: number): Pool {
  let left = lost;
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "query") return typeof value === "function" ? value.bind(target) : value;
      return async (...asked: unknown[]) => {
        const answer = await (target.query as (...a: unknown[]) => Promise<unknown>)(...asked);
        if ((asked[0] as { name?: string }).name !== "claim" || left-- <= 0) return answer;
        throw new Error("Connection terminated unexpectedly");
      };
    },
  });
}

function claimsOn(ledger: Pool): Claims {
  const holder = () => ({ id, alive: new AbortController().signal });
  const log = { warn: () => undefined };
  claims = createClaims({
    pool: ledger,
    gates: { active: false },
    holder,
    isSending: (key) => sending.has(key),
    figures: noFigures,
    log,
  });
  return claims;
}

const statesOf = async (job: number) =>
  (await pool.query<{ state: string }>("SELECT state FROM recipient WHERE job_id = $1 ORDER BY n", [job])).rows.map(
    (r) => r.state,
  );

it("requests of one moment for one chunk are claimed together and dealt out, no recipient twice", async () => {
  const request = await requestFor(5);
  const { claim: ask } = claimsOn(pool);
  const grants = await Promise.all([ask({ ...request, count: 2 }), ask({ ...request, count: 2 }), ask(request)]);
  expect(grants.map((g) => g.claimed.map((c) => c.n))).toEqual([[0, 1], [2, 3], [4]]);
});

it("gives back what it was given without hearing of it, though nobody claims again: another worker has the chunk", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const request = await requestFor(2);
  const { claim: ask } = claimsOn(deaf(1));
  await expect(ask(request)).rejects.toThrow("Connection terminated");
  expect(await statesOf(request.job)).toEqual(["sending", "sending"]);
  await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  await vi.waitFor(async () => expect(await statesOf(request.job)).toEqual(["retry", "retry"]), 15_000);
  const other = await registerWorker(pool);
  const again = await claim(pool, other, [request], { active: false });
  expect(again.map((c) => [c.k, c.repeat])).toEqual([
    [2, false],
    [2, false],
  ]);
});

it("leaves alone what is being sent when it looks for lost answers", async () => {
  const sent = await requestFor(1);
  const lost = await requestFor(1);
  const { claim: ask } = claimsOn(deaf(0));
  const [mine] = (await ask(sent)).claimed;
  sending.add(attemptKey(sent.job, 0, mine?.k as number));
  claims.close();
  const doubtful = claimsOn(deaf(1));
  await expect(doubtful.claim(lost)).rejects.toThrow("Connection terminated");
  expect((await doubtful.claim(lost)).claimed.map((c) => c.k)).toEqual([2]);
  expect(await statesOf(sent.job)).toEqual(["sending"]);
  const report = { outcome: "OK", cause: { code: "null", text: "" } } as const;
  await finish(pool, id, [{ job: sent.job, n: 0, k: 1, report, next: { step: "final" } }]);
  expect(await statesOf(sent.job)).toEqual(["final"]);
});
