// Whole calls over real sockets on the loopback, without SIP.

import { connect } from "node:net";
import { type Action, createAnswerer, createCaller, type Event, resultOf, type Session, step } from "@depesche/t30";
import { encodeTpkt } from "@depesche/t38";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type CallEnd,
  connectMedia,
  encodeOwn,
  MediaConnections,
  type MediaPort,
  openMediaPort,
  type Party,
  Recorder,
  renderLadder,
  runCall,
} from "./index.ts";

const NEVER = new AbortController().signal;
const PAGE = Uint8Array.from({ length: 3000 }, (_, i) => i & 0xff);

let port: MediaPort;
let connections: MediaConnections;
beforeEach(async () => {
  port = await openMediaPort({ host: "127.0.0.1" });
  connections = new MediaConnections();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all([port.close(), connections.close()]);
});

function partyOf(session: Session): Party {
  return { step: (event: Event, out: Action[]) => step(session, event, out) };
}

/** Never says a word and never looks at a clock. */
const MUTE: Party = { step: () => {} };

async function joined() {
  const arriving = port.expect("token1", NEVER);
  const calling = connectMedia({ host: "127.0.0.1", port: port.port, token: "token1" }, connections);
  const answering = await arriving;
  if (!answering) throw new Error("nobody came");
  return { calling, answering };
}

const CALLER = () => partyOf(createCaller({ pages: [{ width: 1728, resolution: "fine" }] }));

describe("a call between own ends", () => {
  it("both sides end with the same line time, and the page has arrived", async () => {
    const { calling, answering } = await joined();
    const received: Uint8Array[] = [];
    const ends: CallEnd[] = await Promise.all([
      runCall({ side: "caller", party: CALLER(), media: calling, needPage: async () => PAGE }),
      runCall({
        side: "answerer",
        party: partyOf(createAnswerer()),
        media: answering,
        receivedPage: async ({ octets }) => received.push(octets) > 0,
      }),
    ]);
    expect(ends.map(({ cause, pages, endedBy }) => [cause, pages, endedBy])).toEqual([
      ["completed", 1, "us"],
      ["completed", 1, "peer"],
    ]);
    expect(ends[0]!.lineUs).toBe(ends[1]!.lineUs);
    expect(received[0]!.subarray(0, PAGE.length)).toEqual(PAGE);
  });

  it("a silent peer costs T1 of line time and no wall time", async () => {
    const { calling, answering } = await joined();
    const silent = runCall({ side: "answerer", party: MUTE, media: answering, stallMs: 60_000 });
    const end = await runCall({ side: "caller", party: CALLER(), media: calling });
    expect(end).toMatchObject({ cause: "no-fax-tone", lineUs: 35_000_000, endedBy: "us" });
    await connections.close();
    expect((await silent).cause).toBe("media-lost");
  });

  it("a goodbye stands in the record where the call ended, not where something was heard last", async () => {
    const { calling, answering } = await joined();
    const silent = runCall({ side: "answerer", party: MUTE, media: answering, stallMs: 60_000 });
    const recorder = new Recorder("caller");
    await runCall({ side: "caller", party: CALLER(), media: calling, recorder });
    recorder.sip({ sent: true, bytes: new TextEncoder().encode("BYE sip:x SIP/2.0\r\n\r\n") });
    expect(renderLadder(recorder.finish(0))?.at(-1)).toMatchObject({ name: "BYE", lineUs: 35_000_000 });
    await connections.close();
    await silent;
  });

  it("two sides that could wait for ever are told apart from slow ones at once", async () => {
    const { calling, answering } = await joined();
    const ends = await Promise.all([
      runCall({ side: "caller", party: MUTE, media: calling, stallMs: 60_000 }),
      runCall({ side: "answerer", party: MUTE, media: answering, stallMs: 60_000 }),
    ]);
    expect(ends.map(({ cause }) => cause)).toContain("stalled");
  });

  it("a peer whose connection is open but dead is given up after the guard", async () => {
    const { calling } = await joined();
    const end = await runCall({ side: "caller", party: CALLER(), media: calling, stallMs: 30 });
    expect(end.cause).toBe("stalled");
  });

  it("a side that was too busy to read for longer than the guard reads first", async () => {
    const { calling, answering } = await joined();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const needPage = async () => {
      // Timers go off between two looks at the sockets, as they do for a process that comes back to itself.
      await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(31_000);
      return PAGE;
    };
    const receivedPage = async () => true;
    const ends = await Promise.all([
      runCall({ side: "caller", party: CALLER(), media: calling, needPage }),
      runCall({ side: "answerer", party: partyOf(createAnswerer()), media: answering, receivedPage }),
    ]);
    expect(ends.map(({ cause }) => cause)).toEqual(["completed", "completed"]);
  });

  it("a stop while a page is awaited says DCN and ends the call at both sides", async () => {
    const { calling, answering } = await joined();
    const stop = new AbortController();
    const needPage = () => {
      stop.abort();
      return new Promise<undefined>(() => {});
    };
    const [caller, answerer] = await Promise.all([
      runCall({ side: "caller", party: CALLER(), media: calling, needPage, signal: stop.signal }),
      runCall({ side: "answerer", party: partyOf(createAnswerer()), media: answering }),
    ]);
    expect(caller).toMatchObject({ cause: "stopped", stopped: true, endedBy: "us" });
    expect(answerer).toMatchObject({ cause: "caller-disconnected", endedBy: "peer" });
  });

  it("a hang-up in the midst of a page ends the caller's line time there", async () => {
    const { calling, answering } = await joined();
    const session = createAnswerer({ mood: { hangUpInPage: 1 } });
    const [caller, answerer] = await Promise.all([
      runCall({ side: "caller", party: CALLER(), media: calling, needPage: async () => PAGE }),
      runCall({ side: "answerer", party: partyOf(session), media: answering }),
    ]);
    expect(caller).toMatchObject({ cause: "hung-up-in-page", endedBy: "peer" });
    expect(answerer.endedBy).toBe("us");
    expect(caller.lineUs).toBe(answerer.lineUs);
  });

  it("a malformed IFP is dropped and counted, and the call goes on", async () => {
    const { calling, answering } = await joined();
    const quitter: Party = {
      step: (event, out) => {
        if (event.type === "tone") out.push({ type: "hang-up", result: resultOf("stopped", 0) });
      },
    };
    calling.sendIfp(Uint8Array.of(0xff, 0xff, 0xff));
    const [end] = await Promise.all([
      runCall({ side: "answerer", party: quitter, media: answering }),
      runCall({ side: "caller", party: CALLER(), media: calling }),
    ]);
    expect(end.dropped).toBe(1);
    expect(end.cause).toBe("stopped");
  });
});

describe("the media port", () => {
  it("strangers are cut off: a wrong token, an IFP before hello, no TPKT at all", async () => {
    const hello = encodeOwn({ kind: "hello", token: "unknown" });
    for (const bytes of [
      encodeTpkt(hello),
      encodeTpkt(Uint8Array.of(0)),
      new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port.port, "127.0.0.1", () => socket.write(bytes));
        socket.on("error", () => {});
        socket.on("close", () => resolve());
        socket.resume();
      });
    }
    expect(port.strangers()).toBe(3);
  });

  it("hears of a connection whose caller closed it before it could say anything, however late that was", async () => {
    const arriving = port.expect("token3", NEVER);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    connectMedia({ host: "127.0.0.1", port: port.port, token: "token3" }, connections).close();
    vi.advanceTimersByTime(2000);
    expect(await arriving).toBeDefined();
  });

  it("stops waiting for a call that is taken back", async () => {
    const stop = new AbortController();
    const arriving = port.expect("token2", stop.signal);
    stop.abort();
    expect(await arriving).toBeUndefined();
  });
});
