/** The ways in which a call can be offered, each with what its answer leads to. */

import { openRtp } from "@depesche/wire-rtp";
import { type Call, type FaxOffer, offerAudio, offerFax, offerTcp, offerUdptl } from "@depesche/wire-sip";
import { connectMedia } from "@depesche/wire-t38";
import { type Ended, MEDIA_LOST, NO_FAX_MEDIA, T38_TRANSPORT } from "./ended.ts";
import {
  bindMedia,
  connectedLine,
  errorCorrectionOf,
  keepUdptl,
  type Line,
  type LineContext,
  udptlLine,
} from "./line.ts";
import { outOfAudio } from "./out-of-audio.ts";
import type { TrunkParts } from "./trunk.ts";

/**
 * `own`: our own ends, in line time; `udptl`, `tcp`: T.38 at once, as calls to fax machines behind a gateway that knows its
 * numbers; `audio`: G.711 first, T.38 by re-INVITE when a fax machine is heard.
 */
export type FaxOfferKind = "own" | "udptl" | "tcp" | "audio";

/** A call as it is offered. */
export interface Offering {
  sdp: Uint8Array;
  /** Once it is answered: what the answer leads to. Never rejects. */
  take(context: LineContext, answered: Answered): Promise<Line | Ended>;
  /** Frees what an offering holds that was not taken. */
  drop(): void;
}

export interface Answered {
  call: Call;
  offer: FaxOffer;
  stop: AbortSignal;
}

/** Prepares an offer; rejects with the system's error when no port is free for its stream. */
export const OFFERINGS: Readonly<Record<FaxOfferKind, (parts: TrunkParts) => Promise<Offering>>> = {
  async own({ config, connections }) {
    return {
      sdp: offerFax(config.bind),
      async take(_, { offer }) {
        return offer.kind === "own" ? { kind: "own", media: connectMedia(offer, connections) } : unfit(offer);
      },
      drop() {},
    };
  },

  async udptl(parts) {
    const socket = await bindMedia(parts);
    const media = { address: parts.config.bind, port: socket.port, errorCorrection: errorCorrectionOf(parts) };
    return {
      sdp: offerUdptl(media),
      async take(context, { call, offer }) {
        if (offer.kind !== "udptl") return dropped(unfit(offer));
        keepUdptl(call, parts, socket, offer);
        return udptlLine(context, socket, offer).catch(() => dropped(MEDIA_LOST));
      },
      drop: () => socket.close(),
    };
    function dropped(ended: Ended): Ended {
      socket.close();
      return ended;
    }
  },

  async tcp({ config }) {
    return {
      sdp: offerTcp(config.bind),
      async take(_, { offer, stop }) {
        return offer.kind === "tcp" ? ((await connectedLine(offer, stop)) ?? MEDIA_LOST) : unfit(offer);
      },
      drop() {},
    };
  },

  async audio({ config, wall }) {
    const rtp = await openRtp({ host: config.bind, portRange: config.udptl?.portRange, wall });
    return {
      sdp: offerAudio({ address: config.bind, port: rtp.port }),
      async take(context, { call, offer, stop }) {
        if (offer.kind === "audio") return outOfAudio(context, { call, rtp, far: offer, stop });
        await rtp.close();
        return unfit(offer);
      },
      drop: () => void rtp.close(),
    };
  },
};

/** An answer that takes nothing of the offer was a person's, one that takes something else cannot be met. */
function unfit(offer: FaxOffer): Ended {
  return offer.kind === "none" ? NO_FAX_MEDIA : T38_TRANSPORT;
}
