export { type ExchangeRecorder, NO_RECORDER, openRecorder, type RawExchange, shortened } from "./recorder.ts";
export { Shortener } from "./shorten.ts";
