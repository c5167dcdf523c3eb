import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type ModemStream, openModemStream } from "./modem-stream.ts";

const HANG_MS = 15_000;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function modem(onDte: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(onDte);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(server);
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function stream(port: number): Promise<ModemStream> {
  const opened = await openModemStream({ host: "127.0.0.1", port });
  open.push(opened);
  return opened;
}

describe("the stream to a modem", () => {
  it("keeps what the modem says before anybody listens, and tells its end once", { timeout: HANG_MS }, async () => {
    const port = await modem((socket) => {
      socket.on("error", () => {});
      socket.end("\r\nRING\r\n");
    });
    const dte = await stream(port);
    const heard: string[] = [];
    await new Promise<void>((lost) => {
      setImmediate(() => dte.listen({ octets: (octets) => heard.push(Buffer.from(octets).toString()), lost }));
    });
    expect(heard.join("")).toBe("\r\nRING\r\n");
  });

  it("holds data back while the modem takes none, and tells when it does again", { timeout: HANG_MS }, async () => {
    let held: Socket | undefined;
    const port = await modem((socket) => {
      socket.on("error", () => {});
      socket.pause();
      held = socket;
    });
    const dte = await stream(port);
    let told = 0;
    const piece = new Uint8Array(65_536);
    let pieces = 0;
    // As much as the system takes for a peer that reads nothing.
    while (dte.write(piece, () => told++) && pieces < 10_000) {
      pieces++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(pieces).toBeLessThan(10_000);
    expect(told).toBe(0);
    held?.resume();
    await expect.poll(() => told, { timeout: HANG_MS }).toBe(1);
  });

  it("says what is wrong with a place: nobody there, no device, no terminal", { timeout: HANG_MS }, async () => {
    const port = await modem(() => {});
    await new Promise((closed) => (open.pop() as Server).close(closed));
    await expect(openModemStream({ host: "127.0.0.1", port })).rejects.toMatchObject({ problem: "modem-not-there" });
    await expect(openModemStream({ device: "/dev/no-such-modem" })).rejects.toMatchObject({
      problem: "modem-not-there",
    });
    await expect(openModemStream({ device: "/dev/null" })).rejects.toMatchObject({ problem: "modem-not-a-terminal" });
  });
});
