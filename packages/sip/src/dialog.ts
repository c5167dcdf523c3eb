/** Dialogs (RFC 3261 §12): what INVITE and its 2xx agreed, and the requests that follow inside it. */

import { parseNameAddress, parseUri, tagOf } from "./address.ts";
import { type Header, header, headerList, parseCSeq, type SipRequest, type SipResponse } from "./message.ts";

export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Complete From and To values of our own requests. */
  readonly local: string;
  readonly remote: string;
  /** The peer's latest Contact: where our own requests go to in the end. */
  remoteTarget: string;
  /** Route headers of our own requests, first hop first. */
  readonly routes: readonly string[];
  /** CSeq number of our last request. */
  localSeq: number;
  /** CSeq number of the peer's last request; a lower one is out of order (500, §12.2.2). */
  remoteSeq: number;
}

/** The caller's dialog from its INVITE and the 2xx, or undefined when the answer lacks tag or Contact. */
export function dialogOfCaller(invite: SipRequest, response: SipResponse): Dialog | undefined {
  const contact = parseNameAddress(headerList(response, "Contact")[0] ?? "");
  const localTag = tagOf(header(invite, "From")!);
  const remoteTag = tagOf(header(response, "To")!);
  if (!contact || !localTag || !remoteTag) return undefined;
  return {
    callId: header(invite, "Call-ID")!,
    localTag,
    remoteTag,
    local: header(invite, "From")!,
    remote: header(response, "To")!,
    remoteTarget: contact.uri,
    routes: headerList(response, "Record-Route").reverse(),
    localSeq: parseCSeq(header(invite, "CSeq")!)!.number,
    remoteSeq: 0,
  };
}

/** The called side's dialog from the INVITE and its own 2xx, or undefined when the INVITE lacks tag or Contact. */
export function dialogOfCalled(invite: SipRequest, response: SipResponse): Dialog | undefined {
  const contact = parseNameAddress(headerList(invite, "Contact")[0] ?? "");
  const localTag = tagOf(header(response, "To")!);
  const remoteTag = tagOf(header(invite, "From")!);
  if (!contact || !localTag || !remoteTag) return undefined;
  return {
    callId: header(invite, "Call-ID")!,
    localTag,
    remoteTag,
    local: header(response, "To")!,
    remote: header(invite, "From")!,
    remoteTarget: contact.uri,
    routes: headerList(invite, "Record-Route"),
    localSeq: 0,
    remoteSeq: parseCSeq(header(invite, "CSeq")!)!.number,
  };
}

/** A re-INVITE or its 2xx may move the peer (RFC 3261 §12.2). */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  const contact = parseNameAddress(headerList(message, "Contact")[0] ?? "");
  if (contact) dialog.remoteTarget = contact.uri;
}

/** The URI a request of ours is sent to next: the first route, or the peer itself (RFC 3261 §8.1.2). */
export function nextHopUri(dialog: Dialog): string {
  return routeUri(dialog.routes[0]) ?? dialog.remoteTarget;
}

/** The key under which a dialog is found again. */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/** The key of the dialog that an incoming request belongs to, seen from the receiver; undefined outside of dialogs. */
export function dialogKeyOf(request: SipRequest): string | undefined {
  const remoteTag = tagOf(header(request, "From")!);
  const localTag = tagOf(header(request, "To")!);
  return localTag && remoteTag ? dialogKey(header(request, "Call-ID")!, localTag, remoteTag) : undefined;
}

/**
 * A request inside the dialog. CSeq counts up, except for the ACK of a 2xx, which repeats `seq` of its INVITE. `via` is the
 * complete value of our Via header, with a fresh branch.
 */
export function requestInDialog(
  dialog: Dialog,
  method: string,
  options: { via: string; headers?: readonly Header[]; body?: Uint8Array; seq?: number },
): SipRequest {
  const seq = method === "ACK" ? (options.seq ?? dialog.localSeq) : ++dialog.localSeq;
  const { uri, routes } = routed(dialog);
  const headers: Header[] = [
    ["Via", options.via],
    ["Max-Forwards", "70"],
    ...routes.map((route): Header => ["Route", route]),
    ["From", dialog.local],
    ["To", dialog.remote],
    ["Call-ID", dialog.callId],
    ["CSeq", `${seq} ${method}`],
    ...(options.headers ?? []),
  ];
  return { kind: "request", method, uri, headers, body: options.body ?? new Uint8Array(0) };
}

/** A first proxy without `lr` is a strict router: it gets the request as its own, the peer comes last (RFC 3261 §12.2.1.1). */
function routed({ routes, remoteTarget }: Dialog): { uri: string; routes: readonly string[] } {
  const first = routeUri(routes[0]);
  const isLoose = first === undefined || "lr" in (parseUri(first)?.params ?? { lr: "" });
  return isLoose ? { uri: remoteTarget, routes } : { uri: first, routes: [...routes.slice(1), `<${remoteTarget}>`] };
}

function routeUri(route: string | undefined): string | undefined {
  return route === undefined ? undefined : parseNameAddress(route)?.uri;
}
