export { type Exchange, type ExchangeConfig, openExchange, type Placed, type PlacedCall } from "./exchange.ts";
export { canDial, type MachineKind, machineKinds } from "./kinds.ts";
export type { CallRecord } from "./wire-log.ts";
