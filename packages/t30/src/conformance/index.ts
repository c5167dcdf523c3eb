export type * from "./case.ts";
export { CASES } from "./cases.ts";
export { type Machine, type Played, type PlayedSignal, play } from "./player.ts";
