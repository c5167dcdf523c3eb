export * from "./capabilities.ts";
export * from "./dis-bits.ts";
export * from "./duration.ts";
export * from "./ecm.ts";
export * from "./fcs.ts";
export * from "./frame.ts";
export * from "./identity.ts";
export * from "./in-memory.ts";
export * from "./ladder.ts";
export * from "./modulation.ts";
export * from "./negotiation.ts";
export * from "./octets.ts";
export * from "./outcome.ts";
export * from "./problem.ts";
export * from "./protocol.ts";
export * from "./session.ts";
export type {
  AnswererSession,
  CallerSession,
  Question,
  Receiver,
  SendingBlock,
  Session,
  State,
  Transmitter,
} from "./state.ts";
export * from "./timers.ts";
