// What can be wrong with an envelope, each with the SOAP 1.1 fault code (section 4.4.1) it is answered with.

export type FaultCode = "Client" | "Server" | "VersionMismatch" | "MustUnderstand";

/** Closed list of faults a peer's message can have. */
export const SOAP_PROBLEMS = {
  "unknown-charset": "Client",
  "bad-encoding": "Client",
  "not-well-formed": "Client",
  "doctype-refused": "Client",
  "instruction-refused": "Client",
  "too-deep": "Client",
  "too-many-attributes": "Client",
  "too-many-elements": "Client",
  "too-many-parts": "Client",
  "part-too-long": "Client",
  "markup-too-long": "Client",
  "bad-character": "Client",
  "not-soap": "Client",
  "soap-version": "VersionMismatch",
  "header-not-understood": "MustUnderstand",
  "no-call": "Client",
  "duplicate-part": "Client",
  "duplicate-id": "Client",
  "part-not-simple": "Client",
  "href-unresolved": "Client",
  "href-cycle": "Client",
} as const satisfies Record<string, FaultCode>;
export type SoapProblemCode = keyof typeof SOAP_PROBLEMS;

export interface SoapProblem {
  ok: false;
  problem: SoapProblemCode;
  /** One plain sentence for the caller. */
  detail: string;
  fault: FaultCode;
}

/** Carries a problem out of the XML parser's callbacks; the reader catches it and hands out the value. */
export class SoapRefusal extends Error {
  readonly problem: SoapProblem;
  constructor(problem: SoapProblemCode, detail: string) {
    super(detail);
    this.name = "SoapRefusal";
    this.problem = { ok: false, problem, detail, fault: SOAP_PROBLEMS[problem] };
  }
}
