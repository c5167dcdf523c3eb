// The route against servers that misbehave, each a few lines over a real socket.

import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openSmtp } from "./route.ts";

const MAIL = { id: "1-0", from: "a@ok.example", to: "b@ok.example", subject: "S", text: "T", attachments: [] };
const NEVER = new AbortController().signal;
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server that greets and answers each line by `answer`; undefined says nothing, "drop" breaks the connection. */
async function server(answer: (line: string, seen: string[]) => string | undefined, greeting = "220 hello") {
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const listener: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.write(`${greeting}\r\n`);
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString("latin1")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        seen.push(line);
        const said = answer(line, seen);
        if (said === "drop") socket.end();
        else if (said !== undefined) socket.write(`${said}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const route = openSmtp({ host: "127.0.0.1", port: (listener.address() as AddressInfo).port, stopGraceMs: 20 });
  cleanups.push(async () => {
    await route.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  });
  return { route, seen };
}

/** This process does nothing else for so long. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function usual(line: string): string | undefined {
  if (/^(EHLO|HELO|MAIL|RCPT|RSET|QUIT)/.test(line)) return "250 ok";
  if (line === "DATA") return "354 go on";
  return line === "." ? "250 2.0.0 taken" : undefined;
}

describe("a mail", () => {
  it("whose connection breaks before the last answer is temporary, and not sent again by itself", async () => {
    const { route, seen } = await server((line) => (line === "." ? "drop" : usual(line)));
    expect(await route.send(MAIL, NEVER)).toMatchObject({
      outcome: "SENDFAIL",
      temporary: true,
      cause: { code: "carrier-answer-lost" },
    });
    expect(seen.filter((l) => l === "DATA")).toHaveLength(1);
  });

  it.each(["MAIL", "RCPT", "DATA"])("whose connection breaks at %s has certainly not arrived", async (word) => {
    const { route } = await server((line) => (line.startsWith(word) ? "drop" : usual(line)));
    expect(await route.send(MAIL, NEVER)).toMatchObject({ temporary: true, cause: { code: "smtp-econnection" } });
  });

  it("that is refused after DATA has not arrived", async () => {
    const { route } = await server((line) => (line === "." ? "451 4.3.0 Later" : usual(line)));
    expect(await route.send(MAIL, NEVER)).toMatchObject({ temporary: true, cause: { code: "smtp-451" } });
  });

  it("is put off when RCPT TO is answered with what is no reply", async () => {
    const { route } = await server((line) => (line.startsWith("RCPT") ? "what?" : usual(line)));
    expect(await route.send(MAIL, NEVER)).toMatchObject({ outcome: "SENDFAIL", temporary: true });
  });

  it("to a server that is closing is temporary", async () => {
    const { route } = await server(usual, "421 4.3.2 Not now");
    expect(await route.send(MAIL, NEVER)).toMatchObject({ temporary: true, cause: { code: "smtp-421" } });
  });

  it("to something that does not speak SMTP is temporary", async () => {
    const { route } = await server(() => "HTTP/1.1 400 Bad Request", "SSH-2.0-OpenSSH");
    expect(await route.send(MAIL, NEVER)).toMatchObject({ outcome: "SENDFAIL", temporary: true });
  });

  it("carries the server's own words after DATA", async () => {
    const { route } = await server(usual);
    expect(await route.send(MAIL, NEVER)).toMatchObject({ outcome: "OK", carrierId: "250 2.0.0 taken" });
  });

  it("that is out when its attempt is stopped still reports what the server says at once after, however busy we are", async () => {
    const stop = new AbortController();
    const { route } = await server((line) => {
      if (line === ".") {
        stop.abort();
        // The answer leaves; then nobody reads it until the time to wait for it is over.
        process.nextTick(() => block(60));
      }
      return usual(line);
    });
    expect(await route.send(MAIL, stop.signal)).toMatchObject({ outcome: "OK" });
  });

  it.each(["", "kein-at", "a@b@c.example", "a b@ok.example", "a@ok.example,c@ok.example"])(
    "to %j is NORING without a word to the server",
    async (to) => {
      const { route, seen } = await server(usual);
      expect(await route.send({ ...MAIL, to }, NEVER)).toMatchObject({
        outcome: "NORING",
        cause: { code: "mail-address-invalid" },
      });
      expect(seen).toEqual([]);
    },
  );
});
