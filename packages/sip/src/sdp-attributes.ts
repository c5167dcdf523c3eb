/** Attributes of session descriptions that a fax reads: T.38 Annex D, rtpmap and directions (RFC 8866 §6), setup (RFC 4145). */

/** A T.38 stream as one side describes it. */
export interface FaxMedia {
  transport: "udptl" | "tcp";
  /** 0 refuses the stream (RFC 3264 §6). */
  port: number;
  version: number;
  maxBitRate: number;
  /** "localTCF": each side trains by itself (TCP); "transferredTCF": the TCF crosses the network (UDP). */
  rateManagement: "localTCF" | "transferredTCF";
  maxBuffer?: number;
  maxDatagram?: number;
  udpErrorCorrection?: "t38UDPRedundancy" | "t38UDPFEC" | "t38UDPNoEC";
  /** Who opens the TCP connection (RFC 4145). */
  setup?: "active" | "passive" | "actpass";
  /** Own ends: the version of the rule of time that both must speak. */
  lineTime?: number;
  /** Own ends: names the call on a shared media port. */
  mediaToken?: string;
}

const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Name in lower case (gateways write T38Faxversion, T38faxMaxBuffer and so on) and trimmed value of "name:value". */
function split(attribute: string): { name: string; value: string } {
  const colon = attribute.indexOf(":");
  if (colon < 0) return { name: attribute.trim().toLowerCase(), value: "" };
  return { name: attribute.slice(0, colon).trim().toLowerCase(), value: attribute.slice(colon + 1).trim() };
}

/** Notes an attribute of an audio stream or of the whole session; `formats` maps its payload types to lower-case codec names. */
export function readAudioAttribute(
  about: { direction?: Direction; formats?: Map<number, string> },
  attribute: string,
): void {
  const { name, value } = split(attribute);
  const direction = DIRECTIONS.find((word) => word === name);
  if (direction) about.direction = direction;
  if (name !== "rtpmap" || !about.formats) return;
  const map = /^(\d{1,3})\s+([^/\s]+)\/(\d+)(?:\/1)?$/.exec(value);
  if (!map || !about.formats.has(Number(map[1]))) return;
  // G.711 at another clock rate would be another codec.
  about.formats.set(Number(map[1]), map[3] === "8000" ? map[2]!.toLowerCase() : "other");
}

/** Notes an attribute of a T.38 stream. */
export function readFaxAttribute(fax: FaxMedia, attribute: string): void {
  const { name, value } = split(attribute);
  const number = /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  switch (name) {
    case "t38faxversion":
      fax.version = number ?? fax.version;
      return;
    case "t38maxbitrate":
      fax.maxBitRate = number ?? fax.maxBitRate;
      return;
    case "t38faxratemanagement":
      if (/^localtcf$/i.test(value)) fax.rateManagement = "localTCF";
      else if (/^transferredtcf$/i.test(value)) fax.rateManagement = "transferredTCF";
      return;
    case "t38faxmaxbuffer":
      fax.maxBuffer = number;
      return;
    case "t38faxmaxdatagram":
      fax.maxDatagram = number;
      return;
    case "t38faxudpec":
      fax.udpErrorCorrection = (["t38UDPRedundancy", "t38UDPFEC", "t38UDPNoEC"] as const).find(
        (scheme) => scheme.toLowerCase() === value.toLowerCase(),
      );
      return;
    case "setup":
      if (value === "active" || value === "passive" || value === "actpass") fax.setup = value;
      return;
    case "x-depesche-line-time":
      fax.lineTime = number;
      return;
    case "x-depesche-media":
      if (/^[A-Za-z0-9]{1,64}$/.test(value)) fax.mediaToken = value;
      return;
    default:
  }
}
