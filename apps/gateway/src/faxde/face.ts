// FAX.de's SOAP service over HTTP: addresses, WSDL, dispatch, answers and faults.
import type { BlobStore, FaceLedger, Intake, Spool } from "@depesche/ports";
import {
  type FaultCode,
  type ResponsePiece,
  type Service,
  type Style,
  streamPieces,
  writeFault,
  writeResponse,
  writeWsdl,
} from "@depesche/soap";
import { type Context, Hono } from "hono";
import { type ExchangeRecorder, NO_RECORDER, Shortener } from "../exchanges/index.ts";
import { type Answer, CallerFault } from "./answer.ts";
import { deleteReceived, requestReceived } from "./inbox-calls.ts";
import { infoPage } from "./info-page.ts";
import { cancelJob, jobStatus } from "./job-calls.ts";
import { type ReceivedCall, receiveCall } from "./receive.ts";
import { sendJob } from "./send-job.ts";
import { isOperation, OPERATIONS, type OperationName } from "./service.ts";

export interface FaxdeDeps {
  ledger: Pick<FaceLedger, "authenticate" | "job" | "recipients" | "cancel" | "nextInbound" | "deleteInbound">;
  intake: Intake;
  spool: Spool;
  blobs: Pick<BlobStore, "get">;
  /** Simulated time, ms since 1970. */
  now(): number;
  /** Told of every fault of our own. */
  onFault(fault: unknown, request: string): void;
  /** Keeps requests that made jobs; unset: nobody does. */
  exchanges?: ExchangeRecorder;
  /** Namespace in the WSDL; callers are answered in their own. */
  namespace?: string;
  /** A request's body, as sent and as unpacked. */
  maxBodyBytes?: number;
}

/** Delphi's form: "urn:" + unit + "-" + interface. The original's unit is not known. */
export const FAXDE_NAMESPACE = "urn:XMLWSIntf-IntfXMLWS";
const MAX_BODY_BYTES = 100 * 1024 * 1024;

/** Where each style is posted to; the last part of Delphi's own address comes first. */
const STYLE_PATHS: Readonly<Record<Style, string>> = {
  encoded: "/xmlws.exe/soap/IntfXMLWS",
  literal: "/xmlws.exe/soap/literal/IntfXMLWS",
  doclit: "/xmlws.exe/soap/doclit/IntfXMLWS",
};

type Handler = (deps: FaxdeDeps, call: ReceivedCall, source: string) => Promise<Answer>;

const HANDLERS: Readonly<Record<OperationName, Handler>> = {
  SendJob: sendJob,
  JobStatus: jobStatus,
  CancelJob: cancelJob,
  RequestReceived: requestReceived,
  DeleteReceived: deleteReceived,
};

/** The face as a Hono app to be mounted at the root: everything lies below /xmlws.exe. */
export function faxdeFace(deps: FaxdeDeps): Hono {
  const service: Service = {
    interfaceName: "IntfXMLWS",
    namespace: deps.namespace ?? FAXDE_NAMESPACE,
    targetNamespace: "http://tempuri.org/",
    operations: Object.values(OPERATIONS),
  };
  const app = new Hono();
  for (const path of ["/xmlws.exe", ...Object.values(STYLE_PATHS)]) {
    app.get(path, (c) => describe(c, service));
    app.post(path, (c) => answer(c, deps, service));
  }
  app.get("/xmlws.exe/wsdl/IntfXMLWS", (c) => wsdl(c, service, "encoded"));
  return app;
}

/** WSDL for ?wsdl, ?wsdl/IntfXMLWS, ?wsdl=literal and ?wsdl=doclit, else the page for people. */
function describe(c: Context, service: Service): Response {
  const query = new URL(c.req.url).search.slice(1).toLowerCase();
  const asked = /^(?:wsdl|singlewsdl)(?:[=/&](literal|doclit)?|$)/.exec(query);
  if (asked) return wsdl(c, service, (asked[1] as Style | undefined) ?? styleOf(c));
  const origin = originOf(c);
  return c.html(
    infoPage({
      encoded: `${origin}/xmlws.exe?wsdl/IntfXMLWS`,
      literal: `${origin}/xmlws.exe?wsdl=literal`,
      doclit: `${origin}/xmlws.exe?wsdl=doclit`,
    }),
  );
}

function wsdl(c: Context, service: Service, style: Style): Response {
  const text = writeWsdl(service, style, `${originOf(c)}${STYLE_PATHS[style]}`);
  return c.body(text, 200, { "Content-Type": "text/xml; charset=utf-8" });
}

async function answer(c: Context, deps: FaxdeDeps, service: Service): Promise<Response> {
  let call: ReceivedCall | undefined;
  const body = new Shortener();
  const [at, began] = [Date.now(), performance.now()];
  try {
    const received = await receiveCall(c.req.raw, deps.spool, deps.maxBodyBytes ?? MAX_BODY_BYTES, (chunk) =>
      body.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1")),
    );
    if (!received.ok) return fault(c, received.fault, received.detail, received.status);
    call = received.call;
    if (!isOperation(call.operation)) {
      const known = Object.keys(OPERATIONS).join(", ");
      return fault(c, "Client", `There is no operation ${call.operation.slice(0, 60)}; there are ${known}.`);
    }
    const { values, notices } = await HANDLERS[call.operation](deps, call, clientAddress(c));
    const namespace = call.namespace || service.namespace;
    const pieces = writeResponse(OPERATIONS[call.operation], { style: styleOf(c), namespace }, values);
    for (const notice of fitting(notices ?? [])) c.header("Depesche-Notice", headerText(notice), { append: true });
    const answered = reply(c, pieces);
    if (call.operation === "SendJob" && values.return === 0) {
      const took = { at, tookMs: performance.now() - began };
      noteJob(deps.exchanges ?? NO_RECORDER, c, took, body, values.JobId, pieces, answered);
    }
    return answered;
  } catch (thrown) {
    if (thrown instanceof CallerFault) return fault(c, "Client", thrown.message);
    deps.onFault(thrown, `${call?.operation ?? "unread call"} at ${c.req.path}`);
    return fault(c, "Server", "The service cannot answer at the moment; nothing was changed. Try again later.");
  } finally {
    await call?.discard();
  }
}

/** What SendJob was asked and answered, when it made a job. */
function noteJob(
  exchanges: ExchangeRecorder,
  c: Context,
  took: { at: number; tookMs: number },
  body: Shortener,
  job: unknown,
  pieces: readonly ResponsePiece[],
  answered: Response,
): void {
  if (typeof job !== "number" || job <= 0) return;
  const octets = Buffer.from(body.text(), "latin1");
  exchanges.note({
    ...took,
    jobs: [job],
    method: c.req.method,
    path: c.req.path,
    requestHeaders: c.req.raw.headers,
    request: textOf(octets, c.req.header("content-type") ?? ""),
    requestBytes: body.size,
    status: answered.status,
    responseHeaders: answered.headers,
    response: pieces.filter((piece) => typeof piece === "string").join(""),
  });
}

/** The body's text by its byte order mark, its header's charset or the XML declaration; UTF-8 otherwise. */
function textOf(octets: Uint8Array, contentType: string): string {
  const head = Buffer.from(octets.subarray(0, 200)).toString("latin1");
  const utf16 = /^(?:\xff\xfe|<\0)/.test(head) ? "utf-16le" : /^(?:\xfe\xff|\0<)/.test(head) ? "utf-16be" : undefined;
  const named =
    /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType)?.[1] ??
    /^[^>]*\sencoding\s*=\s*["']([^"']+)/.exec(head)?.[1];
  try {
    return new TextDecoder(utf16 ?? named ?? "utf-8").decode(octets);
  } catch {
    return new TextDecoder().decode(octets);
  }
}

const XML = { "Content-Type": "text/xml; charset=utf-8" };

function reply(c: Context, pieces: readonly ResponsePiece[]): Response {
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === "string") return c.body(only, 200, XML);
  return c.body(ReadableStream.from(streamPieces(pieces)) as ReadableStream, 200, XML);
}

/** SOAP 1.1 section 6.2 wants 500 for every fault; the two statuses of refused bodies tell more to HTTP clients. */
function fault(c: Context, code: FaultCode, detail: string, status: 413 | 415 | 500 = 500): Response {
  return c.body(writeFault(code, detail), status, XML);
}

function styleOf(c: Context): Style {
  const styles = Object.keys(STYLE_PATHS) as Style[];
  return styles.find((style) => STYLE_PATHS[style] === c.req.path) ?? "encoded";
}

/** Scheme and host as the caller sees them: the Host header, and what a proxy in front says about TLS. */
function originOf(c: Context): string {
  const url = new URL(c.req.url);
  const forwarded = c.req.header("x-forwarded-proto")?.split(",")[0]?.trim().toLowerCase();
  return forwarded === "https" || forwarded === "http" ? `${forwarded}://${url.host}` : url.origin;
}

/** Address of the client's socket; empty when there is none (requests made in tests). */
function clientAddress(c: Context): string {
  const bindings = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return bindings?.incoming?.socket?.remoteAddress ?? "";
}

/** Clients break off at 8 to 16 KB of headers, and would send again what was accepted. */
const MOST_NOTICES = 10;

function fitting(notices: readonly string[]): readonly string[] {
  if (notices.length <= MOST_NOTICES) return notices;
  const told = notices.slice(0, MOST_NOTICES - 1);
  return [...told, `There are ${notices.length - told.length} more notices.`];
}

/** Header values are printable ASCII. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 400);
}
