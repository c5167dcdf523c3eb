// The shape of a service: one table of operations from which requests are read, responses written and WSDL made.

export type XsdType = "string" | "int" | "long" | "dateTime" | "base64Binary";

/** How the service speaks: Delphi's original form, or one of the two literal ones. */
export type Style = "encoded" | "literal" | "doclit";

export interface Part {
  name: string;
  type: XsdType;
  /** Document/literal only: callers may leave the element out. */
  optional?: boolean;
}

export interface Operation {
  name: string;
  in: readonly Part[];
  /** Without the `return` part, which every operation has: xsd:int, last in rpc, first in document style. */
  out: readonly Part[];
}

export interface Service {
  /** Delphi's interface name, from which service, port and binding take theirs. */
  interfaceName: string;
  /** Namespace of the calls. */
  namespace: string;
  /** Namespace of the WSDL document itself. */
  targetNamespace: string;
  operations: readonly Operation[];
}

const RETURN: Part = { name: "return", type: "int" };

/** All out parts of an operation in the order in which this style writes them. */
export function outParts(operation: Operation, style: Style): readonly Part[] {
  return style === "doclit" ? [RETURN, ...operation.out] : [...operation.out, RETURN];
}
