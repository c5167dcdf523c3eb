import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { EXIT } from "../exit-code.ts";
import { ended, type FeedDouble, feedDouble, type Peer } from "../feed.double.ts";
import { type IoDouble, ioDouble } from "../io.double.ts";
import { runProgram } from "../program.ts";

let house: FeedDouble | undefined;
let server: Server | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function run(args: string[], script: ((peer: Peer, io: IoDouble) => void)[], env: Record<string, string> = {}) {
  const holder: { io?: IoDouble } = {};
  house = await feedDouble(script.map((one) => (peer) => one(peer, holder.io as IoDouble)));
  const io = ioDouble({ ...house.env, ...env });
  holder.io = io;
  const exitCode = await runProgram(["listen", ...args], io);
  return { exitCode, ...io.written };
}

interface Post {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Somebody's own server. */
async function hookServer(status: (n: number) => number): Promise<{ url: string; posts: Post[] }> {
  const posts: Post[] = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    posts.push({ headers: request.headers, body });
    response.writeHead(status(posts.length)).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, posts };
}

describe("listen", () => {
  it("tells each event in one line with word and sign, until Ctrl-C, and then how many", async () => {
    const said = await run(
      [],
      [
        (peer, io) => {
          peer.snapshot(4, 4);
          const busy = ended(6, { outcome: "BUSY", final: false, data: { cause: "sip-486", text: "Busy." } });
          peer.say({ events: [ended(5), busy, ended(7, { type: "clock.changed" })], seq: 7 });
          // The line of the last event is written before the process could be interrupted by a person who has read it.
          const { write } = io.out;
          io.out.write = (text) => {
            write(text);
            if (text.includes("clock.changed")) io.interrupt();
          };
        },
      ],
    );
    expect(said.exitCode).toBe(EXIT.ok);
    const [ok, busy] = said.out.split("\n");
    expect(ok).toMatch(/^13:00:00\.250 +5 {2}attempt\.ended +17\.0\.1 +fax +✓ OK {2}final$/);
    expect(busy).toMatch(/◐ BUSY {2}Busy\. \(sip-486\)$/);
    expect(said.err).toContain("connected; events after 4");
    expect(said.err).toContain("-- 3 events\n");
  });

  it("goes on behind the last event it has told when the connection breaks, and says so", async () => {
    const said = await run(
      ["--from", "5", "--json"],
      [
        (peer) => {
          peer.snapshot(4, 9);
          peer.say({ events: [ended(5), ended(6)], seq: 7 });
          peer.drop();
        },
        (peer, io) => {
          peer.snapshot(7, 9);
          peer.say({ events: [ended(8)], seq: 8 });
          const { write } = io.out;
          io.out.write = (text) => {
            write(text);
            io.interrupt();
          };
        },
      ],
    );
    expect(house?.asked).toEqual(["?from=4", "?from=7"]);
    expect(
      said.out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).seq),
    ).toEqual([5, 6, 8]);
    expect(said.err).toContain("the connection is lost");
    expect(said.err).toContain("going on after event 7, none is missed");
  });

  it("--types leaves the others out, and a mistyped one is named", async () => {
    const said = await run(
      ["--replay", "5..6", "--types", "job.done"],
      [
        (peer) => {
          peer.snapshot(4, 9);
          peer.say({ events: [ended(5), ended(6, { type: "job.done" })], seq: 9 });
        },
      ],
    );
    expect(said.out.trim().split("\n")).toHaveLength(1);
    await house?.close();
    const wrong = await run(["--types", "job.dome"], []);
    expect(wrong).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining("Did you mean job.done?") });
  });

  it("a replay ends with its last event, or with the log's", async () => {
    const script = [
      (peer: Peer) => {
        peer.snapshot(4, 6);
        peer.say({ events: [ended(5), ended(6)], seq: 6 });
      },
    ];
    const cut = await run(["--replay", "5..5"], script);
    expect(cut).toMatchObject({ exitCode: EXIT.ok, err: expect.stringContaining("-- 1 event\n") });
    await house?.close();
    const beyond = await run(["--replay", "5..99"], script);
    expect(beyond.err).toContain("-- 2 events\n");
  });

  it("forwards body and signature as Standard Webhooks has them, and tells the answer of each", async () => {
    const hook = await hookServer((n) => (n === 1 ? 204 : 500));
    const house = ended(6, { account: 0, type: "worker.up" });
    const said = await run(
      ["--replay", "5..7", "--forward-to", hook.url],
      [
        (peer) => {
          peer.snapshot(4, 7);
          peer.say({ events: [ended(5), house, ended(7)], seq: 7 });
        },
      ],
    );
    const secret = /whsec_(\S+)/.exec(said.err)?.[1] ?? "";
    expect(hook.posts).toHaveLength(2);
    const { headers, body } = hook.posts[0] as Post;
    expect(JSON.parse(body)).toEqual({ type: "attempt.ended", timestamp: ended(5).at, data: ended(5) });
    expect(headers["webhook-id"]).toBe("evt_0_5");
    expect(headers["webhook-timestamp"]).toBe(String(Math.floor(Date.UTC(2026, 10, 22, 12) / 1000)));
    const signed = `evt_0_5.${headers["webhook-timestamp"]}.${body}`;
    const mac = createHmac("sha256", Buffer.from(secret, "base64")).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${mac}`);
    expect(said.out).toContain("✓ 204 in ");
    expect(said.out).toContain("✗ 500 in ");
    expect(said.err).toContain("3 events, 1 forwarded, 1 failed");
    expect(said.exitCode).toBe(EXIT.failed);
  });

  it("an address where nobody listens is a failed forward, not the end", async () => {
    const said = await run(
      ["--replay", "5..5", "--forward-to", "http://127.0.0.1:1/x", "--secret", "whsec_MDEyMzQ1Njc4OWFi"],
      [
        (peer) => {
          peer.snapshot(4, 5);
          peer.say({ events: [ended(5)], seq: 5 });
        },
      ],
    );
    expect(said.out).toMatch(/✗ \S+/);
    expect(said.err).not.toContain("MDEyMzQ1Njc4OWFi");
  });

  it.each([
    [["--from", "0"], "--from takes a sequence number"],
    [["--replay", "9..5"], "--replay takes two sequence numbers"],
    [["--replay", "5..9", "--from", "3"], "give one of them"],
    [["--forward-to", "ftp://x"], "--forward-to must be an address"],
    [["--secret", "whsec_x"], "give both"],
    [["--forward-to", "http://127.0.0.1:1", "--secret", "geheim"], "--secret must be"],
    [["now"], "takes no words"],
  ])("%o is a usage error", async (args, text) => {
    expect(await run(args, [])).toMatchObject({ exitCode: EXIT.usage, err: expect.stringContaining(text) });
  });
});
