// SOAP 1.1 section 4: from elements to header checks, the call in the Body and its parts.
import { createBase64Decoder } from "./base64.ts";
import type { SoapLimits } from "./limits.ts";
import type { Element, MarkupHandler } from "./markup.ts";
import { ACTOR_NEXT, SOAP_12_ENVELOPE, SOAP_ENCODING, SOAP_ENVELOPE } from "./namespaces.ts";
import { SoapRefusal } from "./problem.ts";
import { asciiBytes, type BinarySink, type Leaf, resolveParts, type SoapCall } from "./references.ts";

export interface Envelope extends MarkupHandler {
  /** Takes raw bytes of the binary part that is open; returns the place of the first byte that is markup or reference. */
  raw(bytes: Uint8Array, from: number): number;
  /** True while the content of a binary part is being read. */
  readonly inBinary: boolean;
  /** Characters of text that went to binary parts; they do not count as markup. */
  readonly binaryText: number;
  /** The call, once the document is complete. Throws SoapRefusal. */
  finish(): SoapCall;
}

type Section = "none" | "header" | "body";

export function createEnvelope(limits: SoapLimits, binaryParts: ReadonlySet<string>, sink: BinarySink): Envelope {
  let section: Section = "none";
  let call: { operation: string; namespace: string } | undefined;
  let inCall = false;
  let encoded = false;
  let leaf: Leaf | undefined;
  let leafDepth = 0;
  let decoder: ReturnType<typeof createBase64Decoder> | undefined;
  let binaryText = 0;
  let leaves = 0;
  const parts: Leaf[] = [];
  const names = new Set<string>();
  const referable = new Map<string, Leaf>();
  const binaryIds = new Set<string>();

  function open(element: Element): void {
    encoded ||= element.attributes.some((a) => a.local === "encodingStyle" && a.value.includes(SOAP_ENCODING));
    if (element.depth === 1) checkRoot(element);
    else if (element.depth === 2) section = sectionOf(element);
    else if (section === "header" && element.depth === 3) checkHeader(element);
    else if (section === "body") openInBody(element);
  }

  function openInBody(element: Element): void {
    if (leaf) {
      leaf.complex = true;
      return;
    }
    if (element.depth === 3 && call === undefined && isRoot(element)) {
      call = { operation: element.local, namespace: element.namespace };
      inCall = true;
      return;
    }
    if (element.depth === 4 && inCall && names.has(element.local)) {
      throw new SoapRefusal("duplicate-part", `The part ${element.local.slice(0, 60)} stands in the call twice.`);
    }
    openLeaf(element);
  }

  function openLeaf(element: Element): void {
    if (++leaves > limits.parts) throw new SoapRefusal("too-many-parts", `More than ${limits.parts} parts.`);
    leaf = toLeaf(element);
    leafDepth = element.depth;
    if (inCall) {
      names.add(leaf.name);
      parts.push(leaf);
    }
    if (leaf.id !== undefined) {
      if (referable.has(leaf.id))
        throw new SoapRefusal("duplicate-id", `The id "${leaf.id.slice(0, 60)}" is given twice.`);
      referable.set(leaf.id, leaf);
    }
    const isBinary = inCall ? binaryParts.has(leaf.name) : leaf.id !== undefined && binaryIds.has(leaf.id);
    if (!isBinary || leaf.nil) return;
    if (leaf.href !== undefined) binaryIds.add(leaf.href.replace(/^#/, ""));
    else startBinary(leaf);
  }

  function startBinary(target: Leaf): void {
    const id = sink.next();
    target.binary = { id, bytes: 0 };
    decoder = createBase64Decoder((bytes) => sink.chunk(id, bytes));
  }

  function raw(bytes: Uint8Array, from: number): number {
    let at = decoder!.push(bytes, from);
    if (at < bytes.length && bytes[at] !== 0x3c && bytes[at] !== 0x26) {
      decoder!.reject();
      at = decoder!.push(bytes, at);
    }
    return at;
  }

  function text(content: string): void {
    if (!leaf) return;
    if (decoder) {
      binaryText += content.length;
      const bytes = asciiBytes(content);
      // In text, "<" and "&" are content that came as a reference or in CDATA, and no base64.
      if (decoder.push(bytes, 0) < bytes.length) decoder.reject();
    } else if (leaf.text.length + content.length > limits.textPart) {
      throw new SoapRefusal("part-too-long", `${leaf.name.slice(0, 60)} is longer than ${limits.textPart} characters.`);
    } else {
      leaf.text += content;
    }
  }

  function close(depth: number): void {
    if (leaf && depth === leafDepth) {
      if (decoder && leaf.binary) {
        const problem = decoder.end();
        leaf.binary = { id: leaf.binary.id, bytes: decoder.bytes, problem };
      }
      decoder = undefined;
      leaf = undefined;
    } else if (depth === 3) {
      inCall = false;
    } else if (depth === 2) {
      section = "none";
    }
  }

  return {
    open,
    text,
    close,
    raw,
    get inBinary() {
      return decoder !== undefined;
    },
    get binaryText() {
      return binaryText;
    },
    finish() {
      if (!call) throw new SoapRefusal("no-call", "The envelope has no Body with a call in it.");
      return { ok: true, ...call, encoded, parts: resolveParts(parts, referable, binaryParts, limits, sink) };
    },
  };
}

function checkRoot(element: Element): void {
  if (element.local !== "Envelope") {
    throw new SoapRefusal("not-soap", `The document is a ${element.local.slice(0, 60)}, not a SOAP Envelope.`);
  }
  if (element.namespace === SOAP_ENVELOPE) return;
  const version =
    element.namespace === SOAP_12_ENVELOPE ? "This is SOAP 1.2" : "The Envelope is in an unknown namespace";
  throw new SoapRefusal("soap-version", `${version}; the service speaks SOAP 1.1 (${SOAP_ENVELOPE}).`);
}

function sectionOf(element: Element): Section {
  if (element.namespace !== SOAP_ENVELOPE) return "none";
  if (element.local === "Header") return "header";
  return element.local === "Body" ? "body" : "none";
}

/** SOAP 1.1 sections 4.2.2 and 4.2.3: we understand no header, so one that insists on us is refused. */
function checkHeader(element: Element): void {
  const own = (local: string) =>
    element.attributes.find((a) => a.local === local && a.namespace === SOAP_ENVELOPE)?.value;
  const actor = own("actor") ?? "";
  const insists = ["1", "true"].includes((own("mustUnderstand") ?? "").trim());
  if (insists && (actor === "" || actor === ACTOR_NEXT)) {
    throw new SoapRefusal(
      "header-not-understood",
      `The header ${element.local.slice(0, 60)} must be understood and is not.`,
    );
  }
}

/** SOAP 1.1 section 5.6: an independent element with root="0" is not the call. */
function isRoot(element: Element): boolean {
  return !element.attributes.some((a) => a.local === "root" && a.namespace === SOAP_ENCODING && a.value.trim() === "0");
}

/** xsd:base64Binary, or SOAP-ENC:base64 of SOAP 1.1 section 5.2.3; the prefix is not asked, as no other type is called so. */
function isBase64Type(attribute: Element["attributes"][number]): boolean {
  return (
    attribute.local === "type" &&
    /XMLSchema-instance$/.test(attribute.namespace) &&
    /^\s*(?:[^:]*:)?base64(?:Binary)?\s*$/.test(attribute.value)
  );
}

function toLeaf(element: Element): Leaf {
  const plain = (local: string) => element.attributes.find((a) => a.local === local && a.namespace === "")?.value;
  // xsi:nil of 2001 and xsi:null of the 1999 schema that old toolkits still write.
  const nil = element.attributes.find(
    (a) => (a.local === "nil" || a.local === "null") && /XMLSchema-instance$/.test(a.namespace),
  )?.value;
  return {
    name: element.local,
    id: plain("id"),
    href: plain("href"),
    nil: nil === "1" || nil === "true",
    base64: element.attributes.some(isBase64Type),
    complex: false,
    text: "",
  };
}
