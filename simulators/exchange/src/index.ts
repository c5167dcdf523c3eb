export { type Exchange, type ExchangeConfig, openExchange, type Placed } from "./exchange.ts";
export type { Dialled, Extensions, Pickup } from "./extensions.ts";
export { canDial, type MachineKind, machineKinds } from "./kinds.ts";
export { MODEM_NUMBERS, type ModemBank, openModemBank } from "./modems/modem-bank.ts";
export type { PlacedCall } from "./switchboard.ts";
export type { CallRecord } from "./wire-log.ts";
