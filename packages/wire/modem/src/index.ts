export {
  type ModemPlace,
  ModemPlaceError,
  type ModemPlaceProblem,
  type ModemStream,
  type ModemStreamListener,
  openModemStream,
} from "./modem-stream.ts";
export {
  openTerminalServer,
  type Terminal,
  type TerminalListener,
  type TerminalServer,
} from "./terminal-server.ts";
