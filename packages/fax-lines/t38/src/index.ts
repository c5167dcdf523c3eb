export type { FaxOfferKind } from "./offers.ts";
export { openT38Trunk, type T38TrunkConfig } from "./trunk.ts";
