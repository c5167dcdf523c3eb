import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { openTerminalServer, type Terminal, type TerminalServer } from "./terminal-server.ts";

const HANG_MS = 30_000;
let server: TerminalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function plugged(): Promise<{ terminal: Terminal; socket: ReturnType<typeof connect> }> {
  const arrived = new Promise<Terminal>((resolve) => {
    void openTerminalServer({ host: "127.0.0.1", port: 0 }, resolve).then((opened) => {
      server = opened;
    });
  });
  await expect.poll(() => server?.port).toBeGreaterThan(0);
  const socket = connect(server!.port, "127.0.0.1");
  await once(socket, "connect");
  return { terminal: await arrived, socket };
}

it("page data for a terminal that does not read is lost, what is not page data is not", {
  timeout: HANG_MS,
}, async () => {
  const { terminal, socket } = await plugged();
  socket.pause();
  const piece = new Uint8Array(65_536).fill(0x55);
  for (let i = 0; i < 400; i++) {
    terminal.write(piece, "page");
    if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  terminal.write(Uint8Array.of(0x0a, 0x0b));
  let octets = 0;
  let last = 0;
  socket.on("data", (part: Buffer) => {
    octets += part.length;
    last = part[part.length - 1]!;
  });
  socket.resume();
  await expect.poll(() => last, { timeout: HANG_MS }).toBe(0x0b);
  expect(octets).toBeLessThan(400 * piece.length);
  socket.destroy();
});

it("what a terminal says is told in order, held back when asked, and its end once", { timeout: HANG_MS }, async () => {
  const { terminal, socket } = await plugged();
  let heard = "";
  let gone = 0;
  socket.write("AT");
  terminal.listen({
    octets: (octets) => {
      heard += String.fromCharCode(...octets);
    },
    gone: () => gone++,
  });
  await expect.poll(() => heard).toBe("AT");
  terminal.hold(true);
  socket.write("E0\r");
  terminal.hold(false);
  await expect.poll(() => heard).toBe("ATE0\r");
  socket.end();
  await expect.poll(() => gone).toBe(1);
});

it("a terminal that comes back at once finds its port free, a second one beside it does not", {
  timeout: HANG_MS,
}, async () => {
  const { terminal, socket } = await plugged();
  const gone = new Promise<void>((resolve) => terminal.listen({ octets: () => {}, gone: resolve }));
  // Both wait in the server's queues when it looks next, the newcomer before the end of the other.
  const back = connect(server!.port, "127.0.0.1");
  await once(back, "connect");
  socket.end();
  await gone;
  const third = connect(server!.port, "127.0.0.1");
  await once(third, "close");
  expect(server!.refused).toBe(1);
  expect(back.destroyed).toBe(false);
  back.destroy();
});

it("a port that is taken is an error, not a second server", { timeout: HANG_MS }, async () => {
  const { socket } = await plugged();
  const again = openTerminalServer({ host: "127.0.0.1", port: server!.port }, () => {});
  await expect(again).rejects.toMatchObject({ code: "EADDRINUSE" });
  socket.destroy();
});
