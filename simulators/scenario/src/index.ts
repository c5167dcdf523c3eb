export {
  callSeed,
  dialled,
  drawn,
  MACHINE_MOODS,
  type MachineMood,
  type Subscriber,
  subscriberAt,
} from "./telephone.ts";
