// Real sockets on the loopback, virtual time.

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decodeRtp, encodeRtp, RTP_PAYLOAD } from "@depesche/audio";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRtp, type RtpPort } from "./rtp-port.ts";

const HOST = "127.0.0.1";

/** Time that moves only when it is told to. */
class Wall {
  us = 1_000_000;
  due: { atUs: number; then: () => void } | undefined;
  nowUs = () => this.us;
  at = (atUs: number, then: () => void) => {
    const mine = { atUs, then };
    this.due = mine;
    return () => {
      if (this.due === mine) this.due = undefined;
    };
  };
  pass(us: number): void {
    const until = this.us + us;
    while (this.due && this.due.atUs <= until) {
      const { atUs, then } = this.due;
      this.due = undefined;
      this.us = Math.max(this.us, atUs);
      then();
    }
    this.us = until;
  }
}

let wall: Wall;
let port: RtpPort;
let far: Socket;
let datagrams: Uint8Array[];

beforeEach(async () => {
  wall = new Wall();
  datagrams = [];
  port = await openRtp({ host: HOST, wall });
  far = createSocket("udp4").bind(0, HOST);
  await once(far, "listening");
  far.on("message", (bytes) => datagrams.push(bytes));
});
afterEach(async () => {
  await port.close();
  far.close();
});

const packets = () =>
  datagrams.map((bytes) => {
    const read = decodeRtp(bytes);
    if (!read.ok) throw new Error(read.problem);
    return read.packet;
  });

const start = (ear: (samples: Int16Array) => void = () => {}) =>
  port.start({ host: HOST, port: far.address().port, law: "pcma" }, ear);

it("sends a packet every 20 ms by the clock, however late its timer comes", async () => {
  await start();
  wall.pass(100_000);
  // Away for 90 ms, then every 20 ms again.
  wall.us += 90_000;
  wall.pass(10_000);
  wall.pass(800_000);
  await expect.poll(() => datagrams.length).toBe(51);
  const sent = packets();
  const first = sent[0]!;
  expect(sent.map(({ sequence }) => (sequence - first.sequence) & 0xffff)).toEqual(sent.map((_, i) => i));
  expect(sent.map(({ timestamp }) => (timestamp - first.timestamp) >>> 0)).toEqual(sent.map((_, i) => 160 * i));
  expect(sent.map(({ marker }) => marker).indexOf(true, 1)).toBe(-1);
  expect([first.marker, first.payload.length, first.payload[0]]).toEqual([true, 160, 0xd5]);
});

it("does not make up for a long absence: the timestamps leap, the numbers do not", async () => {
  await start();
  wall.us += 5_000_000;
  wall.pass(0);
  await expect.poll(() => datagrams.length).toBe(2);
  const [a, b] = packets();
  expect([(b!.sequence - a!.sequence) & 0xffff, (b!.timestamp - a!.timestamp) >>> 0, b!.marker]).toEqual([
    1,
    250 * 160,
    true,
  ]);
});

it("plays a source to its end, says so, and goes on with silence", async () => {
  let left = 3;
  let ended = 0;
  port.play(
    (into) => {
      into.fill(32_256);
      return --left > 0;
    },
    () => ended++,
  );
  await start();
  wall.pass(80_000);
  await expect.poll(() => datagrams.length).toBe(5);
  expect(packets().map(({ payload }) => payload[159])).toEqual([0xaa, 0xaa, 0xaa, 0xd5, 0xd5]);
  expect(ended).toBe(1);
});

it("hears its far end and nobody else, before the start nobody at all", async () => {
  const heard: number[] = [];
  const stranger = createSocket("udp4").bind(0, HOST);
  await once(stranger, "listening");
  const voice = encodeRtp({
    payloadType: RTP_PAYLOAD.pcma,
    marker: true,
    sequence: 1,
    timestamp: 0,
    ssrc: 3,
    payload: new Uint8Array(160).fill(0xaa),
  });
  far.send(voice, port.port, HOST);
  await expect.poll(() => port.counts().strangers).toBe(1);
  expect(port.heardUs()).toBeUndefined();
  await start((samples) => heard.push(samples.length, samples[0]!));
  stranger.send(voice, port.port, HOST);
  await expect.poll(() => port.counts().strangers).toBe(2);
  far.send(Uint8Array.of(1, 2, 3), port.port, HOST);
  far.send(voice, port.port, HOST);
  await expect.poll(() => heard).toEqual([160, 32_256]);
  expect(port.counts()).toMatchObject({ received: 1, malformed: 1, strangers: 2 });
  expect(port.heardUs()).toBe(wall.us);
  stranger.close();
});

it("sends nothing while the far end holds the stream, and goes on in time when it comes back elsewhere", async () => {
  await port.start({ host: "0.0.0.0", port: far.address().port, law: "pcma" }, () => {});
  wall.pass(100_000);
  await start();
  wall.pass(20_000);
  await expect.poll(() => datagrams.length).toBe(1);
  expect(port.counts().sent).toBe(7);
});

it("speaks and hears under the payload type that the far end gave the law", async () => {
  const heard: number[] = [];
  const there = { host: HOST, port: far.address().port, law: "pcmu", payloadType: 97 } as const;
  await port.start(there, (samples) => heard.push(samples[0]!));
  const voice = { marker: true, sequence: 1, timestamp: 0, ssrc: 3, payload: Uint8Array.of(0x80) };
  far.send(encodeRtp({ ...voice, payloadType: 97 }), port.port, HOST);
  await expect.poll(() => heard).toEqual([32_124]);
  await expect.poll(() => datagrams.length).toBe(1);
  expect(packets()[0]).toMatchObject({ payloadType: 97 });
});

it("binds an even port within its range, and says when none is left", async () => {
  const base = 21_000 + 2 * Math.floor(Math.random() * 4000);
  const range = [base + 1, base + 6] as const;
  const open = await Promise.all([1, 2].map(() => openRtp({ host: HOST, portRange: range, wall })));
  expect(new Set(open.map((one) => one.port))).toSatisfy((ports: Set<number>) =>
    [...ports].every((bound) => bound % 2 === 0 && bound > base && bound <= base + 6),
  );
  open.push(await openRtp({ host: HOST, portRange: range, wall }));
  await expect(openRtp({ host: HOST, portRange: range, wall })).rejects.toMatchObject({ code: "EADDRINUSE" });
  await Promise.all(open.map((one) => one.close()));
});

it("leaves neither timer nor socket behind, and closing twice is closing once", async () => {
  await start();
  await Promise.all([port.close(), port.close()]);
  expect(wall.due).toBeUndefined();
});
