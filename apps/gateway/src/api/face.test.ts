import { createHash } from "node:crypto";
import { SpoolFull } from "@depesche/ports";
import { describe, expect, test } from "vitest";
import { NOON } from "../memory-ledger.double.ts";
import { house } from "./house.double.ts";

const FAX = { channel: "fax", recipients: ["+49 30 23125 042"], text: "Guten Tag" };

async function problem(response: Response) {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const body = (await response.json()) as Record<string, unknown>;
  expect(body.status).toBe(response.status);
  return body;
}

describe("who may call", () => {
  test("a request without a key, or with an unknown one, is told to sign in", async () => {
    const { app, ask } = house();
    const none = await app.request("/v1/jobs");
    expect(none.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(await problem(none)).toMatchObject({ status: 401, code: "unauthorized" });
    const wrong = await ask("GET", "/v1/jobs", undefined, { authorization: "Bearer nobody" });
    expect((await problem(wrong)).code).toBe("unauthorized");
  });

  test("too many wrong keys from an address are refused for a while", async () => {
    const { app } = house();
    const response = await app.request(
      "/v1/jobs",
      { headers: { authorization: "Bearer demo-key" } },
      { incoming: { socket: { remoteAddress: "192.0.2.66" } } },
    );
    expect(response.headers.get("retry-after")).toBe("60");
    expect((await problem(response)).status).toBe(429);
  });

  test("a key without the scope may not hand in jobs but may read them", async () => {
    const { ask, intake } = house();
    const auth = { authorization: "Bearer read-key" };
    expect((await problem(await ask("POST", "/v1/jobs", FAX, auth))).code).toBe("scope-missing");
    expect(intake.requests).toHaveLength(0);
    expect((await ask("GET", "/v1/jobs", undefined, auth)).status).toBe(200);
    expect((await problem(await ask("PUT", "/v1/clock", { speed: 10 }, auth))).code).toBe("scope-missing");
  });

  test("everything of another account is not found", async () => {
    const { ask, ledger, blobs } = house();
    ledger.addJob({ id: 7, accountId: 2 });
    ledger.ladders.set("7.0.1", Uint8Array.of(1));
    const hash = await blobs.put(Uint8Array.of(0x25));
    await ledger.rememberBlob(2, hash, 1);
    ledger.faxes.set(3, {
      id: 3,
      accountId: 2,
      receivedAt: NOON,
      originator: "",
      called: "",
      remoteId: "",
      pages: 1,
      complete: true,
      badLines: 0,
      tiffHash: hash,
      state: "new",
    });
    const paths = [
      "/v1/jobs/7",
      "/v1/jobs/7/recipients",
      "/v1/jobs/7/recipients/0/attempts",
      "/v1/jobs/7/pages/1.png",
      "/v1/attempts/7.0.1/ladder",
      "/v1/attempts/7.0.1/ladder.pcap",
      `/v1/documents/${hash}/pages/1.png`,
      "/v1/inbound/3",
      "/v1/inbound/3.tif",
      "/v1/inbound/3.pdf",
      "/v1/inbound/3/pages/1.png",
    ];
    for (const path of paths) {
      expect({ path, ...(await problem(await ask("GET", path))) }).toMatchObject({ path, code: "not-found" });
      const owner = await ask("GET", path, undefined, { authorization: "Bearer other-key" });
      if (!path.includes("jobs/7/pages")) expect({ path, status: owner.status }).toEqual({ path, status: 200 });
    }
    for (const command of ["cancel", "pause", "resume"]) {
      expect((await problem(await ask("POST", `/v1/jobs/7/${command}`))).code).toBe("not-found");
    }
    expect((await problem(await ask("POST", "/v1/jobs/7/resend", {}))).code).toBe("not-found");
    expect((await problem(await ask("DELETE", "/v1/inbound/3"))).code).toBe("not-found");
  });
});

describe("handing in", () => {
  test("a job goes to the intake as it was written, and the answer says where it is", async () => {
    const { ask, intake } = house();
    const response = await ask("POST", "/v1/jobs", {
      ...FAX,
      recipients: ["+49 30 23125 042", { address: "+49 30 23125 142", reference: "customer 7" }],
      documents: [{ name: "brief.pdf", base64: Buffer.from("%PDF-1.7").toString("base64") }],
      options: { busyRedials: 2 },
      sendAt: "2026-03-02T12:00:00+01:00",
      priority: 0,
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe("/v1/jobs/1");
    expect(await response.json()).toEqual({ id: 1, recipients: 2, pages: 1, notices: [] });
    expect(intake.requests[0]).toMatchObject({
      channel: "fax",
      face: "api",
      recipients: [
        { address: "+49 30 23125 042", reference: "" },
        { address: "+49 30 23125 142", reference: "customer 7" },
      ],
      text: "Guten Tag",
      options: { busyRedials: 2 },
      sendAt: Date.UTC(2026, 2, 2, 11),
      priority: 0,
    });
    expect(Buffer.from(intake.documents[0]?.[0] as Uint8Array).toString()).toBe("%PDF-1.7");
  });

  test("text that could not be handed out as it came is refused, and so is a header in two lines", async () => {
    const { ask, intake } = house();
    const bad: [string, object][] = [
      ["text", { text: "a\0b" }],
      ["text", { text: "a\ud800b" }],
      ["recipients[0].reference", { recipients: [{ address: "+49 30 23125 042", reference: "a\0b" }] }],
      ["documents[0].name", { documents: [{ name: "a\0.txt", base64: "YQ==" }] }],
      ["options.subject", { options: { subject: "a\r\nBcc: x@ok.example" } }],
      ["options.mailFrom", { options: { mailFrom: "a@ok.example\nb" } }],
      ["options.statusUrl", { options: { statusUrl: "ftp://status.example/" } }],
    ];
    for (const [at, change] of bad) {
      const answer = await problem(await ask("POST", "/v1/jobs", { ...FAX, ...change }));
      expect(answer).toMatchObject({ status: 400, code: "invalid", errors: [{ at }] });
    }
    expect((await ask("POST", "/v1/jobs", { ...FAX, text: "Grüße 😀" })).status).toBe(201);
    expect(intake.requests).toHaveLength(1);
  });

  test("a body that is not UTF-8, or is compressed, is refused instead of sent with other characters", async () => {
    const { app, intake } = house();
    const headers = { authorization: "Bearer demo-key", "content-type": "application/json" };
    const latin1 = Buffer.from(JSON.stringify({ ...FAX, text: "Grüße" }), "latin1");
    const answer = await problem(await app.request("/v1/jobs", { method: "POST", headers, body: latin1 }));
    expect(answer).toMatchObject({ code: "broken-json", detail: "The body is not UTF-8." });
    for (const path of ["/v1/jobs", "/v1/documents"]) {
      const request = { method: "POST", headers: { ...headers, "content-encoding": "gzip" }, body: "{}" };
      const response = await app.request(path, request);
      expect(response.headers.get("accept-encoding")).toBe("identity");
      expect((await problem(response)).status).toBe(415);
    }
    expect(intake.requests).toHaveLength(0);
  });

  test("the same key and body are the same job; the same key with another body is a conflict", async () => {
    const { ask, intake } = house();
    const key = { "idempotency-key": "order-17" };
    const first = await (await ask("POST", "/v1/jobs", FAX, key)).json();
    const again = await ask("POST", "/v1/jobs", FAX, key);
    expect(again.status).toBe(201);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await again.json()).toEqual(first);
    expect(intake.requests).toHaveLength(1);
    const other = await ask("POST", "/v1/jobs", { ...FAX, text: "anders" }, key);
    expect(await problem(other)).toMatchObject({ status: 409, code: "idempotency-conflict" });
    const bad = await ask("POST", "/v1/jobs", FAX, { "idempotency-key": "two words" });
    expect((await problem(bad)).status).toBe(400);
  });

  test("100,000 recipients are one request; one more is refused", async () => {
    const { ask, intake } = house();
    const recipients = Array.from({ length: 100_000 }, (_, i) => `+49302312${String(i).padStart(5, "0")}`);
    expect((await ask("POST", "/v1/jobs", { ...FAX, recipients })).status).toBe(201);
    expect(intake.requests[0]?.recipients).toHaveLength(100_000);
    const more = await ask("POST", "/v1/jobs", { ...FAX, recipients: [...recipients, "+4930231250"] });
    expect((await problem(more)).code).toBe("invalid");
  });

  test("what is wrong is named with its place", async () => {
    const { ask } = house();
    const response = await ask("POST", "/v1/jobs", {
      channel: "telex",
      recipients: ["+49", { address: 7 }],
      option: {},
    });
    const body = (await problem(response)) as { errors: { at: string }[] };
    expect(body).toMatchObject({ status: 400, code: "invalid" });
    expect(body.errors.map((e) => e.at)).toEqual(["channel", "recipients[1]", "body"]);
    expect((await problem(await ask("POST", "/v1/jobs", "{ not json"))).code).toBe("broken-json");
    const text = await ask("POST", "/v1/jobs", "x", { "content-type": "text/plain" });
    expect(await problem(text)).toMatchObject({ status: 415, code: "media-type" });
  });

  test("a refusal of the intake keeps its name", async () => {
    const { ask } = house();
    const response = await ask("POST", "/v1/jobs", { ...FAX, recipients: [] });
    expect(await problem(response)).toMatchObject({ status: 422, code: "no-recipient" });
  });

  test("documents that are no base64 or were never uploaded are refused, and nothing stays in the spool", async () => {
    const { ask, spool } = house();
    const good = { name: "a.pdf", base64: "JVBERg==" };
    const broken = await ask("POST", "/v1/jobs", { ...FAX, documents: [good, { name: "b.pdf", base64: "a*b=" }] });
    expect(await problem(broken)).toMatchObject({ code: "invalid", at: 1 });
    const unknown = await ask("POST", "/v1/jobs", { ...FAX, documents: [good, { name: "b", hash: "0".repeat(64) }] });
    expect(await problem(unknown)).toMatchObject({ status: 422, code: "document-unknown", at: 1 });
    expect(spool.open).toBe(0);
  });

  test("a body over the limit is refused, whether its length was announced or not", async () => {
    const { ask, app, intake } = house({ limits: { jsonBytes: 1000 } });
    expect((await problem(await ask("POST", "/v1/jobs", { ...FAX, text: "x".repeat(2000) }))).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(500).fill(0x20));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" } as RequestInit;
    const headers = { authorization: "Bearer demo-key", "content-type": "application/json" };
    expect((await problem(await app.request("/v1/jobs", { ...init, headers }))).code).toBe("too-large");
    expect(sent).toBeLessThan(10);
    expect(intake.requests).toHaveLength(0);
  });
});

describe("looking into jobs", () => {
  test("a place in a job that no listing can have given out is refused", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 7, accountId: 1 });
    for (const query of ["cursor=999999999999999", "from=99999999999", "from=-1", "from=1e2"]) {
      expect((await problem(await ask("GET", `/v1/jobs/7/recipients?${query}`))).code).toBe("invalid");
    }
  });

  test("listings follow their cursor to the end, newest first", async () => {
    const { ask, ledger } = house();
    for (let id = 1; id <= 5; id++) ledger.addJob({ id, accountId: 1 });
    const seen: number[] = [];
    let cursor = "";
    do {
      const page = (await (await ask("GET", `/v1/jobs?limit=2${cursor}`)).json()) as {
        items: { id: number }[];
        next?: string;
      };
      seen.push(...page.items.map((j) => j.id));
      cursor = page.next === undefined ? "" : `&cursor=${page.next}`;
    } while (cursor);
    expect(seen).toEqual([5, 4, 3, 2, 1]);
    expect((await problem(await ask("GET", "/v1/jobs?limit=0"))).code).toBe("invalid");
    expect((await problem(await ask("GET", "/v1/jobs?cursor=zzz"))).code).toBe("invalid");
  });

  test("recipients come in input order, from any place", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 1 }, 10);
    const page = (await (await ask("GET", "/v1/jobs/1/recipients?from=4&limit=3")).json()) as {
      items: { n: number }[];
      next: string;
    };
    expect(page.items.map((r) => r.n)).toEqual([4, 5, 6]);
    const rest = (await (await ask("GET", `/v1/jobs/1/recipients?cursor=${page.next}`)).json()) as typeof page;
    expect(rest.items.map((r) => r.n)).toEqual([7, 8, 9]);
    expect(rest.next).toBeUndefined();
    expect((await problem(await ask("GET", "/v1/jobs/1/recipients?cursor=x"))).code).toBe("invalid");
    Object.assign(ledger.rows.get(1)?.[6] ?? {}, { state: "retry", reference: "customer 7" });
    const found = async (query: string) =>
      ((await (await ask("GET", `/v1/jobs/1/recipients?${query}`)).json()) as typeof page).items.map((r) => r.n);
    expect(await found("state=retry")).toEqual([6]);
    expect(await found("q=customer%207")).toEqual([6]);
    expect(await found("state=final&q=customer")).toEqual([]);
    expect((await problem(await ask("GET", "/v1/jobs/1/recipients?state=lost"))).code).toBe("invalid");
  });

  test("times are ISO 8601 and a long text is a short title", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 1, content: { text: `${"Wort ".repeat(40)}\nzwei`, documents: [] } });
    const job = (await (await ask("GET", "/v1/jobs/1")).json()) as Record<string, string>;
    expect(job.acceptedAt).toBe("2026-03-02T11:00:00.000Z");
    expect(job.title).toHaveLength(60);
    expect(job.text).toContain("zwei");
  });

  test("an attempt's call is told as JSON and as a capture file", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 1 });
    ledger.ladders.set("1.0.1", Uint8Array.of(1, 2, 3));
    expect(await (await ask("GET", "/v1/attempts/1.0.1/ladder")).json()).toMatchObject({ lines: [{ lineUs: 3 }] });
    const pcap = await ask("GET", "/v1/attempts/1.0.1/ladder.pcap");
    expect(pcap.headers.get("content-disposition")).toContain("call-1.0.1.pcap");
    expect(new Uint8Array(await pcap.arrayBuffer())).toEqual(Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1));
    for (const key of ["1.0.2", "1.0", "x", "1.0.1.1"]) {
      expect((await problem(await ask("GET", `/v1/attempts/${key}/ladder`))).code).toBe("not-found");
    }
  });
});

describe("commands", () => {
  test("cancel says what it reached, pause and resume answer the job", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 1 }, 3);
    expect(await (await ask("POST", "/v1/jobs/1/pause")).json()).toMatchObject({ id: 1, paused: true });
    expect(await (await ask("POST", "/v1/jobs/1/resume")).json()).toMatchObject({ paused: false });
    expect(await (await ask("POST", "/v1/jobs/1/cancel")).json()).toEqual({ cancelled: 3, inFlight: 0 });
  });

  test("resend sends the failed recipients again, or those with the outcomes named", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 1, accountId: 1 }, 4);
    const rows = ledger.rows.get(1) as { outcome?: string; state: string }[];
    for (const [n, outcome] of ["OK", "BUSY", "NORING"].entries()) Object.assign(rows[n] ?? {}, { outcome });
    const dry = await ask("POST", "/v1/jobs/1/resend", { dryRun: true });
    expect([dry.status, await dry.json()]).toEqual([200, { recipients: 2 }]);
    expect(ledger.agains).toHaveLength(0);
    const response = await ask("POST", "/v1/jobs/1/resend", { outcomes: ["BUSY"] }, { "idempotency-key": "k" });
    expect([response.status, response.headers.get("location")]).toEqual([201, "/v1/jobs/2"]);
    expect(await response.json()).toEqual({ recipients: 1, id: 2 });
    expect(ledger.agains[0]).toMatchObject({ pick: { job: 1, outcomes: ["BUSY"] }, idempotency: { key: "k" } });
    const none = await ask("POST", "/v1/jobs/1/resend", { outcomes: ["VOICE"] });
    expect((await problem(none)).code).toBe("nothing-to-resend");
  });
});

describe("documents", () => {
  const content = Buffer.from("%PDF-1.7 a document");
  const hash = createHash("sha256").update(content).digest("hex");

  test("an upload is named by its hash and can be sent and looked at", async () => {
    const { app, ask, intake } = house();
    const upload = await app.request("/v1/documents", {
      method: "POST",
      headers: { authorization: "Bearer demo-key", "content-type": "application/pdf" },
      body: content,
    });
    expect(upload.status).toBe(201);
    expect(await upload.json()).toEqual({ hash, bytes: content.length });
    await ask("POST", "/v1/jobs", { ...FAX, documents: [{ name: "a.pdf", hash }] });
    expect(Buffer.from(intake.documents[0]?.[0] as Uint8Array)).toEqual(content);
    const page = await ask("GET", `/v1/documents/${hash}/pages/2.png`);
    expect(page.headers.get("content-type")).toBe("image/png");
    expect((await problem(await ask("GET", `/v1/documents/${hash}/pages/3.png`))).code).toBe("not-found");
    expect((await problem(await ask("GET", `/v1/documents/${hash}/pages/0.png`))).code).toBe("not-found");
  });

  test("a multipart upload is read as it arrives", async () => {
    const { app } = house();
    const form = new FormData();
    form.set("note", "before");
    form.set("file", new Blob([content]), "brief.pdf");
    const response = await app.request("/v1/documents", {
      method: "POST",
      headers: { authorization: "Bearer demo-key" },
      body: form,
    });
    expect(await response.json()).toEqual({ hash, bytes: content.length });
  });

  test("empty, oversized and broken uploads leave nothing behind; a full disk is said", async () => {
    const { app, spool, deps } = house();
    const put = (body: string | Uint8Array<ArrayBuffer> | null, contentType = "application/pdf") =>
      app.request("/v1/documents", {
        method: "POST",
        headers: { authorization: "Bearer demo-key", "content-type": contentType },
        body,
      });
    expect((await problem(await put(null))).code).toBe("file-empty");
    expect((await problem(await put(""))).code).toBe("file-empty");
    expect((await problem(await put(new Uint8Array(spool.limit + 1)))).code).toBe("too-large");
    expect((await problem(await put("--b\r\n", "multipart/form-data; boundary=b"))).code).toBe("broken-upload");
    expect((await problem(await put("x", "multipart/form-data"))).code).toBe("media-type");
    let sent = 0;
    const broken = new ReadableStream({
      pull(controller) {
        if (sent++ < 2) controller.enqueue(new Uint8Array(100));
        else controller.error(new Error("socket hang up"));
      },
    });
    const cut = await app.request("/v1/documents", {
      method: "POST",
      headers: { authorization: "Bearer demo-key" },
      body: broken,
      duplex: "half",
    } as RequestInit);
    expect((await problem(cut)).code).toBe("broken-upload");
    expect(spool.open).toBe(0);
    deps.spool.create = async () => {
      throw new SpoolFull("disk");
    };
    expect(await problem(await put("x"))).toMatchObject({ status: 507, code: "disk-full" });
  });
});

describe("the rest of the house", () => {
  test("a received fax is listed, fetched and deleted", async () => {
    const { ask, ledger, blobs } = house();
    const tiffHash = await blobs.put(Uint8Array.of(0x25, 1, 2));
    ledger.faxes.set(3, {
      id: 3,
      accountId: 1,
      receivedAt: NOON,
      originator: "+493023125007",
      called: "+493023125900",
      remoteId: "+49 30 23125 007",
      pages: 2,
      complete: false,
      badLines: 0,
      tiffHash,
      state: "new",
    });
    const list = (await (await ask("GET", "/v1/inbound")).json()) as { items: unknown[] };
    expect(list.items).toMatchObject([{ id: 3, pages: 2, complete: false, receivedAt: "2026-03-02T11:00:00.000Z" }]);
    const tiff = await ask("GET", "/v1/inbound/3.tif");
    expect(tiff.headers.get("content-type")).toBe("image/tiff");
    expect(new Uint8Array(await tiff.arrayBuffer())).toEqual(Uint8Array.of(0x25, 1, 2));
    expect((await ask("GET", "/v1/inbound/3.pdf")).headers.get("content-type")).toBe("application/pdf");
    expect((await ask("GET", "/v1/inbound/3/pages/1.png")).status).toBe(200);
    expect((await ask("DELETE", "/v1/inbound/3")).status).toBe(204);
    const states = async (query: string) =>
      ((await (await ask("GET", `/v1/inbound${query}`)).json()) as { items: { state: string }[] }).items;
    expect(await states("")).toEqual([]);
    expect(await states("?deleted=false")).toEqual([]);
    expect(await states("?deleted=true")).toMatchObject([{ id: 3, state: "deleted" }]);
    expect((await ask("GET", "/v1/inbound?deleted=maybe")).status).toBe(400);
    expect((await problem(await ask("GET", "/v1/inbound/3"))).code).toBe("not-found");
    expect((await problem(await ask("DELETE", "/v1/inbound/3"))).code).toBe("not-found");
  });

  test("lines are seen by all, whose call it is only by its owner", async () => {
    const { ask, ledger, lines } = house();
    ledger.addJob({ id: 1, accountId: 1 });
    ledger.addJob({ id: 2, accountId: 2 });
    lines.push(
      { line: 0, state: "sending", attempt: "1.0.1", address: "+49302312500", page: 1, pages: 2 },
      { line: 1, state: "dialling", attempt: "2.0.1", address: "+49302312599" },
      { line: 2, state: "idle" },
    );
    expect(await (await ask("GET", "/v1/lines")).json()).toEqual({
      items: [lines[0], { line: 1, state: "dialling" }, lines[2]],
    });
  });

  test("limits are set by scope, listed, and removed by setting none", async () => {
    const { ask } = house();
    const set = async (limit: object) => (await ask("PUT", "/v1/limits", limit)).json();
    await set({ scope: "destination:+4930", maxInFlight: 2 });
    const both = {
      items: [
        { scope: "destination:+4930", maxInFlight: 2 },
        { scope: "channel:fax", paused: true },
      ],
    };
    expect(await set({ scope: "channel:fax", paused: true })).toEqual(both);
    expect(await (await ask("GET", "/v1/limits")).json()).toEqual(both);
    expect(await set({ scope: "channel:fax" })).toEqual({ items: both.items.slice(0, 1) });
    for (const wrong of [{ scope: "fax" }, { scope: "destination:49" }, { scope: "account:1", maxInFlight: -1 }, {}])
      expect((await problem(await ask("PUT", "/v1/limits", wrong))).code).toBe("invalid");
  });

  test("a clock so fast that it has overtaken its advance is there, and takes its new speed", async () => {
    const { ask, ledger } = house();
    const change = ledger.changeClock.bind(ledger);
    ledger.changeClock = async (asked) => (asked.setTo === undefined ? change(asked) : undefined);
    const response = await ask("PUT", "/v1/clock", { speed: 10, advanceMs: 5 });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ speed: 10 });
  });

  test("pausing a job that is done tells it as it stands", async () => {
    const { ask, ledger } = house();
    ledger.addJob({ id: 7, accountId: 1 });
    ledger.pause = async () => false;
    const response = await ask("POST", "/v1/jobs/7/pause");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: 7, paused: false });
  });

  test("the clock is read, sped up and set forward, never back", async () => {
    const { ask } = house();
    expect(await (await ask("GET", "/v1/clock")).json()).toMatchObject({ now: "2026-03-02T11:00:00.000Z", speed: 1 });
    const fast = await ask("PUT", "/v1/clock", { speed: "max", advanceMs: 60_000 });
    expect(await fast.json()).toMatchObject({ now: "2026-03-02T11:01:00.000Z", speed: 1000, unpaced: true });
    const back = await ask("PUT", "/v1/clock", { setTo: "2026-03-02T11:00:30Z" });
    expect(await problem(back)).toMatchObject({ status: 409, code: "clock-goes-forward" });
    expect((await problem(await ask("PUT", "/v1/clock", {}))).code).toBe("invalid");
    expect((await problem(await ask("PUT", "/v1/clock", { speed: 0 }))).code).toBe("invalid");
    const production = house({ clockSettable: false });
    expect((await problem(await production.ask("PUT", "/v1/clock", { speed: 2 }))).code).toBe("clock-not-settable");
  });

  test("a webhook is made with a secret told once, listed without it, and removed", async () => {
    const { ask } = house();
    const made = await ask("POST", "/v1/webhooks", { url: "http://127.0.0.1:9000/hook", types: ["job.done"] });
    expect(made.status).toBe(201);
    const hook = (await made.json()) as { id: number; secret: string };
    expect(hook.secret).toMatch(/^whsec_/);
    expect(JSON.stringify(await (await ask("GET", "/v1/webhooks")).json())).not.toContain("whsec_");
    expect(await (await ask("GET", `/v1/webhooks/${hook.id}`)).json()).toMatchObject({ types: ["job.done"] });
    expect((await ask("DELETE", `/v1/webhooks/${hook.id}`)).status).toBe(204);
    expect((await problem(await ask("GET", `/v1/webhooks/${hook.id}`))).code).toBe("not-found");
    const inside = await ask("POST", "/v1/webhooks", { url: "http://10.0.0.1/" });
    expect(await problem(inside)).toMatchObject({ status: 422, code: "target-not-allowed" });
    expect((await problem(await ask("POST", "/v1/webhooks", { url: "ftp://hook.example/" }))).code).toBe("invalid");
  });

  test("a path that is none, a method that is none, and a fault of ours are problems too", async () => {
    const { ask, faults, ledger } = house();
    expect((await problem(await ask("GET", "/v1/nothing"))).code).toBe("not-found");
    expect((await problem(await ask("GET", "/v1/feed"))).code).toBe("upgrade-required");
    expect((await problem(await ask("GET", "/v1/jobs/abc"))).code).toBe("not-found");
    const wrong = await ask("DELETE", "/v1/jobs/1");
    expect(wrong.headers.get("allow")).toBe("GET");
    expect((await problem(wrong)).code).toBe("method-not-allowed");
    ledger.jobs = async () => {
      throw new Error("secret details");
    };
    const broken = await ask("GET", "/v1/jobs");
    expect(JSON.stringify(await problem(broken))).not.toContain("secret");
    expect(faults).toHaveLength(1);
  });
});

describe("documentation", () => {
  test("the OpenAPI document names every route with its scope", async () => {
    const { app } = house();
    const response = await app.request("/v1/openapi.json");
    const document = (await response.json()) as {
      openapi: string;
      paths: Record<
        string,
        Record<string, { security: { apiKey: string[] }[]; parameters?: { in: string; required?: boolean }[] }>
      >;
    };
    expect(document.openapi).toBe("3.1.0");
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { parameters = [] } of Object.values(methods)) {
        const inPath = parameters.filter((parameter) => parameter.in === "path");
        // OpenAPI 3.1 §4.8.12: a parameter in the path is always required.
        expect({ path, required: inPath.map((p) => p.required) }).toEqual({ path, required: inPath.map(() => true) });
      }
    }
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        "/v1/jobs",
        "/v1/jobs/{id}/recipients/{n}/attempts",
        "/v1/attempts/{key}/ladder.pcap",
        "/v1/documents/{hash}/pages/{n}.png",
        "/v1/inbound/{id}.tif",
        "/v1/clock",
        "/v1/webhooks/{id}",
        "/v1/feed",
      ]),
    );
    expect(document.paths["/v1/jobs"]?.post?.security).toEqual([{ apiKey: ["jobs:write"] }]);
  });

  test("the page asks no other host for anything", async () => {
    const { app } = house();
    const page = await app.request("/docs");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    for (const [, path] of (await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(path).toMatch(/^\/docs\//);
      expect((await app.request(path as string)).status).toBe(200);
    }
    expect((await app.request("/docs/../package.json")).status).toBe(404);
    expect(await (await app.request("/docs/problems")).text()).toContain('id="idempotency-conflict"');
  });
});
