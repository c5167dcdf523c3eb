export { AcceptanceUnknown, accept, forgetIdempotencyKeys, referBlobs } from "./accept.ts";
export {
  accountOfNumber,
  dropCredential,
  faxNumbers,
  hashSecret,
  type NewAccount,
  putAccount,
  putCredential,
  readAccount,
} from "./accounts.ts";
export { openBlobFolder } from "./blob-folder.ts";
export { cancelJob, pauseJob } from "./cancel.ts";
export { type Claimed, type ClaimRequest, claim, heldBy } from "./claim.ts";
export { changeClock, checkpointClock, followClock, readClock, startClock } from "./clock.ts";
export { collectBlobs } from "./collect.ts";
export {
  awaitSchema,
  type Client,
  isConnectionError,
  migrate,
  openPool,
  type Pool,
  SchemaTooNew,
  transaction,
} from "./database.ts";
export { noteDelivery } from "./delivery.ts";
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
export { createFaceLedger } from "./face-ledger.ts";
export { leaveFigures, workerFigures, workerTroubles } from "./figures.ts";
export { finish, type Result } from "./finish.ts";
export { type GateTable, refreshGates, setGate } from "./gate.ts";
export { storeInbound } from "./inbound.ts";
export { dropLiveLadder, keepInboundLadder, keepLadder, keepLiveLadder, trimLadders } from "./ladders.ts";
export { hearLines, type LineState, tellLines } from "./lines.ts";
export { type Listener, openListener } from "./listen.ts";
export { keepMissedCall } from "./missed.ts";
export { readAttempts, readJob } from "./read.ts";
export {
  beat,
  LEASE_MS,
  liveWorkers,
  newWatch,
  noteAnswered,
  reconcile,
  registerWorker,
  retireWorker,
  unansweredNumbers,
  type Watch,
} from "./reconcile.ts";
export { type ChunkRef, endRun, nextDueIn, takeDueChunks, takeOverdueChunks } from "./schedule.ts";
export { CHUNK_SIZE } from "./schema.ts";
