// RequestReceived and DeleteReceived: the oldest fax again and again, until it is deleted.
import type { BlobStore, FaceLedger } from "@depesche/ports";
import { type Answer, refuse } from "./answer.ts";
import { parseId, READ_LOGIN_CODES } from "./job-calls.ts";
import { type LoginDeps, logIn } from "./login.ts";
import type { ReceivedCall } from "./receive.ts";

export interface InboxDeps extends LoginDeps {
  ledger: Pick<FaceLedger, "authenticate" | "nextInbound" | "deleteInbound">;
  blobs: Pick<BlobStore, "get">;
}

const NO_FAX = 5;

/** Rejects when the image of a fax that the ledger knows is gone: an answer without it would make the caller delete it. */
export async function requestReceived(deps: InboxDeps, call: ReceivedCall, source: string): Promise<Answer> {
  const login = await logIn(deps, call, source, "inbound:read");
  if (!login.ok) return refuse(READ_LOGIN_CODES[login.why], `Login refused: ${login.why}.`);
  const fax = await deps.ledger.nextInbound(login.account.id);
  if (!fax) return { values: { return: NO_FAX } };
  const FaxImage = await deps.blobs.get(fax.tiffHash);
  if (!FaxImage) throw new Error(`the image of inbound fax ${fax.id} is missing: blob ${fax.tiffHash}`);
  return {
    values: {
      return: 0,
      FaxId: fax.id,
      ReceiveDate: new Date(fax.receivedAt).toISOString(),
      Originator: fax.originator,
      RemoteId: fax.remoteId,
      Pages: fax.pages,
      FaxImage,
    },
  };
}

export async function deleteReceived(deps: InboxDeps, call: ReceivedCall, source: string): Promise<Answer> {
  const login = await logIn(deps, call, source, "inbound:write");
  if (!login.ok) return refuse(READ_LOGIN_CODES[login.why], `Login refused: ${login.why}.`);
  const id = parseId(call.text("FaxId"));
  const deleted = id !== undefined && (await deps.ledger.deleteInbound(login.account.id, id));
  return deleted ? { values: { return: 0 } } : refuse(NO_FAX, "The inbox has no fax of this number.");
}
