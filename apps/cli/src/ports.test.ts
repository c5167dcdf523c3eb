import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { readSettings, SETTINGS } from "@depesche/core";
import { afterEach, expect, it } from "vitest";
import { EXIT } from "./exit-code.ts";
import { assertPortsFree, type PortUse, portsOf, portTrouble } from "./ports.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A loopback address of our own: on 127.0.0.1 any program may be given the same number at any moment. */
const HOST = "127.0.0.77";

async function takenTcp(): Promise<number> {
  const server = createServer().listen(0, HOST);
  open.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const use = (port: number, more: Partial<PortUse> = {}): PortUse => ({
  variable: "DEPESCHE_SIP_PORT",
  host: HOST,
  port,
  ...more,
});

it("every port of the settings is looked at", () => {
  const read = readSettings({});
  if (!read.ok) throw new Error(read.problems.join());
  const ports = SETTINGS.filter((s) => s.kind === "port").map((s) => s.variable);
  expect(portsOf(read.settings).map((p) => p.variable)).toEqual(expect.arrayContaining(ports));
});

it("a taken port is named with its variable and flag", async () => {
  const port = await takenTcp();
  await expect(assertPortsFree([use(port)])).rejects.toMatchObject({
    exitCode: EXIT.failed,
    message: `Port ${port} on ${HOST} is taken by another program: choose another with DEPESCHE_SIP_PORT (--sip-port).`,
  });
});

it("a port that is taken on UDP only counts where UDP is used", async () => {
  const socket = createSocket("udp4");
  open.push(socket);
  socket.bind(0, HOST);
  await once(socket, "listening");
  const { port } = socket.address();
  expect(await portTrouble(use(port))).toBeUndefined();
  expect(await portTrouble(use(port, { udp: true }))).toBe("EADDRINUSE");
});

it("a look leaves the port free", async () => {
  const port = await takenTcp();
  (open.pop() as { close(): unknown }).close();
  expect(await portTrouble(use(port, { udp: true }))).toBeUndefined();
  await expect(assertPortsFree([use(port, { udp: true })])).resolves.toBeUndefined();
});

it("one port for two purposes is refused", async () => {
  await expect(assertPortsFree([use(40_001, { variable: "DEPESCHE_PORT" }), use(40_001)])).rejects.toThrow(
    "DEPESCHE_PORT and DEPESCHE_SIP_PORT are both 40001",
  );
});
