/**
 * A call that was answered as audio, and how it becomes a fax call (T.38 Annex D.2.3): a fax machine is heard (CED, or the
 * preamble of its first frame), or we are one and are heard; then either end re-INVITEs to T.38. Whoever sends no fax tone
 * within T1 is a person.
 */

import { cedTone, cngTone, createFaxEar, type Heard, hearFax, playTone } from "@depesche/audio";
import { TIMERS } from "@depesche/t30";
import type { RtpPort } from "@depesche/wire-rtp";
import {
  answerAudio,
  answerTcp,
  answerUdptl,
  type Call,
  type FaxOffer,
  offerUdptl,
  readOffer,
} from "@depesche/wire-sip";
import type { UdptlSocket } from "@depesche/wire-t38";
import { isRefusedOffer } from "./answers.ts";
import { CALLER_GONE, type Ended, endedBy, MEDIA_LOST, MEDIA_SILENT, NO_PORT, STOPPED, T38_REFUSED } from "./ended.ts";
import {
  awaitedLine,
  bindMedia,
  connectedLine,
  dropLine,
  errorCorrectionOf,
  keepUdptl,
  type Line,
  type LineContext,
  udptlLine,
} from "./line.ts";

export interface AudioCall {
  call: Call;
  rtp: RtpPort;
  /** The audio stream of the far end. */
  far: FaxOffer & { kind: "audio" };
  stop: AbortSignal;
}

/** T.30 §5.4.3.1 T1: so long a machine has to make itself heard. */
const T1_US = TIMERS.T1.us;
/** The gateway before a fax machine mostly changes to T.38 by itself when it hears CED: it is given this long. */
const AFTER_CED_US = 1_500_000;
const BYE_US = 2_000_000;

/** Resolves with the line, or with why there is none. Frees the audio stream. Never rejects. */
export async function outOfAudio(context: LineContext, audio: AudioCall): Promise<Line | Ended> {
  const phase = new AudioPhase(context, audio);
  try {
    return await phase.run();
  } finally {
    await audio.rtp.close();
  }
}

class AudioPhase {
  readonly #context: LineContext;
  readonly #audio: AudioCall;
  readonly #ear = createFaxEar();
  /** Frees what waits for the phase's end. */
  readonly #over = new AbortController();
  #resolve: (result: Line | Ended) => void = () => {};
  #settled = false;
  #heard = false;
  #changing = false;
  /** One for our offer and for our answer to theirs: should both cross, they name the same stream. */
  #socket: Promise<UdptlSocket> | undefined;
  #socketTaken = false;
  #timers: (() => void)[] = [];

  constructor(context: LineContext, audio: AudioCall) {
    this.#context = context;
    this.#audio = audio;
  }

  async run(): Promise<Line | Ended> {
    const { call, rtp, far, stop } = this.#audio;
    const { side } = this.#context;
    const result = new Promise<Line | Ended>((resolve) => {
      this.#resolve = resolve;
    });
    const onStop = () => this.#end(STOPPED);
    call.onOffer((sdp) => this.#consider(sdp));
    void call.over.then(() => this.#hungUp());
    stop.addEventListener("abort", onStop);
    if (stop.aborted) onStop();
    const ced = cedTone();
    const cng = cngTone();
    if (side === "caller") rtp.play((into) => playTone(cng, into));
    else
      rtp.play(
        (into) => playTone(ced, into),
        () => void this.#change(),
      );
    this.#after(T1_US, () => this.#unheard());
    void this.#listenTo(far);
    const outcome = await result;
    stop.removeEventListener("abort", onStop);
    for (const takeBack of this.#timers) takeBack();
    this.#over.abort();
    if (!this.#socketTaken) void this.#socket?.then((socket) => socket.close()).catch(() => {});
    return outcome;
  }

  async #listenTo({ host, port, payload: law, payloadType }: AudioCall["far"]): Promise<void> {
    try {
      await this.#audio.rtp.start({ host, port, law, payloadType }, (samples) => this.#hear(samples));
    } catch {
      this.#end(MEDIA_LOST);
    }
  }

  #after(us: number, then: () => void): void {
    const { wall } = this.#context.parts;
    this.#timers.push(
      wall.at(wall.nowUs() + us, () => {
        if (!this.#settled) then();
      }),
    );
  }

  #end(result: Line | Ended): void {
    if (this.#settled) {
      if (result.kind !== "ended") dropLine(result);
      return;
    }
    this.#settled = true;
    this.#resolve(result);
  }

  #hear(samples: Int16Array): void {
    if (this.#settled) return;
    const out: Heard[] = [];
    hearFax(this.#ear, samples, out);
    for (const { signal } of out) {
      if (this.#context.side === "caller" && signal === "cng") continue;
      this.#heard = true;
      // The first frame is on its way and will come again; who waits for more of it only loses time.
      if (signal === "v21-preamble") void this.#change();
      else if (signal === "ced") this.#after(AFTER_CED_US, () => void this.#change());
    }
  }

  #unheard(): void {
    if (this.#heard || this.#changing || this.#context.side === "answerer") return;
    this.#end(this.#audio.rtp.heardUs() === undefined ? MEDIA_SILENT : endedBy("no-fax-tone"));
  }

  #hungUp(): void {
    if (this.#context.side === "answerer") this.#end(CALLER_GONE);
    else this.#end(endedBy(this.#heard ? "hung-up-before-dis" : "hung-up-without-fax-tone"));
  }

  /** Our own re-INVITE to T.38. */
  async #change(): Promise<void> {
    if (this.#changing || this.#settled) return;
    this.#changing = true;
    const { parts } = this.#context;
    const socket = await this.#bind();
    if (!socket || this.#settled) return;
    const media = { address: parts.config.bind, port: socket.port, errorCorrection: errorCorrectionOf(parts) };
    const { response, local } = await this.#audio.call.reoffer(offerUdptl(media));
    if (this.#settled) return;
    const { status } = response;
    const far = status < 300 ? readOffer(response.body) : undefined;
    if (far?.kind === "udptl") await this.#take(socket, far);
    else if (status < 300 || isRefusedOffer(status)) this.#end(T38_REFUSED);
    else if (!this.#audio.call.stands) this.#hungUp();
    else if (local) this.#end(MEDIA_LOST);
    // Whatever else is answered, 487 above all, is about the call: its BYE is on the way.
    else this.#after(BYE_US, () => this.#end(T38_REFUSED));
  }

  /** The peer's re-INVITE. */
  async #consider(sdp: Uint8Array): Promise<{ status: number; sdp?: Uint8Array }> {
    const { parts } = this.#context;
    const { bind: address } = parts.config;
    const offer = readOffer(sdp, address);
    if (this.#settled) return { status: 488 };
    switch (offer.kind) {
      case "udptl": {
        const socket = await this.#bind();
        if (!socket || this.#settled) return { status: 500 };
        this.#heard = true;
        // Behind our answer: what is said before it reaches nobody.
        setImmediate(() => void this.#take(socket, offer));
        return { status: 200, sdp: answerUdptl(sdp, { address, port: socket.port }) };
      }
      case "tcp":
        this.#heard = true;
        return { status: 200, sdp: await this.#takeTcp(sdp, offer, address) };
      case "audio":
        void this.#listenTo(offer);
        return { status: 200, sdp: answerAudio(sdp, { address, port: this.#audio.rtp.port }) };
      case "own":
      case "none":
        return { status: 488 };
      default:
        return offer satisfies never;
    }
  }

  async #takeTcp(sdp: Uint8Array, offer: FaxOffer & { kind: "tcp" }, address: string): Promise<Uint8Array> {
    const gone = this.#over.signal;
    if (offer.fax.setup === "passive") {
      setImmediate(() => void connectedLine(offer, gone).then((line) => this.#end(line ?? MEDIA_LOST)));
      return answerTcp(sdp, { address, port: undefined });
    }
    const awaited = await awaitedLine(this.#context.parts);
    void awaited.line(offer, gone).then((line) => this.#end(line ?? MEDIA_LOST));
    return answerTcp(sdp, { address, port: awaited.port });
  }

  async #take(socket: UdptlSocket, far: FaxOffer & { kind: "udptl" }): Promise<void> {
    if (this.#socketTaken) return;
    this.#socketTaken = true;
    keepUdptl(this.#audio.call, this.#context.parts, socket, far);
    try {
      this.#end(await udptlLine(this.#context, socket, far));
    } catch {
      socket.close();
      this.#end(MEDIA_LOST);
    }
  }

  async #bind(): Promise<UdptlSocket | undefined> {
    this.#socket ??= bindMedia(this.#context.parts);
    try {
      return await this.#socket;
    } catch {
      this.#end(NO_PORT);
      return undefined;
    }
  }
}
