export { type AnsweringMachine, answeringMachine } from "./answering.ts";
export {
  DIALLING_MOODS,
  type DiallingMood,
  dialledBy,
  isDiallingMood,
  type Misconduct,
} from "./dialling-moods.ts";
export { MACHINES, type MachineFacts } from "./moods.ts";
export type { MachineOptions } from "./scripted.ts";
export { type SendingMachine, sendingMachine } from "./sending.ts";
export { hashOf, sumOfHashes, Tray, type TrayFax, type TrayLimits, type TrayPage } from "./tray.ts";
