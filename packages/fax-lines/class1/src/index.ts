export type { DialPlan } from "./dial-number.ts";
export { type Class1LineOptions, type Class1TrunkConfig, openClass1Trunk } from "./trunk.ts";
