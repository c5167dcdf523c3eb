// A telephone network in memory and in virtual time: the emulated modem of packages/at, far ends that speak T.30 over the same line.

import { createDce, type DceAction, type DceEvent, type DceState, dceWakeUs, stepDce } from "@depesche/at";
import { bitmapOf, type ContractPage, coded } from "@depesche/ports/contract/fax-trunk";
import { type AnswererOptions, createAnswerer, createCaller, FULL_CAPABILITIES, isLastPage, step } from "@depesche/t30";
import { ModemPlaceError, type ModemStream, type ModemStreamListener } from "@depesche/wire-modem";
import { type CallEnd, type IfpPort, ifpPair, needOf, receivedOf, runPacedCall, VirtualWall } from "@depesche/wire-t38";

/** What is behind a number. */
export type FarEnd =
  | { kind: "machine"; options?: Partial<AnswererOptions> }
  | { kind: "voice" }
  | { kind: "busy" | "no-answer" | "no-carrier" };

export class TelephoneNetwork {
  readonly wall = new VirtualWall();
  readonly farEnds = new Map<string, FarEnd>();
  readonly received = new Map<string, ContractPage[]>();
  /** Octets terminal to modem and back, as text, for those who want to look. */
  readonly talk: string[] = [];
  calls = 0;
  /** Modems off hook, and the most there were. */
  #offHook = 0;
  mostAtOnce = 0;
  modem: ModemDouble | undefined;
  /** All that were ever opened. */
  readonly modems: ModemDouble[] = [];
  /** Where the modem is cannot be reached. */
  away = false;
  #running = true;

  constructor() {
    void this.#run();
  }

  readonly openStream = async (): Promise<ModemStream> => {
    if (this.away) throw new ModemPlaceError("modem-not-there", "away");
    this.modem = new ModemDouble(this);
    this.modems.push(this.modem);
    return this.modem;
  };

  stop(): void {
    this.#running = false;
  }

  /** A modem goes off hook or on. */
  count(change: 1 | -1): void {
    this.#offHook += change;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#offHook);
  }

  /** What the far end of a call that was dialled is; the port of the line when it answers. */
  dial(number: string): { answered: IfpPort } | { refused: "busy" | "no-answer" | "no-carrier" } {
    this.calls++;
    const end = this.farEnds.get(number) ?? { kind: "no-carrier" };
    if (end.kind !== "machine" && end.kind !== "voice") return { refused: end.kind };
    const [near, far] = ifpPair({ wall: this.wall });
    if (end.kind === "machine") this.#answer(number, far, end.options ?? {});
    else this.#speak(far);
    return { answered: near };
  }

  #answer(number: string, port: IfpPort, options: Partial<AnswererOptions>): void {
    const session = createAnswerer({ stationId: "+49 30 23125 000", ...options });
    const pages: ContractPage[] = [];
    this.received.set(number, pages);
    void runPacedCall({
      side: "answerer",
      party: { step: (event, out) => step(session, event, out), lastPage: () => isLastPage(session) },
      port,
      tcf: "transferred",
      wall: this.wall,
      receivedPage: async ({ octets, format }) => {
        pages.push(bitmapOf(receivedOf(octets, format)));
        return true;
      },
    });
  }

  /** Somebody says hello and hangs up after 20 s. */
  #speak(port: IfpPort): void {
    port.listen({ ifp() {}, gap() {}, lost() {} });
    this.wall.at(this.wall.nowUs() + 20_000_000, () => port.close());
  }

  /** A machine dials the modem and sends. */
  async dialIn(pages: readonly ContractPage[], from = "493023125001"): Promise<CallEnd | "no-answer"> {
    const port = await this.modem?.ring(from);
    if (!port) return "no-answer";
    const session = createCaller({
      stationId: "+49 30 23125 001",
      pages: pages.map(() => ({ width: 1728, resolution: "fine" }) as const),
    });
    return runPacedCall({
      side: "caller",
      party: { step: (event, out) => step(session, event, out) },
      port,
      tcf: "transferred",
      wall: this.wall,
      needPage: async (index, format) => coded(pages[index]!, needOf(index, format)),
    });
  }

  async #run(): Promise<void> {
    while (this.#running) {
      // Real work (promises, zlib) has its turn before time moves on.
      for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
      this.wall.step();
    }
  }
}

/** An emulated modem as its terminal's stream. */
export class ModemDouble implements ModemStream {
  readonly #network: TelephoneNetwork;
  readonly #dce: DceState = createDce({ number: "+493023125920" });
  #listener: ModemStreamListener | undefined;
  #line: IfpPort | undefined;
  #alarm: (() => void) | undefined;
  #picked: ((port: IfpPort | undefined) => void) | undefined;
  #held = false;
  #taken: (() => void) | undefined;
  #closed = false;
  /** What it says instead of what the modem would say; for modems that fail. */
  filter: (octets: Uint8Array) => Uint8Array | undefined = (octets) => octets;
  /** The modem hears its terminal no more. */
  deaf = false;

  constructor(network: TelephoneNetwork) {
    this.#network = network;
  }

  #spokenUs: number | undefined;

  /** From now on its octets come one by one, 20 ms apart where there are few of them, as over a slow serial line. */
  speakSlowly(): void {
    this.#spokenUs = 0;
  }

  write(octets: Uint8Array, taken?: () => void): boolean {
    if (this.#closed) return true;
    if (octets.length < 60) this.#network.talk.push(`> ${shown(octets)}`);
    if (this.deaf) return true;
    // Not within the terminal's own step: octets take their time.
    const bytes = Uint8Array.from(octets);
    this.#network.wall.at(this.#network.wall.nowUs() + 1_000, () => this.#step({ type: "dte", bytes }));
    if (!this.#held) return true;
    this.#taken = taken;
    return false;
  }

  listen(listener: ModemStreamListener): void {
    this.#listener = listener;
  }

  close(): void {
    this.#closed = true;
    this.#listener = undefined;
    this.#picked?.(undefined);
    this.#alarm?.();
    this.#line?.close();
  }

  /** The connection breaks. */
  break(): void {
    const listener = this.#listener;
    this.close();
    listener?.lost();
  }

  /** A call comes in: the line when it is answered, undefined when nobody did within a minute. */
  ring(from: string): Promise<IfpPort | undefined> {
    return new Promise((resolve) => {
      const giveUp = this.#network.wall.at(this.#network.wall.nowUs() + 60_000_000, () => {
        this.#step({ type: "call", what: "hangup" });
        this.#picked?.(undefined);
      });
      this.#picked = (port) => {
        giveUp();
        this.#picked = undefined;
        resolve(port);
      };
      this.#step({ type: "call", what: "ring", from });
    });
  }

  #step(event: DceEvent): void {
    if (this.#closed) return;
    const { wall } = this.#network;
    const out: DceAction[] = [];
    stepDce(this.#dce, event, wall.nowUs(), out);
    for (const action of out) this.#carryOut(action);
    this.#alarm?.();
    const atUs = dceWakeUs(this.#dce);
    this.#alarm = atUs === undefined ? undefined : wall.at(atUs, () => this.#step({ type: "wake" }));
  }

  #carryOut(action: DceAction): void {
    const { wall } = this.#network;
    switch (action.type) {
      case "dte": {
        const octets = this.filter(action.bytes);
        if (!octets) return;
        if (octets.length < 60) this.#network.talk.push(`< ${shown(octets)}`);
        this.#say(octets);
        return;
      }
      case "ifp":
        this.#line?.send(action.ifp);
        return;
      case "flow":
        this.#held = action.stop;
        if (action.stop || !this.#taken) return;
        wall.at(wall.nowUs(), this.#taken);
        this.#taken = undefined;
        return;
      case "dial": {
        this.#network.count(1);
        const dialled = this.#network.dial(action.number);
        wall.at(wall.nowUs() + 500_000, () => {
          if ("answered" in dialled) this.#connect(dialled.answered);
          else this.#step({ type: "call", what: dialled.refused });
        });
        return;
      }
      case "answer": {
        const [near, far] = ifpPair({ wall });
        this.#picked?.(far);
        wall.at(wall.nowUs(), () => this.#connect(near));
        return;
      }
      case "hang-up":
        this.#network.count(-1);
        this.#line?.close();
        this.#line = undefined;
        return;
      default:
        action satisfies never;
    }
  }

  #say(octets: Uint8Array): void {
    const { wall } = this.#network;
    if (this.#spokenUs === undefined) {
      wall.at(wall.nowUs() + 1_000, () => this.#listener?.octets(octets));
      return;
    }
    for (const octet of octets) {
      this.#spokenUs = Math.max(this.#spokenUs + 2_000, wall.nowUs() + 20_000);
      wall.at(this.#spokenUs, () => this.#listener?.octets(Uint8Array.of(octet)));
    }
  }

  #connect(port: IfpPort): void {
    this.#line = port;
    port.listen({
      ifp: (ifp) => this.#step({ type: "ifp", ifp }),
      gap: (count) => this.#step({ type: "gap", count }),
      lost: () => {
        this.#line = undefined;
        this.#step({ type: "call", what: "hangup" });
      },
    });
    this.#step({ type: "call", what: "connected" });
  }
}

function shown(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    text +=
      octet >= 0x20 && octet < 0x7f
        ? String.fromCharCode(octet)
        : octet === 13
          ? "␍"
          : octet === 10
            ? "␊"
            : `\\${octet.toString(16)}`;
  }
  return text;
}

/** A machine without error correction. */
export const PLAIN: Partial<AnswererOptions> = {
  capabilities: { ...FULL_CAPABILITIES, ecm: false, mmr: false },
};
