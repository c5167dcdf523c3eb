/** From DIS to DCS (T.30 §5.3.6.2.2): the best both sides can do for a page, and how that page is then coded. */

import {
  type Capabilities,
  type Coding,
  type Dcs,
  type EcmFrameSize,
  type MinScan,
  modulationsOf,
  type Pels,
  RESOLUTIONS,
  type Resolution,
  type Width,
} from "./capabilities.ts";
import { MODULATIONS, type Rate, rateOf } from "./modulation.ts";

/** What a caller wants for one page and is able to send. */
export interface Wanted {
  maxRate: Rate;
  /** Codings the caller can make. */
  codings: readonly Coding[];
  ecm: boolean;
  /** ECM frame size to use when the receiver states no preference. */
  ecmFrameSize: EcmFrameSize;
  width: Width;
  resolution: Resolution;
  inch?: true;
}

/**
 * Chooses the content of DCS: the best both sides can do. Resolution and width fall back to what the receiver has (the
 * driver then re-encodes the page). Undefined when both sides share no modulation.
 */
export function negotiate(dis: Capabilities, wanted: Wanted): Dcs | undefined {
  const modulation = modulationsOf(dis.modems).find((candidate) => MODULATIONS[candidate].rate <= wanted.maxRate);
  if (modulation === undefined) return undefined;
  const ecm = dis.ecm && wanted.ecm ? (dis.prefers64 ? 64 : wanted.ecmFrameSize) : 0;
  const resolution = resolutionFor(dis, wanted.resolution);
  return {
    modulation,
    coding: codingFor(dis, wanted.codings, ecm !== 0),
    ecm,
    resolution,
    ...((wanted.inch && dis.prefersInch) || resolution === "300" ? { inch: true } : {}),
    width: Math.min(dis.width, wanted.width) as Width,
    length: dis.length,
    // Error correction buffers whole blocks, so no line needs fill (T.30 table 2, note on bits 21 to 23).
    minScanUs: ecm === 0 ? codableScan(dis.minScan, resolution) : 0,
  };
}

/** What may stand in for a resolution the receiver has not, best first. */
const INSTEAD: Readonly<Record<Resolution, readonly Resolution[]>> = {
  standard: [],
  fine: [],
  superfine: ["fine"],
  "300": ["fine"],
  r16: ["superfine", "fine"],
};

function resolutionFor(dis: Capabilities, wanted: Resolution): Resolution {
  const has = { standard: true, fine: dis.fine, superfine: dis.superfine, "300": dis.r300, r16: dis.r16 };
  return [wanted, ...INSTEAD[wanted]].find((resolution) => has[resolution]) ?? "standard";
}

function codingFor(dis: Capabilities, codings: readonly Coding[], ecm: boolean): Coding {
  // T.6 has no line ends to recover at, so it needs error correction (T.30 table 2, bit 31).
  if (ecm && dis.mmr && codings.includes("mmr")) return "mmr";
  return dis.mr && codings.includes("mr") ? "mr" : "mh";
}

function codableScan(scan: MinScan, resolution: Resolution): number {
  const us = resolution === "standard" ? scan.standardUs : resolution === "fine" ? scan.fineUs : scan.superfineUs;
  // DCS knows no 2.5 ms.
  return us > 0 && us < 5_000 ? 5_000 : us;
}

/** How a page is coded for this call. */
export interface PageFormat {
  coding: Coding;
  /** Pels per line at this resolution. */
  width: Pels;
  resolution: Resolution;
  /** The resolution is that of the inch family. */
  inch?: true;
  /** What the receiver does not have as wide or as fine as the page is: it must be reduced. Absent when it fits as it is. */
  reduced?: "width" | "resolution" | "both";
  /** Octets per FCD frame, 0 without error correction. */
  ecm: 0 | EcmFrameSize;
  /** Rate at which minimum line time is to be filled, bit/s. */
  rate: Rate;
  /** Fill each line to at least this long, microseconds; 0 = no fill. */
  minScanUs: number;
}

/** How pages are coded under a DCS; with the wish of a page also what must be reduced for it. */
export function formatOf(dcs: Dcs, wish?: Pick<Wanted, "width" | "resolution">): PageFormat {
  const { coding, width, resolution, inch, ecm, minScanUs } = dcs;
  const narrower = wish !== undefined && wish.width > width;
  const coarser = wish !== undefined && wish.resolution !== resolution;
  return {
    coding,
    width: (width * RESOLUTIONS[resolution].pels) as Pels,
    resolution,
    ...(inch && { inch }),
    ...((narrower || coarser) && { reduced: narrower ? (coarser ? "both" : "width") : "resolution" }),
    ecm,
    rate: rateOf(dcs.modulation),
    minScanUs,
  };
}

/** Pels and lines an inch of a page. */
export function dpiOf(format: { resolution: Resolution; inch?: true }): { xDpi: number; yDpi: number } {
  return RESOLUTIONS[format.resolution][format.inch ? "inch" : "metric"];
}
