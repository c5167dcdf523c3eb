export {
  type ModemPlace,
  ModemPlaceError,
  type ModemPlaceProblem,
  type ModemStream,
  type ModemStreamListener,
  openModemStream,
} from "./modem-stream.ts";
