// Modems at the exchange, as programs at their ports and callers at their numbers see them.
// biome-ignore-all lint/suspicious/noControlCharactersInRegex: the octets of the wire are control characters

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankBitmap, encode, equalBitmaps, readTiff } from "@depesche/t4";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Exchange, type ModemBank, openExchange, openModemBank } from "../index.ts";

const HANG_MS = 30_000;

let folder: string;
let exchange: Exchange;
let bank: ModemBank;
let terminals: Terminal[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "depesche-modems-"));
  exchange = await openExchange({ port: 0, wireLog: join(folder, "fax.log"), now: () => 1_000 });
  bank = await openModemBank({ port: 0, dial: (call) => exchange.dial(call) });
  exchange.plug(bank);
  terminals = [];
});
afterEach(async () => {
  for (const { socket } of terminals) socket.destroy();
  await bank.close();
  await exchange.close();
  await rm(folder, { recursive: true });
});

interface Terminal {
  socket: Socket;
  type(text: string): void;
  /** Waits until the modem's words since the last answer hold `text`. */
  hears(text: string): Promise<string>;
  isGone(): boolean;
}

async function terminal(modem: number): Promise<Terminal> {
  const socket = connect(bank.ports[modem]!, "127.0.0.1");
  let heard = "";
  let gone = false;
  let look = () => {};
  socket.setEncoding("latin1").on("data", (text) => {
    heard += text;
    look();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    gone = true;
  });
  await once(socket, "connect");
  const opened: Terminal = {
    socket,
    type: (text) => void socket.write(text, "latin1"),
    hears: (text) =>
      new Promise((resolve) => {
        look = () => {
          if (!heard.includes(text)) return;
          look = () => {};
          const all = heard;
          heard = "";
          resolve(all);
        };
        look();
      }),
    isGone: () => gone,
  };
  terminals.push(opened);
  return opened;
}

async function ready(modem: number): Promise<Terminal> {
  const opened = await terminal(modem);
  opened.type("ATE0+FCLASS=1\r");
  await opened.hears("OK");
  return opened;
}

const last = () => exchange.calls().at(-1);

it.each([
  ["100", "BUSY", "BUSY"],
  ["200", "NO ANSWER", "NOANSWER"],
  ["400", "NO CARRIER", "NORING"],
  ["500", "NO CARRIER", "ISDNERR"],
  ["600", "NO CARRIER", "NOSERVICE"],
])("a call to %s is %s at the terminal and %s in the book", { timeout: HANG_MS }, async (number, code, result) => {
  const { type, hears } = await ready(0);
  type(`ATDT03023125${number}\r`);
  await hears(`\r\n${code}\r\n`);
  await expect.poll(() => last()).toMatchObject({ from: "+493023125920", to: `+493023125${number}`, result });
});

it("a machine says CSI and DIS; a terminal that goes away then hangs its line up", { timeout: HANG_MS }, async () => {
  const opened = await ready(0);
  opened.type("ATD001\r");
  const csi = await opened.hears("\r\nOK\r\n");
  // Address, control of a frame that is not the last, CSI, the number from its end, FCS.
  expect(csi).toMatch(/CONNECT\r\n\xff\x03@100 52132 03 94\+ {4}.*\r\nOK/s);
  opened.type("AT+FRH=3\r");
  expect(await opened.hears("\r\nOK\r\n")).toMatch(/CONNECT\r\n\xff\x13\x80/);
  opened.socket.destroy();
  await expect.poll(() => last(), { timeout: HANG_MS }).toMatchObject({ to: "+493023125001", pages: 0 });
  expect((await ready(0)).isGone()).toBe(false);
});

it("one terminal is at a port; a second is turned away and disturbs nothing", { timeout: HANG_MS }, async () => {
  const first = await ready(1);
  const second = await terminal(1);
  await expect.poll(() => second.isGone()).toBe(true);
  first.type("AT\r");
  expect(await first.hears("OK")).toBe("\r\nOK\r\n");
});

it("a modem rings for its caller, is busy off hook, and is not there without a terminal", {
  timeout: HANG_MS,
}, async () => {
  const [calling, called, third] = [await ready(0), await ready(1), await ready(2)];
  calling.type("ATD921\r");
  await called.hears("RING");
  third.type("ATD921\r");
  await third.hears("BUSY");
  called.type("ATA\r");
  await called.hears("CONNECT");
  called.type("\xff\x13\x80\x00\x10\x03");
  expect(await calling.hears("\r\nOK\r\n")).toMatch(/CONNECT\r\n\xff\x13\x80\x00/);
  called.type("ATH\r");
  calling.type("AT+FRH=3\r");
  await calling.hears("NO CARRIER");
  third.type("ATD923\r");
  await third.hears("NO ANSWER");
  expect(exchange.calls().map(({ to, result }) => [to.slice(-3), result])).toEqual([
    ["921", "BUSY"],
    ["921", "BRIDGED"],
    ["923", "NOANSWER"],
  ]);
});

it("a caller that gives up before ATA is no call any more", { timeout: HANG_MS }, async () => {
  const [calling, called] = [await ready(0), await ready(1)];
  calling.type("ATD921\r");
  await called.hears("RING");
  calling.socket.destroy();
  await expect.poll(() => last()).toMatchObject({ to: "+493023125921", result: "NOANSWER" });
  called.type("ATA\r");
  await called.hears("NO CARRIER");
});

it("a terminal that talks nonsense leaves the other modems alone", { timeout: HANG_MS }, async () => {
  const [bad, good] = [await terminal(0), await ready(1)];
  for (let i = 0; i < 200; i++) bad.socket.write(Uint8Array.from({ length: 1000 }, (_, k) => (k * 31 + i * 7) & 0xff));
  good.type("ATI3\r");
  expect(await good.hears("OK")).toContain("Depesche");
});

it("a page comes octet for octet in a TIFF tray when the terminal sends one by hand", { timeout: 60_000 }, async () => {
  const page = blankBitmap(1728, 40);
  page.data.fill(0x3c, 216 * 20);
  const line = await ready(0);
  line.type("ATD911\r");
  await line.hears("\r\nOK\r\n");
  line.type("AT+FRH=3\r");
  await line.hears("\r\nOK\r\n");
  line.type("AT+FTH=3\r");
  await line.hears("CONNECT");
  // DCS: 9600 by V.29, fine, MH, 1728 pels, no minimum scan-line time.
  line.type("\xff\x13\x83\x00\x46\x78\x10\x03");
  await line.hears("OK");
  line.type("AT+FTS=8;+FTM=96\r");
  await line.hears("CONNECT");
  line.type(`${"\0".repeat(1800)}\x10\x03`);
  await line.hears("OK");
  line.type("AT+FRH=3\r");
  expect(await line.hears("\r\nOK\r\n")).toContain("\xff\x13\x84");
  line.type("AT+FTM=96\r");
  await line.hears("CONNECT");
  const reversed = (octet: number) =>
    Number.parseInt(octet.toString(2).padStart(8, "0").split("").reverse().join(""), 2);
  const coded = [...encode(page, { coding: "MH" })]
    .map(reversed)
    .flatMap((octet) => (octet === 16 ? [16, 16] : [octet]));
  line.socket.write(Uint8Array.from([...coded, 0x10, 0x03]));
  await line.hears("OK");
  line.type("AT+FTS=8;+FTH=3\r");
  await line.hears("CONNECT");
  line.type("\xff\x13\x2f\x10\x03");
  await line.hears("OK");
  line.type("AT+FRH=3\r");
  expect(await line.hears("\r\nOK\r\n")).toContain("\xff\x13\x8c");
  line.type("AT+FTH=3\r");
  await line.hears("CONNECT");
  line.type("\xff\x13\xfb\x10\x03");
  await line.hears("OK");
  line.type("ATH\r");
  await expect.poll(() => last(), { timeout: HANG_MS }).toMatchObject({ result: "OK", pages: 1 });
  const read = readTiff(exchange.faxTiff("+493023125911", 0)!);
  expect(read.ok && equalBitmaps(read.pages[0]!.bitmap!, page)).toBe(true);
});
