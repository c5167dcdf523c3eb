/** Session descriptions (RFC 8866) as far as a fax needs them: one T.38 image stream (T.38 Annex D), over UDPTL or TCP. */

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

export interface SessionDescription {
  /** Address of the connection line that holds for the fax stream. */
  address: string;
  /** The first T.38 stream, if there is one. */
  fax?: FaxMedia;
  /** All media lines in order, as "image 5000 udptl t38": an answer must mirror them. */
  media: readonly string[];
}

export type SdpProblem = "sdp-too-large" | "sdp-line" | "sdp-no-session" | "sdp-no-connection" | "sdp-media";

const MAX_SDP_OCTETS = 8192;
const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

export const SDP_TYPE = "application/sdp";

/** What the session description says about fax, or what is wrong with it. Unknown lines and attributes are passed over. */
export function parseSdp(
  body: Uint8Array,
): { ok: true; sdp: SessionDescription } | { ok: false; problem: SdpProblem; detail: string } {
  if (body.length > MAX_SDP_OCTETS) return { ok: false, problem: "sdp-too-large", detail: `${body.length} octets` };
  const lines = utf8
    .decode(body)
    .split(/\r?\n/)
    .filter((line) => line !== "");
  if (lines[0] !== "v=0") return { ok: false, problem: "sdp-no-session", detail: (lines[0] ?? "").slice(0, 40) };

  const media: string[] = [];
  let sessionAddress: string | undefined;
  let fax: (FaxMedia & { address?: string }) | undefined;
  let inFax = false;
  for (const line of lines) {
    if (!/^[a-z]=/.test(line)) return { ok: false, problem: "sdp-line", detail: line.slice(0, 40) };
    const value = line.slice(2);
    if (line.startsWith("m=")) {
      const started = startMedia(value);
      if (started === undefined) return { ok: false, problem: "sdp-media", detail: value.slice(0, 40) };
      media.push(value);
      inFax = started !== "other" && fax === undefined;
      if (inFax) fax = started as FaxMedia;
    } else if (line.startsWith("c=")) {
      const address = /^IN IP[46] ([^\s/]+)/.exec(value)?.[1];
      if (inFax && fax) fax.address = address;
      else if (media.length === 0) sessionAddress = address;
    } else if (line.startsWith("a=") && inFax && fax) readAttribute(fax, value);
  }
  const address = fax?.address ?? sessionAddress;
  if (address === undefined) return { ok: false, problem: "sdp-no-connection", detail: "no c= line for the stream" };
  if (fax) delete fax.address;
  return { ok: true, sdp: { address, fax, media } };
}

/** A session description with the one T.38 stream; `sessionId` makes it unique (RFC 8866 §5.2). */
export function buildSdp(description: { address: string; sessionId: number; fax: FaxMedia }): Uint8Array {
  const { address, sessionId, fax } = description;
  const family = address.includes(":") ? "IP6" : "IP4";
  const lines = [
    "v=0",
    `o=depesche ${sessionId} 1 IN ${family} ${address}`,
    "s=fax",
    `c=IN ${family} ${address}`,
    "t=0 0",
    `m=image ${fax.port} ${fax.transport} t38`,
    `a=T38FaxVersion:${fax.version}`,
    `a=T38MaxBitRate:${fax.maxBitRate}`,
    `a=T38FaxRateManagement:${fax.rateManagement}`,
  ];
  if (fax.maxBuffer !== undefined) lines.push(`a=T38FaxMaxBuffer:${fax.maxBuffer}`);
  if (fax.maxDatagram !== undefined) lines.push(`a=T38FaxMaxDatagram:${fax.maxDatagram}`);
  if (fax.udpErrorCorrection !== undefined) lines.push(`a=T38FaxUdpEC:${fax.udpErrorCorrection}`);
  if (fax.setup !== undefined) lines.push(`a=setup:${fax.setup}`, "a=connection:new");
  if (fax.lineTime !== undefined) lines.push(`a=x-depesche-line-time:${fax.lineTime}`);
  if (fax.mediaToken !== undefined) lines.push(`a=x-depesche-media:${fax.mediaToken}`);
  return toUtf8.encode(`${lines.join("\r\n")}\r\n`);
}

function startMedia(value: string): FaxMedia | "other" | undefined {
  const match = /^(\S+) (\d{1,5})(?:\/\d+)? (\S+) (.+)$/.exec(value);
  if (!match || Number(match[2]) > 65_535) return undefined;
  const transport = match[3]!.toLowerCase();
  if (match[1]!.toLowerCase() !== "image" || match[4]!.trim().toLowerCase() !== "t38") return "other";
  if (transport !== "udptl" && transport !== "tcp") return "other";
  const rateManagement = transport === "tcp" ? "localTCF" : "transferredTCF";
  return { transport, port: Number(match[2]), version: 0, maxBitRate: 14_400, rateManagement };
}

/** Attribute names are compared without regard to case: gateways write T38Faxversion, T38faxMaxBuffer and so on. */
function readAttribute(fax: FaxMedia, attribute: string): void {
  const colon = attribute.indexOf(":");
  const name = (colon < 0 ? attribute : attribute.slice(0, colon)).toLowerCase();
  const value = colon < 0 ? "" : attribute.slice(colon + 1).trim();
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
