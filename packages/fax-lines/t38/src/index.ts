export { openT38Trunk, type T38TrunkConfig } from "./trunk.ts";
