/**
 * Calls that begin as G.711 audio and go over to T.38 by re-INVITE (T.38 Annex D): the called side says CED and offers, the
 * calling side says CNG and offers when it hears a fax machine; whichever side offers first is taken.
 */

import { cedTone, cngTone, createFaxEar, type Heard, hearFax, playTone } from "@depesche/audio";
import type { RtpPort } from "@depesche/wire-rtp";
import { answerAudio, answerUdptl, type Call, type FaxOffer, offerUdptl, readOffer } from "@depesche/wire-sip";
import { bindUdptl, monotonicWall, type Side, type UdptlSocket } from "@depesche/wire-t38";
import type { CallDesk } from "./call-desk.ts";
import type { CallTape } from "./call-ladders.ts";
import type { Leg, NoLeg } from "./lines.ts";
import { type UdptlOffer, udptlLeg } from "./media-legs.ts";

export type AudioOffer = FaxOffer & { kind: "audio" };

/** T.30 timer T1: so long a machine has to make itself heard. */
const T1_US = 35_000_000;
/** After its CED the far end has this long to offer T.38 itself. */
const AFTER_CED_US = 1_500_000;

const REFUSED: NoLeg = { result: "NOSERVICE", cause: "t38-refused" };
const LOST: NoLeg = { result: "ISDNERR", cause: "media-lost" };
const STOPPED: NoLeg = { result: "SENDFAIL", cause: "stopped" };

interface AudioCall {
  call: Call;
  rtp: RtpPort;
  far: AudioOffer;
  side: Side;
  tape: CallTape;
}

/** Resolves with the T.38 stream, or with why there is none. Frees the audio stream. Never rejects. */
export async function outOfAudio(desk: CallDesk, audio: AudioCall): Promise<Leg | NoLeg> {
  const phase = new AudioPhase(desk, audio);
  try {
    return await phase.run();
  } finally {
    await audio.rtp.close();
  }
}

class AudioPhase {
  readonly #desk: CallDesk;
  readonly #call: Call;
  readonly #rtp: RtpPort;
  readonly #far: AudioOffer;
  readonly #side: Side;
  readonly #tape: CallTape;
  readonly #ear = createFaxEar();
  #resolve: (result: Leg | NoLeg) => void = () => {};
  #settled = false;
  #heard = false;
  #offering = false;
  /** One socket for our offer and for our answer to theirs. */
  #socket: Promise<UdptlSocket> | undefined;
  #taken = false;
  readonly #alarms: (() => void)[] = [];

  constructor(desk: CallDesk, { call, rtp, far, side, tape }: AudioCall) {
    this.#desk = desk;
    this.#call = call;
    this.#rtp = rtp;
    this.#far = far;
    this.#side = side;
    this.#tape = tape;
  }

  async run(): Promise<Leg | NoLeg> {
    const result = new Promise<Leg | NoLeg>((resolve) => {
      this.#resolve = resolve;
    });
    const stop = () => this.#end(STOPPED);
    this.#desk.closing.addEventListener("abort", stop);
    this.#call.onOffer((sdp) => this.#consider(sdp));
    void this.#call.over.then(() => this.#end(this.#hungUp()));
    const tone = this.#side === "answerer" ? cedTone() : cngTone();
    // CED ends, CNG does not: the called side offers behind its tone, the calling side when it has heard one.
    this.#rtp.play(
      (into) => playTone(tone, into),
      () => void this.#offer(),
    );
    if (this.#side === "caller") this.#after(T1_US, () => this.#unheard());
    const { host, port, payload: law, payloadType } = this.#far;
    await this.#rtp
      .start({ host, port, law, payloadType }, (samples) => this.#hear(samples))
      .catch(() => this.#end(LOST));
    const ended = await result;
    this.#desk.closing.removeEventListener("abort", stop);
    for (const takeBack of this.#alarms) takeBack();
    if (!this.#taken) void this.#socket?.then((socket) => socket.close()).catch(() => {});
    // What the peer wants to change later (back to audio, as some do when a fax is over) is refused: the fax goes on.
    this.#call.onOffer(() => ({ status: 488 }));
    return ended;
  }

  #end(result: Leg | NoLeg): void {
    if (!this.#settled) {
      this.#settled = true;
      this.#resolve(result);
    } else if ("port" in result) result.port.close();
  }

  #after(us: number, then: () => void): void {
    const due = () => {
      if (!this.#settled) then();
    };
    this.#alarms.push(monotonicWall.at(monotonicWall.nowUs() + us, due));
  }

  #hear(samples: Int16Array): void {
    if (this.#settled || this.#side === "answerer") return;
    const heard: Heard[] = [];
    hearFax(this.#ear, samples, heard);
    for (const { signal } of heard) {
      if (signal === "cng") continue;
      this.#heard = true;
      if (signal === "v21-preamble") void this.#offer();
      else this.#after(AFTER_CED_US, () => void this.#offer());
    }
  }

  #unheard(): void {
    if (this.#heard || this.#offering) return;
    this.#end(this.#rtp.heardUs() === undefined ? LOST : { result: "VOICE", cause: "no-fax-tone" });
  }

  #hungUp(): NoLeg {
    if (this.#side === "answerer") return { result: "SENDFAIL", cause: "caller-hung-up" };
    return this.#heard
      ? { result: "SENDFAIL", cause: "hung-up-before-dis" }
      : { result: "VOICE", cause: "no-fax-tone" };
  }

  /** Our re-INVITE. */
  async #offer(): Promise<void> {
    if (this.#offering || this.#settled) return;
    this.#offering = true;
    const socket = await this.#bind();
    if (!socket || this.#settled) return;
    const { response, local } = await this.#call.reoffer(
      offerUdptl({ address: this.#desk.endpoint.host, port: socket.port }),
    );
    if (this.#settled) return;
    const far = response.status < 300 ? readOffer(response.body) : undefined;
    if (far?.kind === "udptl") await this.#take(socket, far);
    else this.#end(local && !this.#call.stands ? this.#hungUp() : REFUSED);
  }

  /** The peer's re-INVITE. */
  async #consider(sdp: Uint8Array): Promise<{ status: number; sdp?: Uint8Array }> {
    const { host: address } = this.#desk.endpoint;
    const offer = readOffer(sdp, address);
    if (offer.kind === "audio") return { status: 200, sdp: answerAudio(sdp, { address, port: this.#rtp.port }) };
    if (offer.kind !== "udptl") return { status: 488 };
    const socket = await this.#bind();
    if (!socket || this.#settled) return { status: 500 };
    this.#heard = true;
    // Behind our answer: what is said before it reaches nobody.
    setImmediate(() => void this.#take(socket, offer));
    return { status: 200, sdp: answerUdptl(sdp, { address, port: socket.port }) };
  }

  async #take(socket: UdptlSocket, far: UdptlOffer): Promise<void> {
    if (this.#taken) return;
    this.#taken = true;
    try {
      this.#end(await udptlLeg(socket, { call: this.#call, far, side: this.#side, tape: this.#tape }));
    } catch {
      socket.close();
      this.#end(LOST);
    }
  }

  async #bind(): Promise<UdptlSocket | undefined> {
    this.#socket ??= bindUdptl({ host: this.#desk.endpoint.host });
    try {
      return await this.#socket;
    } catch {
      this.#end(LOST);
      return undefined;
    }
  }
}
