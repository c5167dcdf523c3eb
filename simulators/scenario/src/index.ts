export { readScript } from "./read-script.ts";
export { nearest, type ValueSchema } from "./schema.ts";
export {
  holdsFor,
  type MachineScript,
  type ScriptCapabilities,
  type ScriptNoise,
  type ScriptRate,
  type ScriptSignal,
  type ScriptStep,
} from "./script.ts";
export { SCRIPT_SCHEMA } from "./script-schema.ts";
export {
  callSeed,
  dialled,
  drawn,
  MACHINE_MOODS,
  type MachineMood,
  type Subscriber,
  subscriberAt,
} from "./telephone.ts";
