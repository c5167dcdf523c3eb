// One HTTP body into one call: read as it arrives, unpacked, bounded, its files to the spool without standing in memory.
import { type Spool, type SpoolFile, SpoolFull, type SpoolWriter } from "@depesche/ports";
import { createSoapReader, type FaultCode, type SoapCall } from "@depesche/soap";
import { BINARY_PARTS } from "./service.ts";

export interface ReceivedCall {
  operation: string;
  namespace: string;
  /** A text part; undefined when it was left out or nil. */
  text(name: string): string | undefined;
  /** A file part; undefined when it was left out or nil. */
  upload(name: string): Upload | undefined;
  /** Hands a file over to whoever takes care of it from here on; an empty one is made when nothing came. */
  take(name: string): Promise<SpoolFile>;
  /** Set when the spool took no more: nothing of this call may be accepted. */
  spoolFull: SpoolFull | undefined;
  /** Drops the files nobody took. */
  discard(): Promise<void>;
}

export interface Upload {
  bytes: number;
  /** Why its content is not base64, in words; undefined when it is. */
  broken: string | undefined;
}

export interface Refusal {
  ok: false;
  status: 413 | 415 | 500;
  fault: FaultCode;
  detail: string;
}

export type Received = { ok: true; call: ReceivedCall } | Refusal;

const refusal = (status: Refusal["status"], detail: string, fault: FaultCode = "Client"): Refusal => ({
  ok: false,
  status,
  fault,
  detail,
});

/** Reads the request's body. `maxBytes` bounds it as sent and as unpacked; `onBody` sees it unpacked. Rejects for faults of ours only. */
export async function receiveCall(
  request: Request,
  spool: Spool,
  maxBytes: number,
  onBody: (chunk: Uint8Array) => void = () => {},
): Promise<Received> {
  const tooLarge = refusal(413, `The request is larger than ${maxBytes} bytes.`);
  const type = request.headers.get("content-type") ?? "";
  if (/^\s*multipart\//i.test(type))
    return refusal(415, "Attachments (MIME, MTOM) are not understood; send base64 parts.");
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge;
  const body = unpack(request, maxBytes);
  if (body === undefined) return refusal(415, "The Content-Encoding is not understood; send gzip, deflate or none.");

  const files = createFiles(spool);
  const charset = /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(type)?.[1];
  const reader = createSoapReader({ charset, binaryParts: BINARY_PARTS, onBinaryChunk: files.queue });
  try {
    let bytes = 0;
    for await (const chunk of fromCaller(body)) {
      bytes += chunk.length;
      onBody(chunk);
      if (bytes > maxBytes) return await dropped(files, tooLarge);
      if (reader.write(chunk)) break;
      await files.drain();
    }
    const call = reader.end();
    if (!call.ok) return await dropped(files, refusal(500, call.detail, call.fault));
    await files.drain();
    await files.close();
    return { ok: true, call: receivedCall(call, files) };
  } catch (fault) {
    await files.abort();
    if (!(fault instanceof BodyFault)) throw fault;
    if (fault.cause instanceof TooLarge) return tooLarge;
    return refusal(500, "The body broke off, or is not compressed as its Content-Encoding says.");
  }
}

async function dropped(files: Files, answer: Refusal): Promise<Refusal> {
  await files.abort();
  return answer;
}

class TooLarge extends Error {}

/** The body's bytes without their Content-Encoding; undefined for one we do not know. */
function unpack(request: Request, maxBytes: number): AsyncIterable<Uint8Array> | undefined {
  const encoding = (request.headers.get("content-encoding") ?? "").trim().toLowerCase();
  const body = request.body ?? new Blob([]).stream();
  if (encoding === "" || encoding === "identity") return body;
  const format = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate" }[encoding] as "gzip" | "deflate" | undefined;
  if (format === undefined) return undefined;
  // Empty gzip blocks unpack to nothing, so the packed side needs its own bound.
  let bytes = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new TooLarge();
      controller.enqueue(chunk);
    },
  });
  return body.pipeThrough(bounded).pipeThrough(new DecompressionStream(format));
}

/** The caller's fault, told from the spool's by where it is thrown: a connection that breaks, gzip that is none. */
class BodyFault extends Error {}

async function* fromCaller(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new BodyFault("the body cannot be read to its end", { cause });
  }
}

interface Files {
  queue(binary: number, chunk: Uint8Array): void;
  drain(): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
  get(binary: number): SpoolFile | undefined;
  remove(binary: number): void;
  empty(): Promise<SpoolFile>;
  /** A file of its own for a second part that names the same content. */
  copy(file: SpoolFile): Promise<SpoolFile>;
  readonly full: SpoolFull | undefined;
}

/** Spool files by the reader's binary number. Once the spool is full, what still comes is let fall. */
function createFiles(spool: Spool): Files {
  const writers = new Map<number, SpoolWriter>();
  const closed = new Map<number, SpoolFile>();
  let waiting: [number, Uint8Array][] = [];
  let full: SpoolFull | undefined;

  async function unlessFull(step: () => Promise<void>): Promise<void> {
    if (full) return;
    try {
      await step();
    } catch (fault) {
      if (!(fault instanceof SpoolFull)) throw fault;
      full = fault;
    }
  }

  async function writer(binary: number): Promise<SpoolWriter> {
    const known = writers.get(binary) ?? (await spool.create());
    writers.set(binary, known);
    return known;
  }

  return {
    queue: (binary, chunk) => waiting.push([binary, chunk]),
    async drain() {
      const chunks = waiting;
      waiting = [];
      for (const [binary, chunk] of chunks) await unlessFull(async () => (await writer(binary)).write(chunk));
    },
    async close() {
      for (const [binary, open] of writers) {
        await unlessFull(async () => {
          closed.set(binary, await open.close());
          writers.delete(binary);
        });
      }
    },
    async abort() {
      for (const open of writers.values()) await open.abort();
      for (const file of closed.values()) await file.discard();
      writers.clear();
      closed.clear();
    },
    get: (binary) => closed.get(binary),
    remove: (binary) => closed.delete(binary),
    empty: async () => (await spool.create()).close(),
    async copy(file) {
      const second = await spool.create();
      await second.write(await file.read());
      return second.close();
    },
    get full() {
      return full;
    },
  };
}

function receivedCall(call: SoapCall, files: Files): ReceivedCall {
  const sharers = new Map<number, number>();
  for (const part of call.parts.values()) {
    if (part.kind === "binary") sharers.set(part.binary, (sharers.get(part.binary) ?? 0) + 1);
  }
  return {
    operation: call.operation,
    namespace: call.namespace,
    text(name) {
      const part = call.parts.get(name);
      return part?.kind === "text" ? part.text : undefined;
    },
    upload(name) {
      const part = call.parts.get(name);
      if (part?.kind !== "binary") return undefined;
      const { problem } = part;
      return {
        bytes: part.bytes,
        broken: problem && `${name} is not base64: ${problem.problem} at character ${problem.at}.`,
      };
    },
    async take(name) {
      const part = call.parts.get(name);
      const file = part?.kind === "binary" ? files.get(part.binary) : undefined;
      if (part?.kind !== "binary" || file === undefined) return files.empty();
      const left = sharers.get(part.binary)! - 1;
      sharers.set(part.binary, left);
      if (left === 0) {
        files.remove(part.binary);
        return file;
      }
      return files.copy(file);
    },
    get spoolFull() {
      return files.full;
    },
    discard: () => files.abort(),
  };
}
