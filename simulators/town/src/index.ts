export { openTownClock, type TownClock } from "./clock.ts";
export { PORT_VARIABLES, SettingProblem, type TownConfig, type TownPorts, townConfig } from "./settings.ts";
export { startTown, type Town } from "./town.ts";
