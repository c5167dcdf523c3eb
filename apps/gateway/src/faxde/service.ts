// FAX.de's service as one table: the five calls with their parts, in the order and with the types of the printed signatures.
import type { Operation, Part, XsdType } from "@depesche/soap";

const part = (name: string, type: XsdType): Part => ({ name, type });
const optional = (name: string, type: XsdType): Part => ({ name, type, optional: true });

const LOGIN = [optional("Account", "string"), optional("Password", "string")];

export const OPERATIONS = {
  SendJob: {
    name: "SendJob",
    in: [
      ...LOGIN,
      part("JobType", "int"),
      optional("Recipient", "string"),
      optional("RecipientFile", "base64Binary"),
      optional("SendText", "string"),
      optional("SendFilename1", "string"),
      optional("SendFile1", "base64Binary"),
      optional("SendFilename2", "string"),
      optional("SendFile2", "base64Binary"),
      optional("SendFilename3", "string"),
      optional("SendFile3", "base64Binary"),
      optional("SendeDateTime", "dateTime"),
      optional("Options", "string"),
    ],
    out: [part("JobId", "int"), part("RecipientsCount", "int"), part("PageCount", "int")],
  },
  JobStatus: {
    name: "JobStatus",
    in: [...LOGIN, optional("JobId", "string")],
    out: [
      part("SendResult", "string"),
      part("SendDateTime", "string"),
      part("RemoteId", "string"),
      part("StatusFile", "base64Binary"),
    ],
  },
  CancelJob: { name: "CancelJob", in: [...LOGIN, optional("JobId", "string")], out: [] },
  RequestReceived: {
    name: "RequestReceived",
    in: LOGIN,
    out: [
      part("FaxId", "long"),
      part("ReceiveDate", "dateTime"),
      part("Originator", "string"),
      part("RemoteId", "string"),
      part("Pages", "int"),
      part("FaxImage", "base64Binary"),
    ],
  },
  DeleteReceived: { name: "DeleteReceived", in: [...LOGIN, part("FaxId", "long")], out: [] },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

export function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name);
}

/** Parts that go to spool files while they arrive. */
export const BINARY_PARTS: ReadonlySet<string> = new Set(
  OPERATIONS.SendJob.in.filter((p) => p.type === "base64Binary").map((p) => p.name),
);
