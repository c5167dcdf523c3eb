import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeIfp, encodeTpkt, type Ifp } from "@depesche/t38";
import { afterEach, describe, expect, it } from "vitest";
import { connectTpkt, type IfpPort, listenTpkt, type TpktListener, tpktPort } from "./index.ts";

const NEVER = new AbortController().signal;
const CED: Ifp = { kind: "indicator", indicator: "ced" };
const PREAMBLE: Ifp = { kind: "indicator", indicator: "v21-preamble" };

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function joined() {
  const listener = await listenTpkt({ host: "127.0.0.1" });
  open.push(listener);
  const arriving = listener.accept(NEVER, "127.0.0.1");
  const calling = await connectTpkt({ host: "127.0.0.1", port: listener.port });
  const answering = await arriving;
  if (!calling || !answering) throw new Error("not joined");
  return { calling, answering, listener };
}

/** What a port tells, until it has told so much. */
function told(port: IfpPort, count: number): Promise<string[]> {
  const heard: string[] = [];
  return new Promise((resolve) => {
    const note = (what: string) => {
      heard.push(what);
      if (heard.length === count) resolve(heard);
    };
    port.listen({
      ifp: (ifp) => note(ifp.kind === "indicator" ? ifp.indicator : "data"),
      gap: () => note("gap"),
      lost: note,
    });
  });
}

describe("IFPs over TCP with a foreign end", () => {
  it("arrive in order, and the end of the stream behind them", async () => {
    const { calling, answering } = await joined();
    const [a, b] = [tpktPort({ socket: calling }), tpktPort({ socket: answering })];
    a.send(CED);
    a.send(PREAMBLE);
    a.close();
    expect(await told(b, 3)).toEqual(["ced", "v21-preamble", "peer-closed"]);
    b.close();
  });

  it("that are no IFPs are dropped and counted; the stream goes on", async () => {
    const { calling, answering } = await joined();
    const port = tpktPort({ socket: answering });
    // 3E begins messages of our own, which a foreign end never says.
    for (const bytes of [
      [0x3e, 0x01, 0x41],
      [0xff, 0xff],
    ])
      calling.write(encodeTpkt(Uint8Array.from(bytes)));
    calling.write(encodeTpkt(encodeIfp(CED)));
    expect(await told(port, 1)).toEqual(["ced"]);
    expect(port.malformed).toBe(2);
    port.close();
    calling.destroy();
  });

  it("end when the stream is no TPKT any more", async () => {
    const { calling, answering } = await joined();
    const port = tpktPort({ socket: answering });
    calling.on("error", () => {});
    calling.write("GET / HTTP/1.1\r\n\r\n");
    expect(await told(port, 1)).toEqual(["tpkt-version"]);
    port.close();
  });

  it("end when the peer reads nothing", async () => {
    const { calling, answering } = await joined();
    const port = tpktPort({ socket: answering });
    calling.pause();
    const lost = told(port, 1);
    const page: Ifp = {
      kind: "data",
      modulation: "v17-14400",
      fields: [{ type: "t4-non-ecm-data", data: new Uint8Array(60_000) }],
    };
    for (let i = 0; i < 500; i++) port.send(page);
    expect(await lost).toEqual(["peer-stalled"]);
    port.close();
    calling.destroy();
    answering.destroy();
  });

  it("survive any mutilated stream", async () => {
    for (let round = 0; round < 40; round++) {
      const { calling, answering, listener } = await joined();
      const port = tpktPort({ socket: answering });
      calling.on("error", () => {});
      const bytes = Buffer.concat(Array.from({ length: 50 }, () => encodeTpkt(encodeIfp(CED))));
      for (let i = 0; i < round; i++) bytes[(i * 7919 + round * 31) % bytes.length] = (i * 37) & 0xff;
      calling.end(bytes);
      await new Promise<void>((resolve) => port.listen({ ifp: () => {}, gap: () => {}, lost: () => resolve() }));
      port.close();
      listener.close();
      if (!answering.destroyed) await once(answering, "close");
    }
  });
});

describe("the port for the one connection of a call", () => {
  it("cuts off whoever is not the peer, and stops waiting when the call is over", async () => {
    const listener: TpktListener = await listenTpkt({ host: "127.0.0.1" });
    open.push(listener);
    const stop = new AbortController();
    const arriving = listener.accept(stop.signal, "192.0.2.7");
    const stranger: Socket = connect(listener.port, "127.0.0.1");
    stranger.on("error", () => {});
    stranger.resume();
    await once(stranger, "close");
    stop.abort();
    expect(await arriving).toBeUndefined();
  });

  it("takes a peer that was there before it was waited for", async () => {
    const listener = await listenTpkt({ host: "127.0.0.1" });
    open.push(listener);
    const calling = await connectTpkt({ host: "127.0.0.1", port: listener.port });
    const answering = await listener.accept(NEVER);
    expect(answering).toBeDefined();
    calling?.destroy();
    answering?.destroy();
  });

  it("gives nothing when nobody is there", async () => {
    const listener = await listenTpkt({ host: "127.0.0.1" });
    listener.close();
    expect(await connectTpkt({ host: "127.0.0.1", port: listener.port })).toBeUndefined();
    expect(await connectTpkt({ host: "127.0.0.1", port: 9, signal: AbortSignal.abort() })).toBeUndefined();
  });
});
