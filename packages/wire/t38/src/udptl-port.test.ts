// UDPTL ports on real sockets of the loopback, and in memory where time matters.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { decodeUdptl, encodeIfp, encodeUdptl, type Ifp, protectionFor, type UdptlRecovery } from "@depesche/t38";
import { describe, expect, it } from "vitest";
import { bindUdptl, type IfpListener, memoryNetwork, Recorder, udptlPort, VirtualWall } from "./index.ts";
import { A, B, randomOf } from "./memory-network.ts";

const CED: Ifp = { kind: "indicator", indicator: "ced" };
const SILENCE: Ifp = { kind: "indicator", indicator: "no-signal" };
const OCTET = (value: number): Ifp => ({
  kind: "data",
  modulation: "v21",
  fields: [{ type: "hdlc-data", data: Uint8Array.of(value) }],
});
const REDUNDANCY = protectionFor("t38UDPRedundancy");

function datagram(sequence: number, ifp: Ifp): Uint8Array {
  return encodeUdptl({ sequence, primary: encodeIfp(ifp), recovery: { kind: "redundancy", packets: [] } });
}

/** Gathers what a port tells; `next` waits for more of it. */
function listener() {
  const heard: string[] = [];
  let more = () => {};
  const note = (what: string) => {
    heard.push(what);
    more();
  };
  const told: IfpListener = {
    ifp: (ifp) => note(ifp.kind === "indicator" ? ifp.indicator : `${ifp.fields[0]?.data?.[0]}`),
    gap: (count) => note(`gap ${count}`),
    lost: (problem) => note(problem),
  };
  const until = async (count: number) => {
    while (heard.length < count) await new Promise<void>((resolve) => (more = resolve));
    return heard;
  };
  return { told, heard, until };
}

/** A peer made of nothing but a socket. */
async function bareSocket() {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

async function onLoopback() {
  const peer = await bareSocket();
  const socket = await bindUdptl({ host: "127.0.0.1" });
  const port = udptlPort({
    side: "caller",
    socket,
    remote: { host: "127.0.0.1", port: peer.address().port },
    send: REDUNDANCY,
  });
  const say = (bytes: Uint8Array) => peer.send(bytes, socket.port, "127.0.0.1");
  return { peer, socket, port, say };
}

describe("a UDPTL port on a socket", () => {
  it("hears its peer, and nobody else: strangers are counted", async () => {
    const { peer, socket, port, say } = await onLoopback();
    const { told, until, heard } = listener();
    port.listen(told);
    const stranger = await bareSocket();
    stranger.send(datagram(0, SILENCE), socket.port, "127.0.0.1");
    while (port.counts().strangers === 0) await new Promise((resolve) => setImmediate(resolve));
    say(datagram(0, CED));
    await until(1);
    // From now on the kernel keeps them away.
    stranger.send(datagram(1, SILENCE), socket.port, "127.0.0.1");
    say(datagram(1, OCTET(7)));
    await until(2);
    expect(heard).toEqual(["ced", "7"]);
    expect(port.counts()).toMatchObject({ received: 2, malformed: 0 });
    for (const one of [peer, stranger, port]) one.close();
  });

  it("keeps what comes before anybody listens", async () => {
    const { peer, port, say } = await onLoopback();
    for (const [i, value] of [1, 2, 3].entries()) say(datagram(i, OCTET(value)));
    while (port.counts().received < 3) await new Promise((resolve) => setImmediate(resolve));
    const { told, heard } = listener();
    port.listen(told);
    expect(heard).toEqual(["1", "2", "3"]);
    for (const one of [peer, port]) one.close();
  });

  it("still sends what was said just before it is closed", async () => {
    const { peer, port } = await onLoopback();
    const arrived: number[] = [];
    const all = new Promise<void>((resolve) =>
      peer.on("message", (bytes) => {
        const decoded = decodeUdptl(bytes);
        if (decoded.ok) arrived.push(decoded.datagram.sequence);
        if (arrived.length === 5) resolve();
      }),
    );
    port.send(OCTET(1));
    port.send(OCTET(2));
    port.send(SILENCE);
    port.close();
    await all;
    expect(arrived).toEqual([0, 1, 2, 2, 2]);
    peer.close();
  });

  it("is lost when its peer's port is gone", async () => {
    const { peer, port, say } = await onLoopback();
    const { told, until } = listener();
    port.listen(told);
    say(datagram(0, CED));
    await until(1);
    peer.close();
    await once(peer, "close");
    for (let i = 0; i < 200 && (await Promise.race([until(2), aMoment()])) === undefined; i++)
      port.send(OCTET(i & 0xff));
    expect(await until(2)).toEqual(["ced", "media-econnrefused"]);
    port.close();
  });
});

const aMoment = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5));

function inMemory(weather: Parameters<typeof memoryNetwork>[1], syntax?: "corrigendum") {
  const wall = new VirtualWall();
  const network = memoryNetwork(wall, weather);
  const recorder = new Recorder("caller");
  const a = udptlPort({ side: "caller", socket: network.a, remote: B, send: REDUNDANCY, wall, recorder, syntax });
  const b = udptlPort({ side: "answerer", socket: network.b, remote: A, send: REDUNDANCY, wall });
  return { wall, network, a, b, recorder };
}

describe("a UDPTL port in bad weather", () => {
  it("gives up what nothing repairs after a moment longer than jitter lasts, also when nothing more comes", async () => {
    const { wall, a, b } = inMemory({ seed: 1, drop: (_from, count) => count >= 1 && count <= 5 });
    const { told, heard } = listener();
    const at: number[] = [];
    const gap = (count: number) => {
      at.push(wall.nowUs());
      told.gap(count);
    };
    b.listen({ ...told, gap });
    for (let i = 0; i < 7; i++) a.send(OCTET(i));
    await wall.run(10_000_000);
    expect(heard).toEqual(["0", "gap 2", "3", "4", "5", "6"]);
    expect(at).toEqual([620_000]);
    expect(b.counts()).toMatchObject({ received: 2, recovered: 3, lost: 2 });
    a.close();
    b.close();
    expect(wall.waiting).toBe(0);
  });

  it("tells duplicates once and puts what overtook back", async () => {
    const { wall, a, b } = inMemory({ seed: 3, duplicates: 0.5, jitterUs: 300_000 });
    const { told, heard } = listener();
    b.listen(told);
    for (let i = 0; i < 100; i++) wall.at(i * 30_000, () => a.send(OCTET(i)));
    await wall.run(10_000_000);
    expect(heard).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`));
    expect(b.counts().late).toBeGreaterThan(20);
  });

  it("answers in the syntax that its peer speaks", async () => {
    const { wall, a, b } = inMemory({ seed: 1 }, "corrigendum");
    const end: Ifp = { kind: "data", modulation: "v21", fields: [{ type: "hdlc-fcs-ok" }] };
    const heard: Ifp[] = [];
    a.listen({ ifp: (ifp) => heard.push(ifp), gap: () => {}, lost: () => {} });
    for (const ifp of [OCTET(1), end, OCTET(2), end]) a.send(ifp);
    await wall.run(1_000_000);
    for (const ifp of [OCTET(1), end]) b.send(ifp);
    await wall.run(2_000_000);
    expect(heard).toEqual([OCTET(1), end]);
    expect(b.malformed).toBe(0);
  });

  it("does not take the end of a frame whose verdict was lost for another syntax", async () => {
    const { wall, network, b } = inMemory({ seed: 1 });
    const heard: Ifp[] = [];
    b.listen({ ifp: (ifp) => heard.push(ifp), gap: () => {}, lost: () => {} });
    const end: Ifp = { kind: "data", modulation: "v21", fields: [{ type: "hdlc-sig-end" }] };
    network.stray("b", datagram(0, OCTET(1)), A);
    network.stray("b", datagram(2, end), A);
    await wall.run(1_000_000);
    expect(heard).toEqual([OCTET(1), end]);
  });

  it("goes on with a peer that begins to count anew", async () => {
    const { wall, network, b } = inMemory({ seed: 1 });
    const { told, heard } = listener();
    b.listen(told);
    for (let i = 0; i < 300; i++) network.stray("b", datagram(i, OCTET(1)), A);
    for (let i = 0; i < 5; i++) network.stray("b", datagram(i, OCTET(2)), A);
    await wall.run(1_000_000);
    expect(heard.slice(300)).toEqual(["gap 1", "2", "2", "2"]);
  });

  it("takes one refusal for an accident, three in a row for the end", () => {
    const { network, a } = inMemory({ seed: 1 });
    const { told, heard } = listener();
    a.listen(told);
    for (let i = 0; i < 2; i++) network.refuse("a");
    network.stray("a", datagram(0, CED), B);
    for (let i = 0; i < 2; i++) network.refuse("a");
    expect(heard).toEqual(["ced"]);
    network.refuse("a");
    expect(heard).toEqual(["ced", "media-econnrefused"]);
  });

  it("drops and counts twenty thousand mutilated datagrams, and tells nothing impossible", () => {
    const random = randomOf(38);
    const { network, b, wall } = inMemory({ seed: 1 });
    let told = 0;
    b.listen({
      ifp: (ifp) => {
        told++;
        if (ifp.kind === "data") for (const { data } of ifp.fields) expect(data?.length ?? 1).toBeGreaterThan(0);
      },
      gap: (count) => expect(count).toBeGreaterThan(0),
      lost: () => expect.unreachable(),
    });
    for (let round = 0; round < 20_000; round++) {
      const primary = encodeIfp(round % 3 ? OCTET(round & 0xff) : CED);
      const recovery: UdptlRecovery =
        round % 2
          ? { kind: "redundancy", packets: [primary, primary] }
          : { kind: "fec", span: round % 5, entries: [primary] };
      let bytes = encodeUdptl({ sequence: round & 0xffff, primary, recovery });
      for (let i = Math.floor(random() * 4); i > 0; i--) bytes[Math.floor(random() * bytes.length)] = random() * 256;
      if (random() < 0.2) bytes = bytes.subarray(0, Math.floor(random() * bytes.length));
      network.stray("b", bytes, A);
    }
    const counts = b.counts();
    expect(counts.malformed).toBeGreaterThan(1000);
    expect(told).toBeGreaterThan(1000);
    b.close();
    expect(wall.waiting).toBe(0);
  });
});
